package dev.whence.quantize.evaluation;

import dev.whence.quantize.Clipping;
import dev.whence.quantize.export.LayerReport;
import dev.whence.report.Block;
import dev.whence.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of every layer; columns of which nothing is known are left out.
 *
 * @param report the run
 * @param layers the layers
 */
record LayerTable(RunReport report, List<LayerReport> layers) {
    List<Block> tables() {
        List<Block> tables = new ArrayList<>(List.of(sizes()));
        TreeSet<Integer> widths = new TreeSet<>();
        report.layers().forEach(l -> l.candidates().forEach(c -> widths.add(c.bits())));
        boolean hasContributions = report.layers().stream().anyMatch(l -> l.contribution() != null);
        if (hasContributions || !widths.isEmpty()) {
            tables.add(reasons(hasContributions, List.copyOf(widths)));
        }
        if (layers.stream().anyMatch(one -> one.clip() != null)) {
            tables.add(clippings());
        }
        return tables;
    }

    /** What each layer has, takes and loses. */
    private Table sizes() {
        Map<String, Fidelity> outputs = new LinkedHashMap<>();
        Evaluation evaluation = report.evaluation();
        if (evaluation != null) {
            evaluation.layers().forEach(l -> outputs.put(l.name(), l));
        }
        List<String> headers = new ArrayList<>(List.of("Layer", "Kind", "Bits", "Weights", "Multiplications", "Bytes"));
        if (!report.layers().isEmpty()) {
            headers.add("Weights, dB");
        }
        if (!outputs.isEmpty()) {
            headers.add("Output, dB");
        }
        Table table =
                Table.of("What each layer has and takes; dB are signal over noise", headers.toArray(String[]::new));
        for (LayerReport layer : layers) {
            LayerFindings findings = report.findings(layer.name()).orElse(null);
            List<Table.Cell> row = new ArrayList<>(List.of(
                    Table.Cell.text(layer.name()),
                    Table.Cell.text(layer.kind()),
                    Table.Cell.text(LayerBars.bits(layer)),
                    Table.Cell.number(layer.parameters()),
                    Table.Cell.number(layer.multiplyAccumulates()),
                    Table.Cell.number(layer.size().total())));
            if (!report.layers().isEmpty()) {
                row.add(Table.Cell.numberIfAny(findings == null ? Double.NaN : findings.decibels()));
            }
            if (!outputs.isEmpty()) {
                Fidelity output = outputs.get(layer.name());
                row.add(Table.Cell.numberIfAny(output == null ? Double.NaN : output.decibels()));
            }
            table.row(row);
        }
        return table;
    }

    /** Why each layer has its bits. */
    private Table reasons(boolean hasContributions, List<Integer> widths) {
        List<String> headers = new ArrayList<>(List.of("Layer", "Bits"));
        List<String> says = new ArrayList<>();
        if (hasContributions) {
            headers.addAll(List.of("Relevance", "±", "Rank", "Signed"));
            says.add("relevance is a share of the target's, in absolute value");
        }
        if (!widths.isEmpty()) {
            widths.forEach(bits -> headers.add("Divergence at " + bits));
            says.add("divergences are those of this layer alone at these bits");
        }
        Table table =
                Table.of("Why each layer has its bits: " + String.join("; ", says), headers.toArray(String[]::new));
        for (LayerReport layer : layers) {
            LayerFindings findings = report.findings(layer.name()).orElse(null);
            List<Table.Cell> row =
                    new ArrayList<>(List.of(Table.Cell.text(layer.name()), Table.Cell.text(LayerBars.bits(layer))));
            if (hasContributions) {
                contribution(row, findings == null ? null : findings.contribution());
            }
            widths.forEach(bits -> row.add(Table.Cell.numberIfAny(divergence(findings, bits))));
            table.row(row);
        }
        return table;
    }

    /** What was clipped before layers that read a normalisation. */
    private Table clippings() {
        Table table = Table.of(
                "Channels of inputs: the quantile of their ranges that wider ones were clipped to, and what their ratios were"
                        + " taken to; the mean squared error of the outputs with that, and with neither",
                "Layer",
                "Clip",
                "Power",
                "Error",
                "With neither");
        for (LayerReport layer : layers) {
            Clipping clip = layer.clip();
            if (clip != null) {
                table.row(List.of(
                        Table.Cell.text(layer.name()),
                        Table.Cell.number(clip.clip()),
                        Table.Cell.number(clip.power()),
                        Table.Cell.number(clip.error()),
                        Table.Cell.number(clip.plainError())));
            }
        }
        return table;
    }

    private static void contribution(List<Table.Cell> row, LayerFindings.@Nullable Contribution found) {
        row.add(Table.Cell.numberIfAny(found == null ? Double.NaN : found.mean()));
        row.add(Table.Cell.numberIfAny(found == null ? Double.NaN : found.deviation()));
        row.add(Table.Cell.numberIfAny(found == null ? Double.NaN : found.rank()));
        row.add(found == null ? Table.Cell.numberIfAny(Double.NaN) : Table.Cell.signed(found.signed()));
    }

    private static double divergence(@Nullable LayerFindings findings, int bits) {
        return findings == null
                ? Double.NaN
                : findings.candidates().stream()
                        .filter(c -> c.bits() == bits)
                        .mapToDouble(LayerFindings.Candidate::divergence)
                        .findFirst()
                        .orElse(Double.NaN);
    }
}
