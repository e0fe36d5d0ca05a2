package dev.whence.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Networks over token numbers: the gradient towards the embeddings, which are an inner value, against central differences
 * along random directions; and nothing on the way that cannot carry attribution.
 */
@Tag("golden")
class ZooEmbeddingTest {
    private static final double STEP = 1e-6;

    /** Differences of float64 numbers over a step of 1e-6. */
    private static final double RELATIVE = 1e-6;

    @TestFactory
    Stream<DynamicTest> gradientsReachTheEmbeddings() throws IOException {
        Path zoo = Shared.find("fixtures/zoo").orElse(null);
        if (zoo == null) {
            return Stream.empty();
        }
        List<Path> folders;
        try (Stream<Path> all = Files.list(zoo)) {
            folders = all.filter(f -> Files.exists(f.resolve("model.onnx")) && Files.exists(f.resolve("input.npy")))
                    .filter(f -> !Npy.read(f.resolve("input.npy")).type().isFloating())
                    .sorted()
                    .toList();
        }
        return folders.stream().map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f)));
    }

    private static void check(Path folder) {
        Graph graph = OnnxModel.load(folder.resolve("model.onnx")).graph();
        String source = embedding(graph).orElseThrow();
        String output = graph.outputs().getFirst().name();
        Map<String, NdArray> input = Map.of(graph.inputs().getFirst().name(), Npy.read(folder.resolve("input.npy")));
        Random random = new Random(20);
        try (Network network = StandardOperators.network(graph, Precision.FLOAT64)) {
            Map<String, NdArray> values = network.evaluate(input, source, output);
            double[] at = values.get(source).toDoubles();
            long[] shape = values.get(source).shape();
            double[] weights = normal(random, values.get(output).size());
            double[] gradient = gradient(network, input, source, output, weights);
            for (int trial = 0; trial < 3; trial++) {
                double[] direction = normal(random, at.length);
                double slope = (combined(network, input, source, moved(at, direction, STEP), shape, output, weights)
                                - combined(network, input, source, moved(at, direction, -STEP), shape, output, weights))
                        / (2 * STEP);
                assertThat(dot(gradient, direction)).isCloseTo(slope, Offset.offset(RELATIVE * (1 + Math.abs(slope))));
            }
        }
    }

    /** The output of the first node that looks rows up in a table of real numbers. */
    private static Optional<String> embedding(Graph graph) {
        return graph.nodes().stream()
                .filter(n -> n.operator().equals("Gather"))
                .filter(n -> graph.constants().containsKey(n.inputs().getFirst())
                        && graph.constants().get(n.inputs().getFirst()).type().isFloating())
                .map(n -> n.outputs().getFirst())
                .findFirst();
    }

    private static double[] gradient(
            Network network, Map<String, NdArray> input, String source, String output, double[] weights) {
        try (TensorScope scope = TensorScope.open()) {
            Trace trace =
                    network.run(tensors(input), Set.of(source), Set.of(source, output), Interpreter.Retention.GRADIENT);
            Map<Slot, Tensor> gradients = new IdentityHashMap<>();
            Slot last = trace.slot(output);
            gradients.put(last, Tensor.of(NdArray.of(weights, last.shape())));
            for (Step step : trace.steps().reversed()) {
                assertThat(step.kind()).as(step.describe()).isNotInstanceOf(Kind.Blocking.class);
                passBack(step, gradients);
            }
            return gradients.get(trace.slot(source)).toDoubles();
        }
    }

    private static void passBack(Step step, Map<Slot, Tensor> gradients) {
        @Nullable Tensor[] outer = new @Nullable Tensor[step.outputs().length];
        boolean any = false;
        for (int i = 0; i < outer.length; i++) {
            outer[i] = step.outputs()[i] == null ? null : gradients.get(step.outputs()[i]);
            any |= outer[i] != null;
        }
        if (!any) {
            return;
        }
        @Nullable Tensor[] inner = step.operator().gradient().apply(step.call(), outer);
        for (int i = 0; i < inner.length; i++) {
            Slot slot = step.inputs()[i];
            if (inner[i] != null && slot != null && slot.isActive()) {
                gradients.merge(slot, inner[i], Tensor::plus);
            }
        }
    }

    private static double combined(
            Network network,
            Map<String, NdArray> input,
            String source,
            double[] at,
            long[] shape,
            String output,
            double[] weights) {
        try (TensorScope scope = TensorScope.open()) {
            Map<String, Tensor> feeds = tensors(input);
            feeds.put(source, Tensor.of(NdArray.of(at, shape)));
            Trace trace = network.run(feeds, Set.of(), Set.of(output), Interpreter.Retention.NOTHING);
            return dot(trace.slot(output).tensor().toDoubles(), weights);
        }
    }

    private static Map<String, Tensor> tensors(Map<String, NdArray> arrays) {
        Map<String, Tensor> out = new java.util.LinkedHashMap<>();
        arrays.forEach((name, array) -> out.put(name, Tensor.of(array)));
        return out;
    }

    private static double[] normal(Random random, int n) {
        return random.doubles(n, -1, 1).toArray();
    }

    private static double[] moved(double[] at, double[] direction, double by) {
        double[] out = at.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] += by * direction[i];
        }
        return out;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
