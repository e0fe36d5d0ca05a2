package dev.whence.cli;

import dev.whence.explain.Conservation;
import dev.whence.explain.LayerConservation;
import dev.whence.explain.Request;
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

/** The work of {@code whence audit} for an LRP method: where relevance goes, layer by layer. */
final class Conserving {
    private static final int LONGEST_NAME = 48;

    private final Session session;
    private final Conservation report;
    private final Set<String> warnings;
    private final int example;

    private Conserving(Session session, Conservation report, Set<String> warnings) {
        this.session = session;
        this.report = report;
        this.warnings = warnings;
        this.example = worst(report);
    }

    /** The report of a request, and its warnings beside those given. */
    static Conserving of(Session session, Request request, Set<String> notices) {
        Conservation report = session.explainer().conservation(request);
        Set<String> warnings =
                new LinkedHashSet<>(report.explanation().attribution().warnings());
        warnings.addAll(notices);
        warnings.addAll(session.notices());
        return new Conserving(session, report, warnings);
    }

    /** The example of which the largest part does not reach the inputs. */
    private static int worst(Conservation report) {
        int worst = 0;
        for (int i = 1; i < report.start().length; i++) {
            worst = missing(report, i) > missing(report, worst) ? i : worst;
        }
        return worst;
    }

    private static double missing(Conservation report, int example) {
        double start = report.start()[example];
        return start == 0 ? 0 : Math.abs((start - report.end()[example]) / start);
    }

    int finish(AuditCommand command, ResultFiles files) {
        files.write(this::toJson, this::toCsv, this::page);
        warnings.forEach(sentence -> command.common.notice(command.console, "note: " + sentence));
        if (command.common.json) {
            command.console.out().println(toJson());
        } else {
            print(command.console.out(), command.common.verbose || files.isEmpty());
            if (!files.isEmpty()) {
                command.console.out().println("written: " + files.text());
            }
        }
        return ExitCode.DONE;
    }

    private double lost(int i) {
        return report.start()[i] - report.end()[i] - report.absorbed()[i];
    }

    private void print(PrintWriter out, boolean nodes) {
        for (int i = 0; i < report.start().length; i++) {
            out.println(ExampleViews.name(session, i) + ": relevance " + Summary.number(report.start()[i])
                    + " at the target, " + Summary.number(report.end()[i]) + " at the inputs, "
                    + Summary.number(report.absorbed()[i]) + " kept by biases and constants, "
                    + Summary.number(lost(i)) + " by stabilisers and rules that do not conserve");
        }
        if (!nodes) {
            return;
        }
        out.println();
        out.println("Nodes of " + ExampleViews.name(session, example) + ", from the target back");
        int name = 4;
        int operator = 8;
        int rule = 4;
        for (LayerConservation layer : report.layers()) {
            name = Math.min(LONGEST_NAME, Math.max(name, layer.node().length()));
            operator = Math.max(operator, layer.operator().length());
            rule = Math.max(rule, layer.rule().length());
        }
        String format = "  %-" + name + "s  %-" + operator + "s  %-" + rule + "s  %13s  %13s  %13s  %7s";
        out.println(String.format(Locale.ROOT, format, "node", "operator", "rule", "arrived", "left", "kept", "share"));
        for (LayerConservation layer : report.layers()) {
            out.println(String.format(
                    Locale.ROOT,
                    format,
                    Auditing.ending(layer.node()),
                    layer.operator(),
                    layer.rule(),
                    Summary.number(layer.arrived()[example]),
                    Summary.number(layer.left()[example]),
                    Summary.number(layer.absorbed()[example]),
                    percent(layer.absorbedShare(example))));
        }
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private String toJson() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", "whence-conservation");
        all.put("version", 1);
        all.put("method", report.explanation().attribution().method().name());
        all.put("start", report.start());
        all.put("end", report.end());
        all.put("absorbed", report.absorbed());
        List<Object> nodes = new ArrayList<>();
        for (LayerConservation layer : report.layers()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("node", layer.node());
            one.put("operator", layer.operator());
            one.put("opset", layer.opset());
            one.put("rule", layer.rule());
            one.put("arrived", layer.arrived());
            one.put("left", layer.left());
            one.put("absorbed", layer.absorbed());
            nodes.add(one);
        }
        all.put("nodes", nodes);
        all.put("warnings", warnings);
        return JsonLine.write(all);
    }

    private String toCsv() {
        StringBuilder text = new StringBuilder("example,node,operator,opset,rule,arrived,left,absorbed\n");
        for (int i = 0; i < report.start().length; i++) {
            for (LayerConservation layer : report.layers()) {
                text.append(i).append(',').append(Comparison.quoted(layer.node()));
                text.append(',').append(Comparison.quoted(layer.operator()));
                text.append(',').append(layer.opset()).append(',').append(layer.rule());
                text.append(',').append(layer.arrived()[i]).append(',').append(layer.left()[i]);
                text.append(',').append(layer.absorbed()[i]).append('\n');
            }
        }
        return text.toString();
    }

    private Page page() {
        Table examples = Table.of("", "Example", "At the target", "At the inputs", "Kept by biases", "Lost");
        for (int i = 0; i < report.start().length; i++) {
            examples.row(
                    Table.Cell.text(ExampleViews.name(session, i)),
                    Table.Cell.number(report.start()[i]),
                    Table.Cell.number(report.end()[i]),
                    Table.Cell.signed(report.absorbed()[i]),
                    Table.Cell.signed(lost(i)));
        }
        Table nodes = Table.of("", "Node", "Operator", "Rule", "Arrived", "Left", "Kept by biases", "Share");
        for (LayerConservation layer : report.layers()) {
            nodes.row(
                    Table.Cell.text(layer.node()),
                    Table.Cell.text(layer.operator()),
                    Table.Cell.text(layer.rule()),
                    Table.Cell.signed(layer.arrived()[example]),
                    Table.Cell.signed(layer.left()[example]),
                    Table.Cell.signed(layer.absorbed()[example]),
                    Table.Cell.text(percent(layer.absorbedShare(example))));
        }
        List<Block> summary = new ArrayList<>();
        warnings.forEach(sentence -> summary.add(Block.note(sentence)));
        summary.add(examples);
        return Page.titled("Conservation in " + session.model().getFileName())
                .lead("Where does the relevance of the target go, and how much do biases and constants keep?")
                .section("summary", "Summary", summary)
                .section(
                        "nodes",
                        "Nodes of " + ExampleViews.name(session, example) + ", from the target back",
                        List.of(nodes))
                .build();
    }
}
