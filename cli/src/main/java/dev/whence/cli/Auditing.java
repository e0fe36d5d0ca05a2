package dev.whence.cli;

import dev.whence.cli.inputs.ReferenceSpec;
import dev.whence.core.ConvergenceReport;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.Audit;
import dev.whence.explain.Lrp;
import dev.whence.explain.NodeBalance;
import dev.whence.explain.Request;
import dev.whence.report.Block;
import dev.whence.report.Page;
import dev.whence.report.Table;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The work of {@code whence audit}. */
final class Auditing {
    private static final int LONGEST_NAME = 48;

    private final Session session;
    private final Audit audit;
    private final Set<String> warnings;

    private Auditing(Session session, Audit audit, Set<String> warnings) {
        this.session = session;
        this.audit = audit;
        this.warnings = warnings;
    }

    static int run(AuditCommand command) {
        MethodChoice.find(command.method);
        TargetText.parse(command.target.target);
        Work.batch(command.target.batch);
        Work.memory(command.target);
        List<ReferenceSpec> references = Work.references(command.references);
        ResultFiles files = ResultFiles.of(
                command.results,
                EnumSet.of(ResultFiles.Kind.JSON, ResultFiles.Kind.CSV, ResultFiles.Kind.HTML),
                Work.filesRead(command.model, command.files, references));
        Set<String> notices = new LinkedHashSet<>();
        try (ConsoleProgress progress = command.common.progress(command.console, command.cancellation);
                Session session = Session.open(command.model, command.files, progress)) {
            AttributionMethod method = Work.method(session, command.method, command.settings, command.rules);
            HeldScores.requireRoom(session, command.target, 1);
            Request request = Work.request(session, command.target, method, references, progress, notices);
            if (method instanceof Lrp) {
                Conserving conserving = Conserving.of(session, request, notices);
                progress.close();
                command.cancellation.check();
                return conserving.finish(command, files);
            }
            Audit audit = session.explainer().audit(request);
            Set<String> warnings =
                    new LinkedHashSet<>(audit.explanation().attribution().warnings());
            warnings.addAll(notices);
            warnings.addAll(session.notices());
            progress.close();
            command.cancellation.check();
            Auditing done = new Auditing(session, audit, warnings);
            files.write(done::toJson, done::toCsv, done::page);
            warnings.forEach(sentence -> command.common.notice(command.console, "note: " + sentence));
            if (command.common.json) {
                command.console.out().println(done.toJson());
            } else {
                done.print(command.console, command.common.verbose || files.isEmpty());
                if (!files.isEmpty()) {
                    command.console.out().println("written: " + files.text());
                }
            }
            return audit.passed() ? ExitCode.DONE : ExitCode.FOUND_BAD;
        }
    }

    private String verdict() {
        if (audit.passed()) {
            return audit.recheck() == null
                    ? "Contributions add up."
                    : "Contributions add up in float64; in float32 rounding hides it.";
        }
        Optional<NodeBalance> first = audit.firstUnbalanced();
        return first.map(
                        node -> "Contributions do not add up; going backward, the first node that does not give what it"
                                + " got is '" + node.node() + "' (operator " + node.operator() + ", opset "
                                + node.opset()
                                + ", rule " + node.rule() + "): balance " + Summary.number(node.balance()) + ".")
                .orElse("Contributions do not add up, but every node gives what it got within "
                        + Summary.number(audit.tolerance()) + ": many small losses make the delta.");
    }

    private void print(Console console, boolean nodes) {
        PrintWriter out = console.out();
        Ink ink = new Ink(console);
        out.print(audit.convergence().toText());
        ConvergenceReport recheck = audit.recheck();
        if (recheck != null) {
            out.print("again in float64: " + recheck.toText());
        }
        if (nodes) {
            out.println();
            out.println(ink.bold("Nodes of " + ExampleViews.name(session, audit.example()) + ", from the target back"));
            table(out, ink);
            out.println();
        }
        out.println(audit.passed() ? ink.good(verdict()) : ink.bad(verdict()));
    }

    private void table(PrintWriter out, Ink ink) {
        int name = 4;
        int operator = 8;
        int rule = 4;
        for (NodeBalance node : audit.nodes()) {
            name = Math.min(LONGEST_NAME, Math.max(name, node.node().length()));
            operator = Math.max(operator, node.operator().length());
            rule = Math.max(rule, node.rule().length());
        }
        String format = "  %-" + name + "s  %-" + operator + "s  %-" + rule + "s  %13s  %13s  %13s";
        out.println(String.format(Locale.ROOT, format, "node", "operator", "rule", "arrived", "left", "balance"));
        for (NodeBalance node : audit.nodes()) {
            String line = String.format(
                    Locale.ROOT,
                    format,
                    ending(node.node()),
                    node.operator(),
                    node.rule(),
                    Summary.number(node.arrived()),
                    Summary.number(node.left()),
                    Summary.number(node.balance()));
            out.println(audit.isBalanced(node) ? line : ink.bad(line + "  FAIL"));
        }
    }

    /** The end of a long name says more than its beginning. */
    static String ending(String name) {
        return name.length() <= LONGEST_NAME ? name : "..." + name.substring(name.length() - LONGEST_NAME + 3);
    }

    private String toJson() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", "whence-audit");
        all.put("version", 1);
        all.put("passed", audit.passed());
        all.put("verdict", verdict());
        all.put("convergence", report(audit.convergence()));
        ConvergenceReport recheck = audit.recheck();
        if (recheck != null) {
            all.put("recheck", report(recheck));
        }
        all.put("example", audit.example());
        all.put("tolerance", audit.tolerance());
        List<Object> nodes = new ArrayList<>();
        for (NodeBalance node : audit.nodes()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("node", node.node());
            one.put("operator", node.operator());
            one.put("opset", node.opset());
            one.put("rule", node.rule());
            one.put("arrived", node.arrived());
            one.put("left", node.left());
            one.put("balance", node.balance());
            one.put("passed", audit.isBalanced(node));
            nodes.add(one);
        }
        all.put("nodes", nodes);
        all.put("warnings", warnings);
        return JsonLine.write(all);
    }

    private static Map<String, Object> report(ConvergenceReport report) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("precision", report.precision().toString());
        all.put("verdict", report.verdict().name());
        all.put("examples", report.examples());
        return all;
    }

    private String toCsv() {
        StringBuilder text = new StringBuilder("node,operator,opset,rule,arrived,left,balance,passed\n");
        for (NodeBalance node : audit.nodes()) {
            text.append(Comparison.quoted(node.node())).append(',').append(Comparison.quoted(node.operator()));
            text.append(',').append(node.opset()).append(',').append(node.rule());
            text.append(',').append(node.arrived()).append(',').append(node.left());
            text.append(',')
                    .append(node.balance())
                    .append(',')
                    .append(audit.isBalanced(node))
                    .append('\n');
        }
        return text.toString();
    }

    private Page page() {
        Table nodes = Table.of("", "Node", "Operator", "Rule", "Arrived", "Left", "Balance", "Check");
        for (NodeBalance node : audit.nodes()) {
            nodes.row(
                    Table.Cell.text(node.node()),
                    Table.Cell.text(node.operator()),
                    Table.Cell.text(node.rule()),
                    Table.Cell.signed(node.arrived()),
                    Table.Cell.signed(node.left()),
                    Table.Cell.signed(node.balance()),
                    Table.Cell.text(audit.isBalanced(node) ? "PASS" : "FAIL"));
        }
        List<Block> summary = new ArrayList<>(List.of(Block.paragraph(verdict())));
        warnings.forEach(sentence -> summary.add(Block.note(sentence)));
        summary.add(examples(audit.convergence()));
        ConvergenceReport recheck = audit.recheck();
        if (recheck != null) {
            summary.add(examples(recheck));
        }
        return Page.titled("Audit of " + session.model().getFileName())
                .lead("Do the contributions add up, and if not, where do they get lost?")
                .section("summary", "Summary", summary)
                .section(
                        "nodes",
                        "Nodes of " + ExampleViews.name(session, audit.example()) + ", from the target back",
                        List.of(nodes))
                .build();
    }

    private Table examples(ConvergenceReport report) {
        Table table = Table.of(
                "In " + report.precision(),
                "Example",
                "At the input",
                "At the reference",
                "Delta",
                "Relative",
                "Check");
        for (ConvergenceReport.Example example : report.examples()) {
            table.row(
                    Table.Cell.text(ExampleViews.name(session, example.index())),
                    Table.Cell.number(example.target()),
                    Table.Cell.number(example.reference()),
                    Table.Cell.signed(example.delta()),
                    Table.Cell.number(example.relative()),
                    Table.Cell.text(example.passed() ? "PASS" : "FAIL"));
        }
        return table;
    }
}
