package dev.whence.cli;

import dev.whence.cli.inputs.LoadedInput;
import dev.whence.cli.inputs.NamedFile;
import dev.whence.cli.inputs.ReferenceSpec;
import dev.whence.core.Attribution;
import dev.whence.core.ErrorCode;
import dev.whence.core.Progress;
import dev.whence.core.Units;
import dev.whence.core.WhenceException;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.Explanation;
import dev.whence.explain.ReferenceInputs;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the commands that explain have in common: from options to a request, and from its answer to a result. */
final class Work {
    private Work() {}

    /**
     * One method with the settings that the user gave.
     *
     * @throws WhenceException if there is no such method or a setting has no meaning for it
     */
    static AttributionMethod method(Session session, String name, MethodOptions settings, DeepLiftOptions rules) {
        return MethodChoice.resolve(
                        List.of(name),
                        settings,
                        rules,
                        session.graph(),
                        session.inputs().values())
                .getFirst();
    }

    /**
     * The request for one method and reference.
     *
     * @param notices where sentences on the reference go
     */
    static Request request(
            Session session,
            TargetOptions options,
            AttributionMethod method,
            List<ReferenceSpec> references,
            Progress progress,
            Set<String> notices) {
        TargetChoice choice = TargetText.parse(options.target);
        boolean ofTokens = options.at == null && session.tokens().isPresent();
        AttributionMethod suited = ofTokens ? session.tokens().orElseThrow().suited(method) : method;
        return Request.of(session.arrays(), suited)
                .target(choice)
                .output(options.output)
                .at(session.at(options.at))
                .reference(reference(session, options, method, references, notices))
                .batch(batch(options.batch))
                .memory(memory(options))
                .seed(options.seed)
                .progress(progress);
    }

    private static @Nullable ReferenceInputs reference(
            Session session,
            TargetOptions options,
            AttributionMethod method,
            List<ReferenceSpec> references,
            Set<String> notices) {
        if (!method.usesReference()) {
            if (!references.isEmpty()) {
                notices.add("Method " + method.name() + " compares with nothing; the reference is not used.");
            }
            return null;
        }
        TokenUnits tokens = session.tokens().orElse(null);
        if (tokens != null && options.at == null) {
            return tokens.reference(references, session);
        }
        if (session.realInputs().isEmpty()) {
            if (references.stream().anyMatch(spec -> !(spec instanceof ReferenceSpec.Zeros))) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Every input of this model holds whole numbers, so the reference can only be zeros at the value"
                                + " named with --at.");
            }
            return null;
        }
        ReferenceChoice.Made made = ReferenceChoice.make(references, session, options.seed);
        notices.addAll(made.notices());
        return made.inputs();
    }

    static int batch(String text) {
        if (text.equals("auto")) {
            return 0;
        }
        if (!text.matches("[1-9][0-9]{0,6}")) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Option --batch must be auto or a number from 1 on; found '" + text + "'.");
        }
        return Integer.parseInt(text);
    }

    /**
     * Bytes after {@code --memory}; 0 without it.
     *
     * @throws WhenceException if the text is no size, or the size of batches is given as well
     */
    static long memory(TargetOptions options) {
        String text = options.memory;
        if (text == null) {
            return 0;
        }
        if (batch(options.batch) > 0) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Options --memory " + text + " and --batch " + options.batch
                            + " exclude each other: one chooses how"
                            + " many examples are taken at a time, the other says it. Leave one of them out.");
        }
        if (!text.toLowerCase(Locale.ROOT).matches("[1-9][0-9]{0,5}[kmgt]")) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Option --memory must be a number and one of k, m, g, t, such as 2g; found '" + text + "'.");
        }
        int power = 1 + "kmgt".indexOf(Character.toLowerCase(text.charAt(text.length() - 1)));
        return Long.parseLong(text.substring(0, text.length() - 1)) << (10 * power);
    }

    /** Texts after {@code --reference}. */
    static List<ReferenceSpec> references(List<String> texts) {
        return texts.stream().map(ReferenceSpec::parse).toList();
    }

    /** The files that a run reads, which no result may replace. */
    static List<Path> filesRead(ModelOptions model, FileOptions files, List<ReferenceSpec> references) {
        List<Path> read = new ArrayList<>(List.of(model.model));
        files.inputs.forEach(text -> read.add(NamedFile.parse(text).path()));
        read.addAll(TextFiles.named(files.text.texts));
        if (files.text.tokenizer != null) {
            read.add(files.text.tokenizer);
        }
        references.forEach(spec -> {
            if (spec instanceof ReferenceSpec.File file) {
                read.add(file.path());
            }
        });
        return read;
    }

    private static boolean isLabelled(Units units, LoadedInput input) {
        int rank = units.scores().rank();
        return rank > 0 && units.scores().dimension(rank - 1) == input.labels().size();
    }

    /** The result with the names of columns and letters, and with everything that the user must be told. */
    static Attribution complete(Explanation explanation, Session session, TargetOptions options, Set<String> notices) {
        TokenUnits tokens = options.at == null ? session.tokens().orElse(null) : null;
        Attribution bare = tokens == null ? explanation.attribution() : tokens.perToken(explanation.attribution());
        List<Units> units = new ArrayList<>();
        for (Units u : bare.units()) {
            LoadedInput input = session.inputs().get(u.name());
            List<String> labels = input != null && ExampleViews.areLabelsLast(input) && isLabelled(u, input)
                    ? input.labels()
                    : List.of();
            units.add(new Units(u.name(), u.scores(), labels, u.texts()));
        }
        Set<String> warnings = new LinkedHashSet<>(bare.warnings());
        warnings.addAll(notices);
        warnings.addAll(session.notices());
        return new Attribution(
                bare.method(),
                bare.target(),
                bare.reference(),
                units,
                bare.delta(),
                List.copyOf(warnings),
                bare.provenance());
    }
}
