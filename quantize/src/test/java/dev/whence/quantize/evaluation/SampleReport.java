package dev.whence.quantize.evaluation;

import dev.whence.core.NdArray;
import dev.whence.quantize.Clipping;
import dev.whence.quantize.LayerSize;
import dev.whence.quantize.allocation.Budget.Resource;
import dev.whence.quantize.evaluation.LayerFindings.Candidate;
import dev.whence.quantize.evaluation.LayerFindings.Contribution;
import dev.whence.quantize.evaluation.RunReport.BudgetLine;
import dev.whence.quantize.evaluation.RunReport.Certificate;
import dev.whence.quantize.evaluation.RunReport.ParetoPoint;
import dev.whence.quantize.evaluation.RunReport.Trial;
import dev.whence.quantize.export.ActivationReport;
import dev.whence.quantize.export.BudgetReport;
import dev.whence.quantize.export.LayerReport;
import dev.whence.quantize.export.QuantizationReport;
import dev.whence.quantize.export.QuantizerReport;
import dev.whence.quantize.export.SizeAccount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A report of invented numbers with everything in it. */
final class SampleReport {
    private static final String[] KINDS = {"qkv", "matmul1", "matmul2", "proj", "fc1", "fc2"};

    private SampleReport() {}

    static RunReport small() {
        return of(2, 3);
    }

    static RunReport of(int blocks, int pictures) {
        Random random = new Random(7);
        List<LayerReport> layers = new ArrayList<>();
        layers.add(layer("patch_embed.proj", "patch-embed", -1, 3136, 8, random));
        for (int block = 0; block < blocks; block++) {
            for (int kind = 0; kind < KINDS.length; kind++) {
                boolean isProduct = KINDS[kind].startsWith("matmul");
                String name = "blocks." + block + (kind < 4 ? ".attn." : ".mlp.") + KINDS[kind];
                long parameters = isProduct ? 0 : 4096L * (kind + 1);
                layers.add(layer(name, KINDS[kind], block, parameters, 2 + random.nextInt(3), random));
            }
        }
        layers.add(layer("head", "head", -1, 640, 4, random));
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("calibration", "32 images");
        settings.put("candidates", "[2, 3, 4]");
        settings.put("error reduction", "on");
        List<ParetoPoint> pareto = new ArrayList<>();
        for (int i = 0; i <= 12; i++) {
            double bits = 2 + i / 6.0;
            pareto.add(new ParetoPoint(bits, 0.08 * Math.pow(4, 2 - bits)));
        }
        List<BudgetLine> budgets = List.of(
                new BudgetLine("average bits of a weight", 3, 2.9987, 0.0013, 0.0131),
                new BudgetLine("average bits of an operation", 3, 2.9712, 0.0288, 0));
        List<LayerFindings> findings = new ArrayList<>();
        layers.forEach(layer -> findings.add(findings(layer, findings.size() + 1, random)));
        QuantizationReport quantization = new QuantizationReport(
                1,
                "fake-quant",
                settings,
                layers,
                List.of(
                        budget(Resource.AVERAGE_WEIGHT_BITS, layers, List.of()),
                        budget(Resource.AVERAGE_OPERATION_BITS, layers, List.of("patch_embed.proj"))),
                5_200,
                215_000,
                SizeAccount.of(layers, 5_200, 215_000));
        RunReport report = new RunReport(
                "vit_op17.onnx",
                "vit-3bit.onnx",
                861_726,
                262_144,
                quantization,
                findings,
                List.of(
                        new Trial("lrp", 0.0181, true),
                        new Trial("sensitivity", 0.0192, false),
                        new Trial("combined", 0.0188, false)),
                new Certificate("lrp", 0.02048, 0.02048, 0, budgets),
                pareto,
                null,
                null,
                null,
                List.of("Contributions are means over 6 examples; at least 8 tell more, and 16 are usual."));
        return report.with(drift(pictures, random))
                .with(evaluation(layers, random))
                .with(latency(random));
    }

    /** A budget that is kept. */
    private static BudgetReport budget(Resource resource, List<LayerReport> layers, List<String> outside) {
        double used = new BudgetReport(resource, 0, 0, outside).used(layers);
        return new BudgetReport(resource, Math.ceil(used), used, outside);
    }

    private static LayerReport layer(String name, String kind, int block, long parameters, int bits, Random random) {
        QuantizerReport quantizer = new QuantizerReport("uniform", bits, 1, List.of(0.0212f), List.of(7f), null);
        QuantizerReport weights =
                new QuantizerReport("uniform", bits, 64, List.of(0.01f, 0.03f), List.of(3f, 4f), null);
        return new LayerReport(
                name,
                kind,
                block,
                parameters,
                17 * Math.max(4096, parameters),
                bits,
                bits,
                parameters == 0 ? null : weights,
                List.of(new ActivationReport(1088, quantizer)),
                name.endsWith("qkv") ? new Clipping(0.9, 0.75, 0.011, 0.017) : null,
                0.002 + 0.06 * random.nextDouble() * random.nextDouble(),
                LayerSize.of(parameters, parameters == 0 ? 8 : bits, 65, 64));
    }

    private static LayerFindings findings(LayerReport layer, int rank, Random random) {
        List<Candidate> candidates = new ArrayList<>();
        for (int width = 2; width <= 4; width++) {
            candidates.add(new Candidate(width, 0.4 * Math.pow(4, -width) * random.nextDouble()));
        }
        double mean = 0.02 + random.nextDouble();
        return new LayerFindings(
                layer.name(),
                new Contribution(mean, 0.2 * mean, rank, mean * (random.nextDouble() - 0.2)),
                candidates,
                layer.parameters() == 0 ? Double.NaN : 1e-4,
                layer.parameters() == 0 ? Double.NaN : 6.0 * layer.weightBits() + random.nextDouble());
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
            NdArray input = NdArray.of(picture, 1, 28, 28);
            examples.add(new ExplanationDrift.Example(
                    n % 10, cosine, List.of(new ExplanationDrift.Maps("image", cosine, input, a, b))));
        }
        return new ExplanationDrift("lrp-attention", List.of("image"), "logits", examples);
    }

    private static Evaluation evaluation(List<LayerReport> layers, Random random) {
        List<Fidelity> each = layers.stream()
                .map(layer -> new Fidelity(
                        layer.name(), "/" + layer.name() + "/Add_output_0", 0.99, 0.1, 14 + 8 * random.nextDouble()))
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
                1500, List.of(new Fidelity("logits", "logits", 0.992, 0.121, 18.3)), classification, each, List.of());
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
