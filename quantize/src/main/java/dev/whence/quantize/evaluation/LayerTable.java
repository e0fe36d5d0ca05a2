package dev.whence.quantize.evaluation;

import dev.whence.quantize.export.LayerReport;
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
    Table table() {
        Map<String, Fidelity> outputs = new LinkedHashMap<>();
        Evaluation evaluation = report.evaluation();
        if (evaluation != null) {
            evaluation.layers().forEach(l -> outputs.put(l.name(), l));
        }
        TreeSet<Integer> widths = new TreeSet<>();
        report.layers().forEach(l -> l.candidates().forEach(c -> widths.add(c.bits())));
        boolean hasContributions = report.layers().stream().anyMatch(l -> l.contribution() != null);
        List<String> headers = new ArrayList<>(List.of("Layer", "Kind", "Bits", "Weights", "Multiplications"));
        if (hasContributions) {
            headers.addAll(List.of("Relevance", "±", "Rank", "Signed"));
        }
        widths.forEach(bits -> headers.add("Divergence at " + bits));
        if (!report.layers().isEmpty()) {
            headers.add("Weights, dB");
        }
        if (!outputs.isEmpty()) {
            headers.add("Output, dB");
        }
        headers.add("Bytes");
        Table table = Table.of(
                "Relevance is a share of the target's, in absolute value; divergences are those of this layer alone at"
                        + " other bits; dB are signal over noise",
                headers.toArray(String[]::new));
        for (LayerReport layer : layers) {
            LayerFindings findings = report.findings(layer.name()).orElse(null);
            List<Table.Cell> row = new ArrayList<>(List.of(
                    Table.Cell.text(layer.name()),
                    Table.Cell.text(layer.kind()),
                    Table.Cell.text(LayerBars.bits(layer)),
                    Table.Cell.number(layer.parameters()),
                    Table.Cell.number(layer.multiplyAccumulates())));
            if (hasContributions) {
                contribution(row, findings == null ? null : findings.contribution());
            }
            widths.forEach(bits -> row.add(number(divergence(findings, bits))));
            if (!report.layers().isEmpty()) {
                row.add(number(findings == null ? Double.NaN : findings.decibels()));
            }
            if (!outputs.isEmpty()) {
                Fidelity output = outputs.get(layer.name());
                row.add(number(output == null ? Double.NaN : output.decibels()));
            }
            row.add(Table.Cell.number(layer.size().total()));
            table.row(row);
        }
        return table;
    }

    private static void contribution(List<Table.Cell> row, LayerFindings.@Nullable Contribution found) {
        row.add(number(found == null ? Double.NaN : found.mean()));
        row.add(number(found == null ? Double.NaN : found.deviation()));
        row.add(number(found == null ? Double.NaN : found.rank()));
        row.add(found == null ? number(Double.NaN) : Table.Cell.signed(found.signed()));
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

    /** A number, or a dash where there is none. */
    static Table.Cell number(double value) {
        return Double.isNaN(value) ? Table.Cell.text("–") : Table.Cell.number(value);
    }
}
