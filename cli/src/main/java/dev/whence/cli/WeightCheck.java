package dev.whence.cli;

import dev.whence.explain.RandomizationCheck;
import dev.whence.report.Block;
import dev.whence.report.Chart;
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
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code whence audit --check weights}.
 *
 * @param session the model
 * @param check what was found
 * @param limit the correlation above which scores count as unchanged
 */
record WeightCheck(Session session, RandomizationCheck check, double limit) implements CheckAnswer {
    private static final int LONGEST_NAME = 40;

    static int run(AuditCommand command) {
        int stages = command.checks.stages == null ? 0 : command.checks.stages;
        return CheckCourse.run(
                command,
                (session, request) -> new WeightCheck(
                        session, session.explainer().randomize(request, stages), command.checks.limit()));
    }

    private String method() {
        return check.explanation().attribution().method().name();
    }

    private String verdict() {
        RandomizationCheck.Stage last = check.stages().getLast();
        String layers =
                check.layers() == 1 ? "the weights of its layer" : "the weights of all " + check.layers() + " layers";
        String correlation = Comparison.text(last.correlation());
        return check.passed(limit)
                ? "PASS: with " + layers + " in random order, the rank correlation with the original scores is "
                        + correlation + "."
                : "FAIL: with " + layers + " in random order, the rank correlation with the original scores is still "
                        + correlation + "; these scores hardly depend on what the network has learned.";
    }

    @Override
    public void print(PrintWriter out, Ink ink) {
        int examples = check.explanation().attribution().examples();
        out.println(ink.bold(method()) + " on " + session.model().getFileName()
                + (examples == 1 ? "" : ", mean of " + examples + " examples"));
        out.println();
        String format = "  %-" + LONGEST_NAME + "s  %-12s %7s %12s %15s";
        out.println(String.format(
                Locale.ROOT, format, "in random order, down to", "operator", "layers", "correlation", "of absolutes"));
        for (RandomizationCheck.Stage stage : check.stages()) {
            out.println(String.format(
                    Locale.ROOT,
                    format,
                    Summary.shortened(stage.node(), LONGEST_NAME),
                    Summary.shortened(stage.operator(), 12),
                    stage.layers(),
                    Comparison.text(stage.correlation()),
                    Comparison.text(stage.absolute())));
        }
        out.println();
        out.println(check.passed(limit) ? ink.plus(verdict()) : ink.minus(verdict()));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", "whence-weight-check");
        all.put("version", 1);
        all.put("method", method());
        all.put("passed", check.passed(limit));
        all.put("verdict", verdict());
        all.put("limit", limit);
        all.put("layers", check.layers());
        List<Object> stages = new ArrayList<>();
        for (RandomizationCheck.Stage stage : check.stages()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("node", stage.node());
            one.put("operator", stage.operator());
            one.put("layers", stage.layers());
            one.put("spearman", numbers(stage.correlations()));
            one.put("spearmanOfAbsolutes", numbers(stage.absolutes()));
            stages.add(one);
        }
        all.put("stages", stages);
        return all;
    }

    private static List<@Nullable Double> numbers(List<Double> correlations) {
        List<@Nullable Double> out = new ArrayList<>();
        correlations.forEach(c -> out.add(c.isNaN() ? null : c));
        return out;
    }

    @Override
    public String csv() {
        StringBuilder text = new StringBuilder("layers,node,operator,example,name,spearman,spearman_of_absolutes\n");
        for (RandomizationCheck.Stage stage : check.stages()) {
            for (int i = 0; i < stage.correlations().size(); i++) {
                text.append(stage.layers()).append(',').append(Comparison.quoted(stage.node()));
                text.append(',')
                        .append(Comparison.quoted(stage.operator()))
                        .append(',')
                        .append(i);
                text.append(',').append(Comparison.quoted(ExampleViews.name(session, i)));
                text.append(',').append(cell(stage.correlations().get(i)));
                text.append(',').append(cell(stage.absolutes().get(i))).append('\n');
            }
        }
        return text.toString();
    }

    private static String cell(double correlation) {
        return Double.isNaN(correlation) ? "" : Double.toString(correlation);
    }

    @Override
    public Page page(Set<String> warnings) {
        Table table = Table.of("", "In random order, down to", "Operator", "Layers", "Correlation", "Of absolutes");
        for (RandomizationCheck.Stage stage : check.stages()) {
            table.row(
                    Table.Cell.text(stage.node()),
                    Table.Cell.text(stage.operator()),
                    Table.Cell.number(stage.layers()),
                    Table.Cell.signed(stage.correlation()),
                    Table.Cell.signed(stage.absolute()));
        }
        double[] layers = check.stages().stream()
                .mapToDouble(RandomizationCheck.Stage::layers)
                .toArray();
        Chart chart = Chart.lines(
                "Rank correlation with the original scores",
                "layers in random order, from the target back",
                layers,
                List.of(
                        series("scores", RandomizationCheck.Stage::correlation),
                        series("absolute scores", RandomizationCheck.Stage::absolute)));
        List<Block> summary = new ArrayList<>(List.of(Block.paragraph(verdict())));
        warnings.forEach(sentence -> summary.add(Block.note(sentence)));
        summary.add(chart);
        return Page.titled("Weights of " + session.model().getFileName() + " in random order")
                .lead("Do the scores of " + method() + " depend on what the network has learned?")
                .section("summary", "Summary", summary)
                .section("stages", "Stages", List.of(table))
                .build();
    }

    private Chart.Series series(String name, ToDoubleFunction<RandomizationCheck.Stage> value) {
        return new Chart.Series(name, check.stages().stream().mapToDouble(value).toArray());
    }

    @Override
    public Set<String> warnings() {
        return new LinkedHashSet<>(check.explanation().attribution().warnings());
    }

    @Override
    public int exitCode() {
        return check.passed(limit) ? ExitCode.DONE : ExitCode.FOUND_BAD;
    }
}
