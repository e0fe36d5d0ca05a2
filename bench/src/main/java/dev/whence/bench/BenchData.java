package dev.whence.bench;

import dev.whence.core.NdArray;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.tensor.Safetensors;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What both sides of a comparison read: noise as images against black ones, random bases against even odds.
 *
 * @param inputs the batch
 * @param references one row a reference, or null if the method has none
 */
record BenchData(NdArray inputs, @Nullable NdArray references) {
    private static final Map<String, List<String>> WEIGHTS = Map.of(
            "Conv", List.of("weight", "bias"),
            "BatchNormalization", List.of("scale", "bias", "mean", "variance"),
            "Gemm", List.of("weight", "bias"));
    private static final Map<String, String> KINDS =
            Map.of("Conv", "conv", "BatchNormalization", "norm", "Gemm", "dense");

    static BenchData of(ComparedWork work, BenchNetworks.Subject subject) {
        boolean bases = subject.input().equals("sequence");
        NdArray inputs = bases ? bases(work.batch(), subject.example()) : subject.batch(work.batch(), 3);
        if (work.references() == 0) {
            return new BenchData(inputs, null);
        }
        if (work.references() > 1) {
            NdArray several = bases ? bases(work.references(), subject.example()) : subject.batch(work.references(), 4);
            return new BenchData(inputs, several);
        }
        long[] one = inputs.shape();
        one[0] = 1;
        float[] even = new float[(int) NdArray.elements(one)];
        java.util.Arrays.fill(even, bases ? 0.25f : 0f);
        return new BenchData(inputs, NdArray.of(even, one));
    }

    private static NdArray bases(int n, long[] example) {
        RandomGenerator random = Sketch.generator(5);
        int length = (int) example[0];
        int letters = (int) example[1];
        float[] data = new float[n * length * letters];
        for (int i = 0; i < n * length; i++) {
            data[i * letters + random.nextInt(letters)] = 1;
        }
        return NdArray.of(data, n, length, letters);
    }

    /** Writes both for the peer. */
    void write(Path file) {
        try (TensorScope _ = TensorScope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("inputs", Tensor.of(inputs));
            if (references != null) {
                tensors.put("references", Tensor.of(references));
            }
            Safetensors.write(file, tensors, Map.of());
        }
    }

    /** Writes the weights of a network, numbered by kind of layer in the order of the graph. */
    static void writeWeights(Graph graph, Path file) {
        try (TensorScope _ = TensorScope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            Map<String, Integer> counts = new LinkedHashMap<>();
            for (Node node : graph.nodes()) {
                List<String> names = WEIGHTS.get(node.operator());
                if (names == null) {
                    continue;
                }
                String kind = Objects.requireNonNull(KINDS.get(node.operator()));
                int number = counts.merge(kind, 1, Integer::sum) - 1;
                for (int i = 1; i < node.inputs().size(); i++) {
                    Constant constant = Objects.requireNonNull(
                            graph.constants().get(node.inputs().get(i)));
                    tensors.put(kind + "." + number + "." + names.get(i - 1), Tensor.of(constant.toNdArray()));
                }
            }
            Safetensors.write(file, tensors, Map.of());
        }
    }
}
