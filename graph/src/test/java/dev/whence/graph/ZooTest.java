package dev.whence.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Real architectures as a real exporter writes them: logits and input gradients, against the exporter's own framework. In
 * each folder {@code model.onnx} and {@code input.npy} must be there; what else is there is compared.
 */
@Tag("golden")
class ZooTest {
    private static final String FOLDER = "fixtures/zoo";

    /** Float32 sums in another order. */
    private static final double LOGITS_32 = 1e-4;

    /** The weights themselves are float32 numbers, but equal ones; only elementary functions differ. */
    private static final double LOGITS_64 = 1e-6;

    private static final double GRADIENT_64 = 1e-6;

    @TestFactory
    Stream<DynamicTest> everyNetworkRuns() throws IOException {
        Path zoo = Shared.find(FOLDER).orElse(null);
        if (zoo == null) {
            return Stream.empty();
        }
        List<Path> folders;
        try (Stream<Path> all = Files.list(zoo)) {
            folders = all.filter(f -> Files.exists(f.resolve("model.onnx")) && Files.exists(f.resolve("input.npy")))
                    .sorted()
                    .toList();
        }
        return folders.stream()
                .map(f -> DynamicTest.dynamicTest(
                        f.getFileName().toString(),
                        () -> GoldenTable.check(FOLDER, f.getFileName().toString(), () -> check(f))));
    }

    private static void check(Path folder) {
        long before = TensorScope.liveTensors();
        Graph graph = OnnxModel.load(folder.resolve("model.onnx")).graph();
        NdArray input = Npy.read(folder.resolve("input.npy"));
        String name = graph.inputs().getFirst().name();
        String output = graph.outputs().getFirst().name();
        if (Files.exists(folder.resolve("logits.npy"))) {
            try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
                NdArray logits = network.evaluate(Map.of(name, input), output).get(output);
                compare("logits in float32", logits, folder.resolve("logits.npy"), LOGITS_32);
            }
        }
        try (Network network = StandardOperators.network(graph, Precision.FLOAT64)) {
            if (Files.exists(folder.resolve("logits64.npy"))) {
                NdArray logits = network.evaluate(Map.of(name, input), output).get(output);
                compare("logits in float64", logits, folder.resolve("logits64.npy"), LOGITS_64);
            }
            if (Files.exists(folder.resolve("gradient.npy")) && Files.exists(folder.resolve("case.json"))) {
                int target = GoldenJson.read(folder.resolve("case.json"))
                        .get("target")
                        .intValue();
                NdArray gradient = gradient(network, input, target);
                compare("gradient in float64", gradient, folder.resolve("gradient.npy"), GRADIENT_64);
            }
        }
        assertThat(TensorScope.liveTensors()).as("native tensors left over").isEqualTo(before);
    }

    private static void compare(String what, NdArray actual, Path expected, double tolerance) {
        NdArray wanted = Npy.read(expected);
        assertThat(actual.shape()).as(what).isEqualTo(wanted.shape());
        Close.assertRelativeToMax(what, actual.toDoubles(), wanted.toDoubles(), tolerance, wanted.shape());
    }

    /** The gradient of one logit, summed over the examples, walked back by the operators' own gradients. */
    private static NdArray gradient(Network network, NdArray input, int target) {
        String name = network.graph().inputs().getFirst().name();
        String output = network.graph().outputs().getFirst().name();
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = network.run(
                    Map.of(name, Tensor.of(input)), Set.of(name), Set.of(output), Interpreter.Retention.GRADIENT);
            Slot logits = trace.slot(output);
            double[] seed = new double[(int) NdArray.elements(logits.shape())];
            int classes = (int) logits.shape()[logits.shape().length - 1];
            for (int i = target; i < seed.length; i += classes) {
                seed[i] = 1;
            }
            Map<Slot, Tensor> gradients = new IdentityHashMap<>();
            gradients.put(logits, Tensor.of(NdArray.of(seed, logits.shape())));
            for (Step step : trace.steps().reversed()) {
                passBack(step, gradients);
            }
            return gradients.entrySet().stream()
                    .filter(e -> e.getKey().name().equals(name))
                    .findFirst()
                    .orElseThrow()
                    .getValue()
                    .toNdArray();
        }
    }

    private static void passBack(Step step, Map<Slot, Tensor> gradients) {
        @Nullable Tensor[] outer = new @Nullable Tensor[step.outputs().length];
        boolean any = false;
        for (int i = 0; i < outer.length; i++) {
            outer[i] = step.outputs()[i] == null ? null : gradients.get(step.outputs()[i]);
            any |= outer[i] != null;
        }
        if (!any || (step.kind() instanceof Kind.Blocking && step.operator().gradient() == null)) {
            return;
        }
        assertThat(step.operator().gradient())
                .as("gradient of " + step.describe())
                .isNotNull();
        @Nullable Tensor[] inner = step.operator().gradient().apply(step.call(), outer);
        for (int i = 0; i < inner.length; i++) {
            Slot slot = step.inputs()[i];
            if (inner[i] != null && slot != null && slot.isActive()) {
                gradients.merge(slot, inner[i], Tensor::plus);
            }
        }
    }
}
