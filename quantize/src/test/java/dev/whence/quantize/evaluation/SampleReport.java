package dev.whence.quantize.evaluation;

import dev.whence.core.NdArray;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.evaluation.QuantizationReport.BudgetLine;
import dev.whence.quantize.evaluation.QuantizationReport.Candidate;
import dev.whence.quantize.evaluation.QuantizationReport.Certificate;
import dev.whence.quantize.evaluation.QuantizationReport.Contribution;
import dev.whence.quantize.evaluation.QuantizationReport.Layer;
import dev.whence.quantize.evaluation.QuantizationReport.ParetoPoint;
import dev.whence.quantize.evaluation.QuantizationReport.Storage;
import dev.whence.quantize.evaluation.QuantizationReport.Totals;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A report of invented numbers with everything in it. */
final class SampleReport {
    private static final String[] KINDS = {"qkv", "matmul1", "matmul2", "proj", "fc1", "fc2"};

    private SampleReport() {}

    static QuantizationReport small() {
        return of(2, 3);
    }

    static QuantizationReport of(int blocks, int pictures) {
        Random random = new Random(7);
        List<Layer> layers = new ArrayList<>();
        layers.add(layer("patch_embed.proj", "patch_embed", -1, 3136, 8, random, 1));
        for (int block = 0; block < blocks; block++) {
            for (int kind = 0; kind < KINDS.length; kind++) {
                boolean isProduct = KINDS[kind].startsWith("matmul");
                String name = "blocks." + block + (kind < 4 ? ".attn." : ".mlp.") + KINDS[kind];
                long parameters = isProduct ? 0 : 4096L * (kind + 1);
                layers.add(
                        layer(name, KINDS[kind], block, parameters, 2 + random.nextInt(3), random, layers.size() + 1));
            }
        }
        layers.add(layer("head", "head", -1, 640, 4, random, layers.size() + 1));
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("Format", "fake-quant");
        settings.put("Calibration", "32 images");
        settings.put("Allocation", "lrp, candidates 2, 3, 4 bits, error reduction on");
        List<ParetoPoint> pareto = new ArrayList<>();
        for (int i = 0; i <= 16; i++) {
            double bits = 2 + i / 8.0;
            pareto.add(new ParetoPoint(bits, 0.08 * Math.pow(4, 2 - bits)));
        }
        List<BudgetLine> budgets = List.of(
                new BudgetLine("average bits of a weight", 3, 2.9987, 0.0013, 0.0131),
                new BudgetLine("average bits of an operation", 3, 2.9712, 0.0288, 0));
        return new QuantizationReport(
                "vit_op17.onnx",
                "vit-3bit.onnx",
                settings,
                layers,
                Totals.of(layers, 21_000, 262_144, 861_726),
                new Certificate("lrp", 0.02048, 0.02048, 0, budgets),
                pareto,
                drift(pictures, random),
                evaluation(layers, random),
                latency(random),
                List.of("Contributions are means over 6 examples; at least 8 tell more, and 16 are usual."));
    }

    private static Layer layer(
            String name, String kind, int block, long parameters, int bits, Random random, int rank) {
        List<Candidate> candidates = new ArrayList<>();
        for (int width = 2; width <= 4; width++) {
            candidates.add(new Candidate(Width.of(width), 0.4 * Math.pow(4, -width) * random.nextDouble()));
        }
        double mean = 0.02 + random.nextDouble();
        boolean hasWeights = parameters > 0;
        return new Layer(
                name,
                kind,
                block,
                parameters,
                17 * Math.max(4096, parameters),
                1088,
                bits,
                bits,
                new Contribution(mean, 0.2 * mean, rank, mean * (random.nextDouble() - 0.2)),
                candidates,
                new Storage(
                        parameters * bits / 8 + 64,
                        hasWeights ? 6.0 * bits + random.nextDouble() : Double.NaN,
                        hasWeights ? 0.011 : Double.NaN,
                        hasWeights ? 0.034 : Double.NaN,
                        kind.equals("qkv") ? "t 0.98, alpha 1" : ""),
                List.of("uniform, scale 0.0212, zero 7"));
    }

    private static ExplanationDrift drift(int pictures, Random random) {
        List<ExplanationDrift.Example> examples = new ArrayList<>();
        for (int n = 0; n < pictures; n++) {
            float[] picture = new float[28 * 28];
            float[] first = new float[28 * 28];
            float[] second = new float[28 * 28];
            for (int i = 0; i < picture.length; i++) {
                double x = i % 28 - 14;
                double y = i / 28 - 14;
                double ring = Math.exp(-Math.pow(Math.hypot(x, y) - 7 - n % 3, 2) / 4);
                picture[i] = (float) (2 * ring - 1);
                first[i] = (float) (ring * Math.sin(x / 3));
                second[i] = (float) (first[i] + 0.15 * ring * random.nextGaussian());
            }
            NdArray a = NdArray.of(first, 1, 28, 28);
            NdArray b = NdArray.of(second, 1, 28, 28);
            double cosine = Classification.Counts.cosine(a.toDoubles(), b.toDoubles());
            examples.add(new ExplanationDrift.Example(n % 10, cosine, NdArray.of(picture, 1, 28, 28), a, b));
        }
        return new ExplanationDrift("lrp-attention", "image", examples);
    }

    private static Evaluation evaluation(List<Layer> layers, Random random) {
        List<Fidelity> each = layers.stream()
                .map(layer ->
                        new Fidelity("/" + layer.name() + "/Add_output_0", 0.99, 0.1, 14 + 8 * random.nextDouble()))
                .toList();
        Classification.Accuracy accuracy = new Classification.Accuracy(
                new Proportion(1443, 1500),
                new Proportion(1432, 1500),
                new Proportion(1499, 1500),
                new Proportion(1498, 1500),
                new McNemar(21, 10));
        Classification classification =
                new Classification(10, false, new Proportion(1461, 1500), 0.9931, 0.0312, 1.71, accuracy);
        return new Evaluation(
                1500, List.of(new Fidelity("logits", 0.992, 0.121, 18.3)), classification, each, List.of());
    }

    private static Latency latency(Random random) {
        return new Latency(
                "ONNX Runtime 1.29.0",
                Latency.Settings.USUAL,
                1,
                new Latency.Timing("vit_op17.onnx", 861_726, times(0.61, random), ""),
                new Latency.Timing("vit-3bit.onnx", 262_144, times(0.94, random), ""));
    }

    private static List<Double> times(double middle, Random random) {
        List<Double> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(middle * (1 + 0.05 * random.nextDouble()));
        }
        return all;
    }
}
