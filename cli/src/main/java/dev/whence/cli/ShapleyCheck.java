package dev.whence.cli;

import dev.whence.explain.ShapleyAccuracy;
import dev.whence.explain.ShapleySampling;
import dev.whence.report.Block;
import dev.whence.report.Page;
import dev.whence.report.Table;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code whence audit --check shapley}.
 *
 * @param session the model
 * @param accuracy what was found
 */
record ShapleyCheck(Session session, ShapleyAccuracy accuracy) implements CheckAnswer {
    static int run(AuditCommand command) {
        CheckOptions given = command.checks;
        ShapleySampling standard = ShapleySampling.DEFAULT;
        ShapleySampling sampling = new ShapleySampling(
                given.examples == null ? standard.examples() : given.examples,
                given.permutations == null ? standard.permutations() : given.permutations,
                given.players == null ? standard.players() : given.players);
        return CheckCourse.run(
                command,
                (session, request) ->
                        new ShapleyCheck(session, session.explainer().shapleyAccuracy(request, sampling)));
    }

    private String method() {
        return accuracy.explanation().attribution().method().name();
    }

    private String verdict() {
        String ends = Double.isInfinite(accuracy.highestRootError())
                ? ""
                : " (" + Math.round(100 * accuracy.error().confidence()) + " % confidence: "
                        + Summary.number(accuracy.lowestRootError()) + " to "
                        + Summary.number(accuracy.highestRootError()) + ")";
        double share = accuracy.rootError() / accuracy.rootSize();
        String compared = Double.isFinite(share) ? String.format(Locale.ROOT, ", %.3g %% of it", 100 * share) : "";
        return "Scores differ from Shapley values by " + Summary.number(accuracy.rootError()) + ends
                + "; a Shapley value is " + Summary.number(accuracy.rootSize()) + " in size" + compared
                + " (roots of mean squares).";
    }

    private String course() {
        int examples = accuracy.examples().size();
        return examples + (examples == 1 ? " example" : " examples drawn at random") + ", "
                + accuracy.sampling().permutations() + " permutations of "
                + accuracy.players() + (accuracy.players() == 1 ? " player" : " players")
                + " each, forward and backward";
    }

    @Override
    public void print(PrintWriter out, Ink ink) {
        out.println(ink.bold(method()) + " on " + session.model().getFileName() + ": " + course());
        out.println();
        out.println(String.format(Locale.ROOT, "  %-32s %14s %14s", "example", "error", "Shapley size"));
        for (ShapleyAccuracy.Example example : accuracy.examples()) {
            out.println(String.format(
                    Locale.ROOT,
                    "  %-32s %14s %14s",
                    Summary.shortened(ExampleViews.name(session, example.index()), 32),
                    Summary.number(root(example.error())),
                    Summary.number(root(example.size()))));
        }
        out.println();
        out.println(verdict());
    }

    /** An unbiased estimate of a small square may fall a little below 0. */
    private static double root(double square) {
        return Math.sqrt(Math.max(0, square));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", "whence-shapley-check");
        all.put("version", 1);
        all.put("method", method());
        all.put("verdict", verdict());
        all.put("permutations", accuracy.sampling().permutations());
        all.put("players", accuracy.players());
        all.put("confidence", accuracy.error().confidence());
        all.put("rootMeanSquaredError", accuracy.rootError());
        all.put("low", finite(accuracy.lowestRootError()));
        all.put("high", finite(accuracy.highestRootError()));
        all.put("rootMeanSquaredShapleyValue", accuracy.rootSize());
        List<Object> examples = new ArrayList<>();
        for (ShapleyAccuracy.Example example : accuracy.examples()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("example", example.index());
            one.put("name", ExampleViews.name(session, example.index()));
            one.put("meanSquaredError", example.error());
            one.put("meanSquaredShapleyValue", example.size());
            examples.add(one);
        }
        all.put("examples", examples);
        return all;
    }

    private static @Nullable Double finite(double number) {
        return Double.isFinite(number) ? number : null;
    }

    @Override
    public String csv() {
        StringBuilder text = new StringBuilder("example,name,mean_squared_error,mean_squared_shapley_value\n");
        for (ShapleyAccuracy.Example example : accuracy.examples()) {
            text.append(example.index()).append(',');
            text.append(Comparison.quoted(ExampleViews.name(session, example.index())));
            text.append(',')
                    .append(example.error())
                    .append(',')
                    .append(example.size())
                    .append('\n');
        }
        return text.toString();
    }

    @Override
    public Page page(Set<String> warnings) {
        Table table =
                Table.of("Roots of mean squares, over the players of an example", "Example", "Error", "Shapley value");
        for (ShapleyAccuracy.Example example : accuracy.examples()) {
            table.row(
                    Table.Cell.text(ExampleViews.name(session, example.index())),
                    Table.Cell.number(root(example.error())),
                    Table.Cell.number(root(example.size())));
        }
        List<Block> summary = new ArrayList<>(List.of(Block.paragraph(verdict()), Block.paragraph(course() + ".")));
        warnings.forEach(sentence -> summary.add(Block.note(sentence)));
        return Page.titled("Scores of " + session.model().getFileName() + " and Shapley values")
                .lead("How far are the scores of " + method() + " from Shapley values?")
                .section("summary", "Summary", summary)
                .section("examples", "Examples", List.of(table))
                .build();
    }

    @Override
    public Set<String> warnings() {
        return new LinkedHashSet<>(accuracy.explanation().attribution().warnings());
    }

    @Override
    public int exitCode() {
        return ExitCode.DONE;
    }
}
