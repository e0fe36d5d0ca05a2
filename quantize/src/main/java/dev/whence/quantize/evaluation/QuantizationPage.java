package dev.whence.quantize.evaluation;

import dev.whence.quantize.export.BudgetReport;
import dev.whence.quantize.export.LayerReport;
import dev.whence.quantize.export.QuantizationReport;
import dev.whence.quantize.export.SizeAccount;
import dev.whence.report.Block;
import dev.whence.report.Chart;
import dev.whence.report.Page;
import dev.whence.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A page about a quantized network: where the bits went and why, what was lost, what was gained. */
public final class QuantizationPage {
    private final RunReport report;
    private final @Nullable QuantizationReport quantization;
    private final List<LayerReport> layers;
    private final List<BudgetReport> budgets;

    private QuantizationPage(RunReport report) {
        this.report = report;
        this.quantization = report.quantization();
        this.layers = quantization == null ? List.of() : quantization.layers();
        this.budgets = quantization == null ? List.of() : quantization.budgets();
    }

    /** The page of a report; sections of which nothing is known are left out. */
    public static Page of(RunReport report) {
        return new QuantizationPage(report).page();
    }

    private Page page() {
        Page.Builder page = Page.titled(report.output() + " beside " + report.model())
                .lead("Where the bits went and why, what was lost, and what was gained.");
        page.section("summary", "In short", summary());
        if (hasShares()) {
            page.section("contributions", "What each layer contributes, and its bits", contributions());
        }
        if (!report.pareto().isEmpty() || report.certificate() != null) {
            page.section("budget", "What other budgets would give", budget());
        } else if (!budgets.isEmpty()) {
            page.section("budget", "Is the budget kept?", BudgetBlocks.of(budgets, layers));
        }
        ExplanationDrift drift = report.drift();
        if (drift != null) {
            page.section("evidence", "Does it look at the same evidence?", evidence(drift));
        }
        Evaluation evaluation = report.evaluation();
        if (evaluation != null) {
            page.section("results", "Does it give the same results?", EvaluationBlocks.of(evaluation));
        }
        Latency latency = report.latency();
        if (latency != null) {
            page.section("latency", "Is it faster?", LatencyBlocks.of(latency));
        }
        if (!layers.isEmpty()) {
            page.section("layers", "Every layer", new LayerTable(report, layers).tables());
        }
        if (quantization != null) {
            Map<String, String> settings = new LinkedHashMap<>();
            settings.put("format", quantization.format());
            settings.putAll(quantization.settings());
            page.section("settings", "How it was made", List.of(Table.facts("", settings)));
        }
        return page.build();
    }

    // ---- summary -----------------------------------------------------------------------------------------------

    private List<Block> summary() {
        List<Block> blocks = new ArrayList<>();
        report.warnings().forEach(warning -> blocks.add(Block.note(warning)));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "File",
                megabytes(report.outputBytes()) + " instead of " + megabytes(report.modelBytes()) + ", "
                        + LayerBars.percent((double) report.outputBytes() / Math.max(1, report.modelBytes())));
        if (quantization != null) {
            SizeAccount totals = quantization.totals();
            facts.put(
                    "Packed",
                    megabytes(totals.bytes()) + ", " + LayerBars.percent(totals.sizeRatio())
                            + " of float32, if bits stand close together");
            facts.put("Weight bits", decimals(totals.averageWeightBits()) + " on average");
            facts.put("Activation bits", decimals(totals.averageActivationBits()) + " on average");
            facts.put(
                    "Bit operations",
                    String.format(Locale.ROOT, "%.4g million an example, ", totals.bitOperations() / 1e6)
                            + LayerBars.percent(totals.operationsRatio()) + " of float32");
        }
        Evaluation evaluation = report.evaluation();
        if (evaluation != null) {
            facts.putAll(EvaluationBlocks.facts(evaluation));
        }
        ExplanationDrift drift = report.drift();
        if (drift != null) {
            facts.put("Same evidence", drift.text());
        }
        Latency latency = report.latency();
        if (latency != null && latency.ratio().isPresent()) {
            facts.put("Time", latency.text());
        }
        blocks.add(Table.facts("", facts));
        return blocks;
    }

    static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.3g MB", bytes / 1e6);
    }

    private static String decimals(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    // ---- contributions -----------------------------------------------------------------------------------------

    private boolean hasShares() {
        return layers.stream().anyMatch(l -> l.contribution() != null);
    }

    private static double share(LayerReport layer) {
        Double found = layer.contribution();
        return found == null ? 0 : found;
    }

    private List<Block> contributions() {
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.paragraph("Relevance at the output of each layer, in absolute value, as a share of that of all"
                + " layers. Layers stand in the order in which they run; colours tell the bits of their weights."));
        double[] shares = layers.stream().mapToDouble(QuantizationPage::share).toArray();
        blocks.add(new LayerBars(layers, shares));
        depths(shares).ifPresent(blocks::add);
        return blocks;
    }

    /** Blocks from first to last, kinds of layers side by side. */
    private java.util.Optional<Block> depths(double[] shares) {
        Map<Integer, Map<String, Field>> rows = new TreeMap<>();
        List<String> kinds = new ArrayList<>();
        double most = 0;
        for (int i = 0; i < layers.size(); i++) {
            LayerReport layer = layers.get(i);
            if (layer.block() < 0) {
                continue;
            }
            if (!kinds.contains(layer.kind())) {
                kinds.add(layer.kind());
            }
            Field field = rows.computeIfAbsent(layer.block(), block -> new LinkedHashMap<>())
                    .merge(layer.kind(), new Field(shares[i], LayerBars.bits(layer)), Field::plus);
            most = Math.max(most, field.share);
        }
        if (rows.isEmpty() || most == 0) {
            return java.util.Optional.empty();
        }
        List<String> headers = new ArrayList<>(List.of("Block"));
        headers.addAll(kinds);
        Table table = Table.of(
                "Depth and kind: share of all contributions, and bits; darker contributes more",
                headers.toArray(String[]::new));
        double darkest = most;
        rows.forEach((block, fields) -> {
            List<Table.Cell> cells = new ArrayList<>(List.of(Table.Cell.text(Integer.toString(block))));
            for (String kind : kinds) {
                Field field = fields.get(kind);
                cells.add(
                        field == null
                                ? Table.Cell.text("")
                                : new Table.Cell.Tint(
                                        LayerBars.percent(field.share).replace(' ', '\u00a0') + ", " + field.bits
                                                + "\u00a0b",
                                        field.share / darkest));
            }
            table.row(cells);
        });
        return java.util.Optional.of(table);
    }

    /** Layers of one kind in one block. */
    private record Field(double share, String bits) {
        Field plus(Field other) {
            TreeSet<String> all = new TreeSet<>(List.of(bits.split(",")));
            all.addAll(List.of(other.bits.split(",")));
            return new Field(share + other.share, String.join(",", all));
        }
    }

    // ---- budget ------------------------------------------------------------------------------------------------

    private List<Block> budget() {
        List<Block> blocks = new ArrayList<>();
        RunReport.Certificate certificate = report.certificate();
        if (certificate != null) {
            blocks.add(Block.paragraph(
                    certificate.gap() == 0
                            ? "No other widths within the budgets have a smaller objective: this is proved."
                            : String.format(
                                    Locale.ROOT,
                                    "Other widths within the budgets may have a smaller objective, by %.3g at most.",
                                    certificate.gap())));
        }
        if (report.pareto().size() > 1) {
            blocks.add(pareto(certificate));
        }
        if (certificate != null) {
            Table table = Table.of(
                    "Objective " + certificate.objective() + ": " + text(certificate.value()) + ", bound "
                            + text(certificate.bound())
                            + ". The price is what one more unit would take off the objective.",
                    "Budget",
                    "Limit",
                    "Used",
                    "Left",
                    "Price");
            certificate
                    .budgets()
                    .forEach(line -> table.row(
                            Table.Cell.text(line.unit()),
                            Table.Cell.number(line.limit()),
                            Table.Cell.number(line.used()),
                            Table.Cell.number(line.slack()),
                            Table.Cell.number(line.shadowPrice())));
            blocks.add(table);
            BudgetBlocks.outside(budgets).ifPresent(blocks::add);
        }
        if (report.trials().size() > 1) {
            Table table = Table.of(
                    "Objectives tried; the one is kept whose network diverges least", "Objective", "Divergence", "");
            report.trials()
                    .forEach(trial -> table.row(
                            Table.Cell.text(trial.objective()),
                            Table.Cell.number(trial.divergence()),
                            Table.Cell.text(trial.kept() ? "kept" : "")));
            blocks.add(table);
        }
        return blocks;
    }

    private Block pareto(RunReport.@Nullable Certificate certificate) {
        TreeMap<Double, double[]> points = new TreeMap<>();
        report.pareto().forEach(p -> points.put(p.averageBits(), new double[] {log(p.objective()), Double.NaN}));
        if (certificate != null && !certificate.budgets().isEmpty()) {
            double bits = certificate.budgets().getFirst().limit();
            double[] point = Objects.requireNonNull(points.computeIfAbsent(
                    bits, b -> new double[] {log(certificate.value()), Double.NaN}));
            point[1] = log(certificate.value());
        }
        double[] across =
                points.keySet().stream().mapToDouble(Double::doubleValue).toArray();
        List<Chart.Series> series = new ArrayList<>();
        series.add(new Chart.Series(
                "best possible", points.values().stream().mapToDouble(p -> p[0]).toArray()));
        series.add(new Chart.Series(
                "this network", points.values().stream().mapToDouble(p -> p[1]).toArray()));
        return Chart.lines(
                "The smallest objective of each mean width, as its decimal logarithm", "mean bits", across, series);
    }

    private static double log(double value) {
        return value > 0 ? Math.log10(value) : Double.NaN;
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    // ---- evidence ----------------------------------------------------------------------------------------------

    private static List<Block> evidence(ExplanationDrift drift) {
        List<Block> blocks = new ArrayList<>();
        int count = drift.examples().size();
        blocks.add(Block.paragraph("Relevance at " + String.join(", ", drift.units()) + ", found by " + drift.method()
                + " in both networks for the class that the original sees in its output " + drift.output()
                + ". A cosine of 1 means the same evidence, 0 none in common. "
                + (count == 1
                        ? String.format(Locale.ROOT, "In the one example it is %.3f.", drift.mean())
                        : String.format(
                                Locale.ROOT,
                                "Over %d examples it is %.3f on average and %.3f at least.",
                                count,
                                drift.mean(),
                                drift.least()))));
        boolean arePictures = count > 0 && drift.examples().stream().allMatch(DriftMaps::arePictures);
        blocks.add(arePictures ? new DriftMaps(drift.examples()) : cosines(drift));
        return blocks;
    }

    private static Table cosines(ExplanationDrift drift) {
        boolean isOne = drift.units().size() == 1;
        List<String> headers = new ArrayList<>(List.of("Example", "Class", "Cosine"));
        if (!isOne) {
            drift.units().forEach(unit -> headers.add("At " + unit));
        }
        Table table = Table.of("", headers.toArray(String[]::new));
        for (int i = 0; i < drift.examples().size(); i++) {
            ExplanationDrift.Example example = drift.examples().get(i);
            List<Table.Cell> cells = new ArrayList<>(List.of(
                    Table.Cell.text(Integer.toString(i)),
                    Table.Cell.number(example.target()),
                    Table.Cell.numberIfAny(example.cosine())));
            if (!isOne) {
                example.maps().forEach(maps -> cells.add(Table.Cell.numberIfAny(maps.cosine())));
            }
            table.row(cells);
        }
        return table;
    }
}
