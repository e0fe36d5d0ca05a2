package dev.whence.cli;

import dev.whence.cli.inputs.ReferenceSpec;
import dev.whence.core.Attribution;
import dev.whence.core.ErrorCode;
import dev.whence.core.FinishedFile;
import dev.whence.core.Progress;
import dev.whence.core.Units;
import dev.whence.core.WhenceException;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.Explanation;
import dev.whence.report.AttributionPage;
import dev.whence.report.Example;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The work of {@code whence compare}. */
final class Comparing {
    private Comparing() {}

    /** One way to explain. */
    private record Way(String label, AttributionMethod method, List<ReferenceSpec> reference) {}

    static int run(CompareCommand command) {
        List<String> methods = methods(command.methods);
        methods.forEach(MethodChoice::find);
        List<ReferenceSpec> references = references(command.references);
        TargetText.parse(command.target.target);
        Work.batch(command.target.batch);
        Work.memory(command.target);
        ResultFiles files = ResultFiles.of(
                command.results,
                EnumSet.of(ResultFiles.Kind.HTML, ResultFiles.Kind.JSON, ResultFiles.Kind.CSV),
                Work.filesRead(command.model, command.files, references));
        Set<String> notices = new LinkedHashSet<>();
        try (ConsoleProgress progress = command.common.progress(command.console, command.cancellation);
                Session session = Session.open(command.model, command.files, progress)) {
            List<AttributionMethod> resolved = MethodChoice.resolve(
                    methods,
                    command.settings,
                    command.rules,
                    session.graph(),
                    session.inputs().values());
            List<Way> ways = ways(resolved, references);
            HeldScores.requireRoom(session, command.target, ways.size());
            List<Attribution> attributions = new ArrayList<>();
            List<Long> elements = List.of();
            for (Way way : ways) {
                Progress its = (done, total, label) -> progress.step(done, total, label + " by " + way.label);
                Explanation explanation = session.explainer()
                        .explain(Work.request(session, command.target, way.method, way.reference, its, notices))
                        .getFirst();
                attributions.add(Work.complete(explanation, session, command.target, notices));
                elements = explanation.elements();
            }
            progress.close();
            command.cancellation.check();
            Comparison comparison =
                    new Comparison(ways.stream().map(Way::label).toList(), attributions, names(session, attributions));
            write(files, comparison, session, ExampleViews.of(session, elements));
            Set<String> told = new LinkedHashSet<>();
            attributions.forEach(a -> told.addAll(a.warnings()));
            told.forEach(sentence -> command.common.notice(command.console, "note: " + sentence));
            if (command.common.json) {
                command.console.out().println(comparison.toJson());
            } else {
                print(command, session, comparison);
                if (!files.isEmpty()) {
                    command.console.out().println("written: " + files.text());
                }
            }
            return ExitCode.DONE;
        }
    }

    private static List<String> methods(List<String> texts) {
        List<String> all = texts.stream()
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .map(String::strip)
                .toList();
        return all.isEmpty() ? List.of("deeplift-rescale") : all;
    }

    /** Splits at commas, but not between the numbers of a constant. */
    static List<ReferenceSpec> references(List<String> texts) {
        List<String> parts = new ArrayList<>();
        for (String text : texts) {
            for (String part : text.split(",", -1)) {
                boolean continues = !parts.isEmpty()
                        && parts.getLast().contains("constant:")
                        && part.strip().matches("[-+]?[0-9.]+([eE][-+]?[0-9]+)?");
                if (continues) {
                    parts.add(parts.removeLast() + "," + part.strip());
                } else {
                    parts.add(part.strip());
                }
            }
        }
        return parts.isEmpty() ? List.of(new ReferenceSpec.Zeros()) : Work.references(parts);
    }

    /** Every method with every reference; a method that compares with nothing stands once. */
    private static List<Way> ways(List<AttributionMethod> methods, List<ReferenceSpec> references) {
        List<Way> ways = new ArrayList<>();
        for (AttributionMethod method : methods) {
            if (!method.usesReference()) {
                ways.add(new Way(method.name(), method, List.of()));
                continue;
            }
            for (ReferenceSpec reference : references) {
                String label = references.size() == 1
                        ? method.name()
                        : methods.size() == 1 ? reference.text() : method.name() + ", " + reference.text();
                ways.add(new Way(label, method, List.of(reference)));
            }
        }
        if (ways.size() < 2) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "There is nothing to compare: name at least two methods with --methods a,b or two references with"
                            + " --references r,s.");
        }
        if (ways.stream().map(Way::label).distinct().count() < ways.size()) {
            throw new WhenceException(ErrorCode.USAGE, "A method or reference is named twice.");
        }
        return ways;
    }

    private static List<String> names(Session session, List<Attribution> attributions) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < attributions.getFirst().examples(); i++) {
            names.add(ExampleViews.name(session, i));
        }
        return names;
    }

    private static void write(ResultFiles files, Comparison comparison, Session session, List<Example> examples) {
        for (ResultFiles.Entry entry : files.entries()) {
            Path path = entry.path();
            switch (entry.kind()) {
                case JSON -> FinishedFile.writeText(path, comparison.toJson() + "\n");
                case CSV -> comparison.writeCsv(path);
                default ->
                    AttributionPage.of(
                                    comparison.labels().size() + " explanations of "
                                            + session.model().getFileName(),
                                    comparison.attributions(),
                                    examples)
                            .withLabels(comparison.labels())
                            .page()
                            .write(path);
            }
        }
    }

    private static void print(CompareCommand command, Session session, Comparison comparison) {
        PrintWriter out = command.console.out();
        Ink ink = new Ink(command.console);
        Attribution first = comparison.attributions().getFirst();
        int examples = comparison.names().size();
        out.println(
                comparison.labels().size() + " ways explain " + first.target().node() + " ["
                        + Summary.shortened(first.target().selection(), 60) + "] of "
                        + session.model().getFileName() + (examples == 1 ? "" : ", " + examples + " examples"));
        out.println();
        int width = comparison.labels().stream().mapToInt(String::length).max().orElse(0) + 4;
        out.printf(Locale.ROOT, "%-" + width + "s %-24s %s%n", "", "reference", "check");
        for (int i = 0; i < comparison.labels().size(); i++) {
            Attribution attribution = comparison.attributions().get(i);
            Check check = Check.of(attribution, command.model.precision, null);
            out.printf(
                    Locale.ROOT,
                    "%-" + width + "s %-24s %s%n",
                    letter(i) + "  " + comparison.labels().get(i),
                    Summary.shortened(attribution.reference().description(), 24),
                    check.tally().sentence());
        }
        out.println();
        out.println(ink.bold("Spearman's rank correlation" + (examples == 1 ? "" : ", mean of all examples")));
        matrix(out, comparison);
        texts(command, session, comparison);
        if (examples > 1) {
            out.println();
            spread(out, comparison);
            out.println();
            perExample(out, comparison, Math.min(command.show, examples));
        }
    }

    /** The first texts as every way marks them. */
    private static void texts(CompareCommand command, Session session, Comparison comparison) {
        if (comparison.attributions().stream()
                .noneMatch(a -> a.units().stream().anyMatch(u -> !u.texts().isEmpty()))) {
            return;
        }
        Summary summary = new Summary(command.console, session);
        for (int i = 0; i < Math.min(command.show, comparison.names().size()); i++) {
            command.console.out().println();
            for (int way = 0; way < comparison.labels().size(); way++) {
                for (Units units : comparison.attributions().get(way).units()) {
                    if (!units.texts().isEmpty()) {
                        command.console.out().println(letter(way) + "  " + summary.text(units, i));
                    }
                }
            }
        }
    }

    private static void matrix(PrintWriter out, Comparison comparison) {
        StringBuilder head = new StringBuilder("   ");
        for (int i = 0; i < comparison.labels().size(); i++) {
            head.append(String.format(Locale.ROOT, "%8s", letter(i)));
        }
        out.println(head);
        for (int i = 0; i < comparison.labels().size(); i++) {
            StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-3s", letter(i)));
            for (int j = 0; j <= i; j++) {
                row.append(
                        String.format(Locale.ROOT, "%8s", Comparison.text(Comparison.mean(comparison.spearman(i, j)))));
            }
            out.println(row);
        }
    }

    private static void spread(PrintWriter out, Comparison comparison) {
        out.println(String.format(Locale.ROOT, "%-24s%8s%8s%8s", "over all examples", "lowest", "mean", "highest"));
        comparison.forEachPair((one, other) -> {
            double[] each = comparison.spearman(one, other);
            out.println(String.format(
                    Locale.ROOT,
                    "%-24s%8s%8s%8s",
                    letter(one) + "-" + letter(other),
                    Comparison.text(Comparison.lowest(each)),
                    Comparison.text(Comparison.mean(each)),
                    Comparison.text(Comparison.highest(each))));
        });
    }

    private static void perExample(PrintWriter out, Comparison comparison, int shown) {
        List<double[]> columns = new ArrayList<>();
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-24s", "example"));
        comparison.forEachPair((one, other) -> {
            columns.add(comparison.spearman(one, other));
            head.append(String.format(Locale.ROOT, "%8s", letter(one) + "-" + letter(other)));
        });
        out.println(head);
        for (int i = 0; i < shown; i++) {
            StringBuilder row = new StringBuilder(String.format(
                    Locale.ROOT, "%-24s", Summary.shortened(comparison.names().get(i), 23)));
            for (double[] column : columns) {
                row.append(String.format(Locale.ROOT, "%8s", Comparison.text(column[i])));
            }
            out.println(row);
        }
        if (shown < comparison.names().size()) {
            out.println("and " + (comparison.names().size() - shown) + " more examples");
        }
    }

    private static String letter(int index) {
        return index < 26 ? String.valueOf((char) ('A' + index)) : "A" + index;
    }
}
