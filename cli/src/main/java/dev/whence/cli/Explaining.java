package dev.whence.cli;

import dev.whence.cli.inputs.ReferenceSpec;
import dev.whence.core.Attribution;
import dev.whence.core.AttributionJson;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.Explanation;
import dev.whence.explain.Request;
import dev.whence.graph.Profile;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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
            AttributionMethod method = MethodChoice.resolve(
                            List.of(command.method),
                            command.settings,
                            command.rules,
                            session.graph(),
                            session.inputs().values())
                    .getFirst();
            AttributionFiles.requireOneArray(files, session.scored(command.target.at));
            Request request = Work.request(session, command.target, method, references, progress, notices);
            Profile profile = command.profile ? new Profile() : null;
            long start = System.nanoTime();
            Explanation explanation = (profile == null
                            ? session.explainer().explain(request)
                            : profile.during(() -> session.explainer().explain(request)))
                    .getFirst();
            long nanoseconds = System.nanoTime() - start;
            Attribution attribution = Work.complete(explanation, session, command.target, notices);
            progress.close();
            Check check = Check.of(attribution, command.model.precision, command.tolerance);
            command.cancellation.check();
            String title = method.name() + " on " + session.model().getFileName();
            AttributionFiles.write(files, attribution, title, ExampleViews.of(session, explanation.elements()));
            attribution.warnings().forEach(sentence -> command.common.notice(command.console, "note: " + sentence));
            if (profile != null) {
                ProfileTable.print(command.console, profile, nanoseconds, command.common.json);
            }
            print(command, session, explanation, attribution, check, files);
            return check.foundBad() ? ExitCode.FOUND_BAD : ExitCode.DONE;
        }
    }

    private static void requireSensible(ExplainCommand command) {
        MethodChoice.find(command.method);
        TargetText.parse(command.target.target);
        Work.batch(command.target.batch);
        Work.memory(command.target.memory);
        Check.requirePossible(command.tolerance);
        if (command.show < 0 || command.top < 0) {
            throw new WhenceException(ErrorCode.USAGE, "Options --show and --top must not be negative.");
        }
    }

    private static void print(
            ExplainCommand command,
            Session session,
            Explanation explanation,
            Attribution attribution,
            Check check,
            ResultFiles files) {
        if (command.common.json) {
            command.console.out().println(AttributionJson.toText(attribution).strip());
            return;
        }
        Summary summary = new Summary(command.console, session);
        if (files.isEmpty()) {
            summary.print(attribution, explanation.elements(), check, command.show, command.top);
        } else {
            summary.brief(attribution, check);
            command.console.out().println("  written: " + files.text());
        }
        boolean lost = check.passes() < check.report().examples().size();
        if (lost && attribution.method().name().startsWith("deeplift")) {
            command.console
                    .out()
                    .println("  'whence audit' with the same options names the node where contributions get lost.");
        }
    }
}
