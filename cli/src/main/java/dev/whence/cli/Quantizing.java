package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.quantize.allocation.Allocation;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.evaluation.Latency;
import dev.whence.quantize.evaluation.RunReport;
import dev.whence.quantize.export.BudgetReport;
import dev.whence.quantize.export.Format;
import dev.whence.quantize.export.QuantizationReport;
import dev.whence.quantize.export.QuantizedExport;
import dev.whence.quantize.export.SizeAccount;
import dev.whence.quantize.model.ExampleRows;
import dev.whence.quantize.model.LayerContributions;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.pieces.PieceCache;
import dev.whence.quantize.pipeline.Outcome;
import dev.whence.quantize.pipeline.Plan;
import dev.whence.quantize.pipeline.Quantization;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The work of {@code whence quantize}. */
final class Quantizing {
    private static final int BAR = 20;

    /** Examples on which a report compares results. */
    private static final int COMPARED = 64;

    /** Examples on which a report compares evidence. */
    private static final int EXPLAINED = 6;

    private static final double KILO = 1e3;
    private static final double MEGA = 1e6;

    private final Outcome outcome;
    private final QuantizationReport report;
    private final Path output;
    private final Set<String> warnings;

    private Quantizing(Outcome outcome, QuantizationReport report, Path output, Set<String> warnings) {
        this.outcome = outcome;
        this.report = report;
        this.output = output;
        this.warnings = warnings;
    }

    static int run(QuantizeCommand command) {
        Path model = given(command.model, "No model is given; see 'whence quantize --help'.");
        double bits = given(command.bits, "No budget is given; add --bits K, such as --bits 4.");
        Path output = given(command.output, "No place for the quantized model is given; add -o OUT.onnx.");
        requireBits("--bits", bits);
        Format format = command.format == null
                ? bits == Plan.WIDEST ? Format.INT8_QDQ : Format.FAKE_QUANT
                : Format.of(command.format);
        Plan plan = plan(command, bits, format);
        ResultFiles.requirePlace(output);
        if (ResultFiles.isSame(output, model)) {
            throw ResultFiles.refused(output, "it is the model that is read");
        }
        ResultFiles reports = QuantizedComparison.place(command.report, List.of(model, output));
        PieceCache pieces = command.calibration.pieces();
        Quantizing done;
        try (ConsoleProgress progress = command.common.progress(command.console, command.cancellation)) {
            CalibrationOptions.Read read = command.calibration.read(model, progress);
            Outcome outcome = Quantization.run(read.graph(), read.examples(), plan, pieces, progress);
            Graph graph = QuantizedExport.graph(
                    outcome.quantized(),
                    format,
                    shares(outcome),
                    settings(command, plan, outcome),
                    BudgetReport.of(
                            outcome.chosen().allocation(), outcome.quantized().model()));
            command.cancellation.check();
            QuantizedExport.write(output, graph);
            Set<String> warnings = new LinkedHashSet<>(read.notices());
            warnings.addAll(outcome.warnings());
            done = new Quantizing(outcome, QuantizationReport.of(graph).orElseThrow(), output, warnings);
            if (!reports.isEmpty()) {
                QuantizedComparison both = new QuantizedComparison(
                        read.graph(), graph, model, output, ExampleRows.first(read.graph(), read.examples(), COMPARED));
                QuantizedComparison.write(reports, done.reported(both, progress));
            }
        }
        done.warnings.forEach(sentence -> command.common.notice(command.console, "note: " + sentence));
        if (command.common.json) {
            command.console.out().println(done.toJson(pieces));
        } else {
            done.print(command.console, reports);
            if (pieces.isKept()) {
                command.console
                        .out()
                        .println("cache: " + pieces.read() + (pieces.read() == 1 ? " piece" : " pieces")
                                + " of work read, " + pieces.made() + " made");
            }
        }
        return ExitCode.DONE;
    }

    /** The report, with both networks compared on the first examples. */
    private RunReport reported(QuantizedComparison both, Progress progress) {
        RunReport known = RunReport.of(both.originalFile(), output)
                .with(report)
                .with(outcome)
                .withWarnings(List.copyOf(warnings));
        RunReport compared = both.results(known, null, progress);
        return both.latency(both.evidence(compared, EXPLAINED, progress), Latency.Settings.USUAL, progress);
    }

    // ---- what is wanted ----------------------------------------------------------------------------------------

    private static <T> T given(@org.jspecify.annotations.Nullable T value, String otherwise) {
        if (value == null) {
            throw new WhenceException(ErrorCode.USAGE, otherwise);
        }
        return value;
    }

    private static void requireBits(String option, double bits) {
        if (!(bits >= Plan.NARROWEST && bits <= Plan.WIDEST)) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Option " + option + " must be from " + Plan.NARROWEST + " to " + Plan.WIDEST + "; found "
                            + (bits == Math.rint(bits) ? String.valueOf((long) bits) : String.valueOf(bits)) + ".");
        }
    }

    private static Plan plan(QuantizeCommand command, double bits, Format format) {
        command.candidates.forEach(one -> requireBits("--candidates", one));
        command.pins.forEach((layer, one) -> requireBits("--pin " + layer, one));
        List<Integer> candidates = command.candidates.isEmpty() ? Plan.around(bits) : command.candidates;
        return new Plan(
                bits,
                candidates,
                objectives(command.allocate),
                command.pins,
                Switches.isOn("--error-reduction", command.errorReduction),
                command.levels.settings(format));
    }

    private static List<Objective> objectives(String text) {
        Map<String, List<Objective>> known = new LinkedHashMap<>();
        known.put("best", Plan.TRIED);
        for (Objective objective : Objective.values()) {
            known.put(objective.text(), List.of(objective));
        }
        List<Objective> found = known.get(text.toLowerCase(Locale.ROOT));
        if (found == null) {
            List<String> names = List.copyOf(known.keySet());
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "There is no allocation '" + text + "'" + Suggestions.ending(text, names) + " There are "
                            + String.join(", ", names) + ".");
        }
        return found;
    }

    private static Map<String, Double> shares(Outcome outcome) {
        LayerContributions found = outcome.contributions();
        Map<String, Double> out = new LinkedHashMap<>();
        if (found == null) {
            return out;
        }
        double[] shares = found.normalized();
        for (int i = 0; i < shares.length; i++) {
            out.put(found.layers().get(i).layer(), shares[i]);
        }
        return out;
    }

    private static Map<String, String> settings(QuantizeCommand command, Plan plan, Outcome outcome) {
        Map<String, String> out = new LinkedHashMap<>();
        out.put("bits", String.valueOf(plan.bits()));
        out.put("candidates", plan.candidates().toString());
        out.put("allocate", command.allocate);
        out.put("allocated by", outcome.chosen().objective().text());
        out.put("error-reduction", plan.reducesErrors() ? "on" : "off");
        out.putAll(LevelOptions.names(plan.settings()));
        out.put("zero code", plan.settings().zeroCode().name().toLowerCase(Locale.ROOT));
        if (!plan.pins().isEmpty()) {
            out.put("pins", new java.util.TreeMap<>(plan.pins()).toString());
        }
        return out;
    }

    // ---- what came of it ---------------------------------------------------------------------------------------

    private void print(Console console, ResultFiles reports) {
        PrintWriter out = console.out();
        Ink ink = new Ink(console);
        layers(out, ink);
        out.println();
        Allocation allocation = outcome.chosen().allocation();
        for (Allocation.BudgetUse use : allocation.budgets()) {
            out.println(String.format(
                    Locale.ROOT,
                    "%-22s %.4f of %.4f",
                    use.budget().resource().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    use.used(),
                    use.budget().limit()));
        }
        out.println(
                allocation.gap() == 0
                        ? ink.good("no other widths within the budgets cost less (proved)")
                        : ink.bad("other widths may cost less, by " + Summary.number(allocation.gap()) + " at most"));
        if (outcome.trials().size() > 1) {
            out.println(outcome.trials().stream()
                    .map(trial -> trial.objective().text() + " " + Summary.number(trial.divergence())
                            + (trial.equals(outcome.chosen()) ? " (kept)" : ""))
                    .collect(Collectors.joining(", ", "divergence: ", "")));
        } else {
            out.println("divergence: " + Summary.number(outcome.chosen().divergence()));
        }
        SizeAccount totals = report.totals();
        out.println(String.format(
                Locale.ROOT,
                "%s packed, %.1f %% of %s in float32; the file takes %s; %.1f %% of the bit operations",
                bytes(totals.bytes()),
                100 * totals.sizeRatio(),
                bytes(totals.floatBytes()),
                bytes(fileSize()),
                100 * totals.operationsRatio()));
        out.println("written: " + output + (reports.isEmpty() ? "" : ", " + reports.text()));
    }

    private static String bytes(long bytes) {
        return bytes < MEGA
                ? String.format(Locale.ROOT, "%.1f kB", bytes / KILO)
                : String.format(Locale.ROOT, "%.2f MB", bytes / MEGA);
    }

    private long fileSize() {
        try {
            return Files.size(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void layers(PrintWriter out, Ink ink) {
        List<QuantizableLayer> layers = outcome.quantized().model().layers();
        List<Width> widths = outcome.chosen().allocation().widths();
        Map<String, Double> shares = shares(outcome);
        double most =
                shares.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
        int width = layers.stream()
                .mapToInt(layer -> Auditing.ending(layer.name()).length())
                .max()
                .orElse(0);
        String format = "%-" + Math.max(5, width) + "s  %-12s %10s  %5s  %7s  ";
        out.println(ink.bold(String.format(Locale.ROOT, format, "layer", "kind", "weights", "bits", "share")));
        for (int i = 0; i < layers.size(); i++) {
            QuantizableLayer layer = layers.get(i);
            Width its = widths.get(i);
            Double share = shares.get(layer.name());
            String bits = its.weightBits() == its.activationBits()
                    ? String.valueOf(its.weightBits())
                    : its.weightBits() + "/" + its.activationBits();
            out.print(String.format(
                    Locale.ROOT,
                    format,
                    Auditing.ending(layer.name()),
                    layer.kind().text(),
                    layer.parameters() == 0 ? "" : String.valueOf(layer.parameters()),
                    bits,
                    share == null ? "" : String.format(Locale.ROOT, "%.2f %%", 100 * share)));
            out.println(share == null ? "" : ink.bar(most == 0 ? 0 : share / most, true, BAR));
        }
    }

    private String toJson(PieceCache pieces) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", "whence-quantize");
        all.put("version", 1);
        all.put("output", output.toString());
        Allocation allocation = outcome.chosen().allocation();
        all.put("chosen", outcome.chosen().objective().text());
        List<Object> trials = new ArrayList<>();
        for (Outcome.Trial trial : outcome.trials()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("allocate", trial.objective().text());
            one.put("divergence", trial.divergence());
            one.put("objective", trial.allocation().objective());
            one.put("bound", trial.allocation().bound());
            trials.add(one);
        }
        all.put("trials", trials);
        List<Object> budgets = new ArrayList<>();
        for (Allocation.BudgetUse use : allocation.budgets()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("resource", use.budget().resource().name().toLowerCase(Locale.ROOT));
            one.put("limit", use.budget().limit());
            one.put("used", use.used());
            one.put("slack", use.slack());
            one.put("shadowPrice", use.shadowPrice());
            budgets.add(one);
        }
        all.put("budgets", budgets);
        all.put("sensitivities", outcome.sensitivities());
        all.put("report", JsonLine.tree(report.toJson()));
        if (pieces.isKept()) {
            Map<String, Object> cache = new LinkedHashMap<>();
            cache.put("read", pieces.read());
            cache.put("made", pieces.made());
            all.put("cache", cache);
        }
        all.put("warnings", List.copyOf(warnings));
        return JsonLine.write(all);
    }
}
