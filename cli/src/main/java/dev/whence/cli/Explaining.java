package dev.whence.cli;

import dev.whence.cli.inputs.ReferenceSpec;
import dev.whence.core.Attribution;
import dev.whence.core.AttributionJson;
import dev.whence.core.ErrorCode;
import dev.whence.core.FinishedFile;
import dev.whence.core.WhenceException;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.Explanation;
import dev.whence.explain.Request;
import dev.whence.graph.Profile;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The work of {@code whence explain}. */
final class Explaining {
    private Explaining() {}

    static int run(ExplainCommand command) {
        List<ReferenceSpec> references = Work.references(command.references);
        ResultFiles files = ResultFiles.of(
                command.results,
                EnumSet.allOf(ResultFiles.Kind.class),
                Work.filesRead(command.model, command.files, references));
        requireSensible(command);
        Set<String> notices = new LinkedHashSet<>();
        try (ConsoleProgress progress = command.common.progress(command.console, command.cancellation);
                Session session = Session.open(command.model, command.files, progress)) {
            AttributionMethod method = Work.method(session, command.method, command.settings, command.rules);
            AttributionFiles.requireOneArray(files, session.scored(command.target.at));
            Request request = Work.request(session, command.target, method, references, progress, notices);
            Profile profile = command.profile ? new Profile() : null;
            Function<Attribution, Check> checking = some -> Check.of(some, command.model.precision, command.tolerance);
            long start = System.nanoTime();
            Supplier<Answer> work = () -> answer(command, session, request, files, checking);
            Answer answer = profile == null ? work.get() : profile.during(work);
            long nanoseconds = System.nanoTime() - start;
            Explanation explanation = answer.explanation();
            Attribution attribution = Work.complete(explanation, session, command.target, notices);
            progress.close();
            Check check = checking.apply(attribution);
            if (!answer.isWritten()) {
                command.cancellation.check();
                String title = method.name() + " on " + session.model().getFileName();
                AttributionFiles.write(files, attribution, title, ExampleViews.of(session, explanation.elements()));
            }
            attribution.warnings().forEach(sentence -> command.common.notice(command.console, "note: " + sentence));
            if (profile != null) {
                ProfileTable.print(command.console, profile, nanoseconds, command.common.json);
            }
            print(command, session, answer, attribution, check, files);
            return check.foundBad(answer.tally()) ? ExitCode.FOUND_BAD : ExitCode.DONE;
        }
    }

    /**
     * What the work gave.
     *
     * @param explanation of all examples, or of the first ones if the others went by
     * @param tally how all examples came out
     * @param isWritten whether the files are written already
     */
    private record Answer(Explanation explanation, Check.Tally tally, boolean isWritten) {}

    private static Answer answer(
            ExplainCommand command,
            Session session,
            Request request,
            ResultFiles files,
            Function<Attribution, Check> checking) {
        if (!streams(command, session, files)) {
            HeldScores.requireRoom(session, command.target);
            Explanation explanation = session.explainer().explain(request).getFirst();
            return new Answer(
                    explanation, checking.apply(explanation.attribution()).tally(), false);
        }
        Path npy = files.first(ResultFiles.Kind.NPY);
        if (npy == null) {
            return streamed(command, session, request, checking, null);
        }
        List<Answer> answers = new ArrayList<>();
        FinishedFile.write(npy, out -> {
            answers.add(streamed(command, session, request, checking, out));
            command.cancellation.check();
        });
        return answers.getFirst();
    }

    private static Answer streamed(
            ExplainCommand command,
            Session session,
            Request request,
            Function<Attribution, Check> checking,
            @Nullable OutputStream out) {
        ScoreStream stream = new ScoreStream(checking, session.examples(), out);
        Explanation first = session.explainer()
                .explain(request, Math.max(1, command.show), stream)
                .getFirst();
        return new Answer(first, stream.tally(), true);
    }

    /** Whether scores may go by batch by batch: nothing but a single npy file, or the terminal, is to show them. */
    private static boolean streams(ExplainCommand command, Session session, ResultFiles files) {
        boolean areArray = files.entries().stream().allMatch(entry -> entry.kind() == ResultFiles.Kind.NPY);
        return areArray
                && files.entries().size() <= 1
                && !command.common.json
                && session.tokens().isEmpty();
    }

    private static void requireSensible(ExplainCommand command) {
        MethodChoice.find(command.method);
        TargetText.parse(command.target.target);
        Work.batch(command.target.batch);
        Work.memory(command.target);
        Check.requirePossible(command.tolerance);
        if (command.show < 0 || command.top < 0) {
            throw new WhenceException(ErrorCode.USAGE, "Options --show and --top must not be negative.");
        }
    }

    private static void print(
            ExplainCommand command,
            Session session,
            Answer answer,
            Attribution attribution,
            Check check,
            ResultFiles files) {
        if (command.common.json) {
            command.console.out().println(AttributionJson.toText(attribution).strip());
            return;
        }
        Summary summary = new Summary(command.console, session);
        if (files.isEmpty()) {
            summary.print(
                    attribution, answer.explanation().elements(), check, answer.tally(), command.show, command.top);
        } else {
            summary.brief(attribution, answer.tally());
            command.console.out().println("  written: " + files.text());
        }
        if (!answer.tally().isClean() && attribution.method().name().startsWith("deeplift")) {
            command.console
                    .out()
                    .println("  'whence audit' with the same options names the node where contributions get lost.");
        }
    }
}
