package dev.whence.quantize.evaluation;

import dev.whence.report.Block;
import dev.whence.report.Chart;
import dev.whence.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a page says of an {@link Evaluation}. */
final class EvaluationBlocks {
    private EvaluationBlocks() {}

    static List<Block> of(Evaluation evaluation) {
        List<Block> blocks = new ArrayList<>();
        Classification classes = evaluation.classification();
        if (classes != null && classes.accuracy() != null) {
            blocks.add(accuracy(classes.accuracy(), classes.classes()));
            blocks.add(Block.paragraph(classes.accuracy().difference().sentence()));
        }
        if (classes != null) {
            blocks.add(Table.facts("Beside the original, on " + evaluation.text(), beside(classes)));
        }
        Table outputs = Table.of("Outputs as numbers", "Output", "Signal over noise, dB", "Relative error", "Cosine");
        evaluation
                .outputs()
                .forEach(o -> outputs.row(
                        Table.Cell.text(o.name()),
                        Table.Cell.number(o.decibels()),
                        Table.Cell.number(o.relativeError()),
                        Table.Cell.number(o.cosine())));
        blocks.add(outputs);
        if (evaluation.layers().size() > 1) {
            blocks.add(layers(evaluation.layers()));
        }
        return blocks;
    }

    private static Table accuracy(Classification.Accuracy accuracy, int classes) {
        Table table = Table.of(
                "Share of examples whose class is right, with the 95 % interval of Wilson",
                "", "Original", "Quantized");
        table.row(
                Table.Cell.text("Largest class"),
                Table.Cell.text(accuracy.original().text()),
                Table.Cell.text(accuracy.quantized().text()));
        if (classes > Classification.TOP) {
            table.row(
                    Table.Cell.text("Among the five largest"),
                    Table.Cell.text(accuracy.originalTop5().text()),
                    Table.Cell.text(accuracy.quantizedTop5().text()));
        }
        return table;
    }

    private static Map<String, String> beside(Classification classes) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Same class", classes.agreement().text());
        facts.put("Divergence, mean", String.format(Locale.ROOT, "%.4g nats", classes.divergence()));
        facts.put("Divergence, largest", String.format(Locale.ROOT, "%.4g nats", classes.largestDivergence()));
        facts.put("Cosine of scores", String.format(Locale.ROOT, "%.4f", classes.cosine()));
        return facts;
    }

    private static Chart layers(List<Fidelity> layers) {
        double[] across = new double[layers.size()];
        double[] decibels = new double[layers.size()];
        for (int i = 0; i < across.length; i++) {
            across[i] = i;
            double found = layers.get(i).decibels();
            decibels[i] = Double.isFinite(found) ? found : Double.NaN;
        }
        return Chart.lines(
                "Signal over noise at the output of each layer in dB, with everything before it quantized",
                "layer, in the order in which they run",
                across,
                List.of(new Chart.Series("dB", decibels)));
    }

    /** The facts for a summary. */
    static Map<String, String> facts(Evaluation evaluation) {
        Map<String, String> facts = new LinkedHashMap<>();
        Classification classes = evaluation.classification();
        if (classes == null) {
            evaluation
                    .outputs()
                    .forEach(o -> facts.put(
                            "Relative error of " + o.name(), String.format(Locale.ROOT, "%.3g", o.relativeError())));
            return facts;
        }
        Classification.Accuracy accuracy = classes.accuracy();
        if (accuracy != null) {
            facts.put(
                    "Right class",
                    percent(accuracy.quantized().rate()) + " instead of "
                            + percent(accuracy.original().rate()) + " of " + evaluation.text());
        }
        facts.put("Same class", classes.agreement().text());
        return facts;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }
}
