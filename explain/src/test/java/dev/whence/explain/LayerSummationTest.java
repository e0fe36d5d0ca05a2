package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Contributions add up through every layer that is written with smaller operators, and through every pooling. */
class LayerSummationTest {
    private static final double ROUNDING = 1e-9;
    private static final int BATCH = 3;

    /** One layer on an input {@code [N, shape...]}, possibly after a transposition. */
    private record Layer(
            String operator, int opset, Attributes attributes, long[] shape, long[] order, List<NdArray> constants) {
        static Layer of(String operator, long... shape) {
            return new Layer(operator, 22, Attributes.NONE, shape, new long[0], List.of());
        }

        Layer opset(int version) {
            return new Layer(operator, version, attributes, shape, order, constants);
        }

        Layer with(String name, Object value) {
            return new Layer(operator, opset, attributes.with(name, value), shape, order, constants);
        }

        Layer after(long... permutation) {
            return new Layer(operator, opset, attributes, shape, permutation, constants);
        }

        Layer constant(long... size) {
            return constant(Networks.random(Networks.seeded(constants.size() + 5L), 0.7, size));
        }

        Layer constant(NdArray array) {
            List<NdArray> more = new ArrayList<>(constants);
            more.add(array);
            return new Layer(operator, opset, attributes, shape, order, List.copyOf(more));
        }

        Graph graph() {
            long[] x = new long[shape.length + 1];
            x[0] = -1;
            System.arraycopy(shape, 0, x, 1, shape.length);
            Graph.Builder builder = Graph.builder("layer").input(Value.tensor("x", NdArray.Type.FLOAT32, x));
            List<String> inputs = new ArrayList<>(List.of("x"));
            if (order.length > 0) {
                builder.node(node("Transpose", 22, Attributes.of("perm", order), List.of("x"), "turned"));
                inputs.set(0, "turned");
            }
            for (NdArray constant : constants) {
                if (constant.size() == 0) {
                    inputs.add("");
                    continue;
                }
                inputs.add("c" + inputs.size());
                builder.constant(inputs.getLast(), Constant.of(constant));
            }
            if (operator.equals("Attention")) {
                inputs.addAll(1, List.of("x", "x"));
            }
            builder.node(node(operator, opset, attributes, inputs, "z"));
            String z = "z";
            if (order.length > 0) {
                builder.node(node(
                        "Transpose",
                        22,
                        Attributes.of("perm", order.length == 3 ? new long[] {2, 0, 1, 3} : order),
                        List.of("z"),
                        "back"));
                z = "back";
            }
            return builder.node(node("Flatten", 22, Attributes.NONE, List.of(z), "flat"))
                    .node(node("Tanh", 22, Attributes.NONE, List.of("flat"), "y"))
                    .output(Value.untyped("y"))
                    .build();
        }

        private static Node node(
                String operator, int opset, Attributes attributes, List<String> inputs, String output) {
            return new Node(output, "", operator, opset, inputs, List.of(output), attributes);
        }

        @Override
        public String toString() {
            return operator + "-" + opset + " " + attributes + " " + Arrays.toString(shape);
        }
    }

    static Stream<Layer> layers() {
        long[] kernel = {2, 3};
        long[] step = {2, 2};
        Layer pool = Layer.of("MaxPool", 2, 5, 6).with("kernel_shape", kernel);
        Layer average =
                Layer.of("AveragePool", 2, 5, 6).with("kernel_shape", kernel).with("strides", step);
        return Stream.of(
                pool,
                pool.with("strides", step).with("ceil_mode", 1),
                pool.with("pads", new long[] {1, 0, 0, 2}),
                pool.with("dilations", step),
                pool.with("auto_pad", "SAME_UPPER"),
                average.with("ceil_mode", 1),
                average.with("dilations", step).with("pads", new long[] {1, 1, 1, 1}),
                Layer.of("GlobalMaxPool", 2, 3, 4),
                Layer.of("GlobalAveragePool", 2, 3, 4),
                Layer.of("LpPool", 2, 5, 6).with("kernel_shape", kernel),
                Layer.of("GlobalLpPool", 2, 3, 4).with("p", 3),
                Layer.of("LRN", 4, 3, 3).with("size", 3),
                Layer.of("LpNormalization", 4, 3),
                Layer.of("MeanVarianceNormalization", 2, 3, 3).with("axes", new long[] {2, 3}),
                Layer.of("LayerNormalization", 3, 4).constant(4).constant(4),
                Layer.of("RMSNormalization", 3, 4).opset(23).constant(4),
                Layer.of("InstanceNormalization", 2, 3, 4).constant(2).constant(2),
                Layer.of("GroupNormalization", 4, 3)
                        .with("num_groups", 2)
                        .constant(4)
                        .constant(4),
                Layer.of("GroupNormalization", 4, 3)
                        .opset(18)
                        .with("num_groups", 2)
                        .constant(2)
                        .constant(2),
                Layer.of("Softmax", 3, 4),
                Layer.of("Softmax", 3, 4).opset(11),
                Layer.of("LogSoftmax", 3, 4),
                Layer.of("LogSoftmax", 3, 4).opset(11),
                Layer.of("Attention", 4, 6)
                        .opset(23)
                        .with("q_num_heads", 2)
                        .with("kv_num_heads", 2)
                        .with("is_causal", 1),
                Layer.of("Attention", 4, 6)
                        .opset(23)
                        .with("q_num_heads", 2)
                        .with("kv_num_heads", 2)
                        .with("softcap", 2.0)
                        .constant(4, 4),
                Layer.of("Einsum", 3, 4).with("equation", "nij,jk->nik").constant(4, 2),
                Layer.of("DFT", 6, 1),
                Layer.of("RNN", 4, 5)
                        .after(1, 0, 2)
                        .constant(1, 3, 5)
                        .constant(1, 3, 3)
                        .constant(1, 6),
                Layer.of("GRU", 4, 5)
                        .after(1, 0, 2)
                        .with("direction", "bidirectional")
                        .constant(2, 9, 5)
                        .constant(2, 9, 3)
                        .constant(2, 18),
                Layer.of("GRU", 4, 5)
                        .after(1, 0, 2)
                        .with("linear_before_reset", 1)
                        .with("direction", "reverse")
                        .constant(1, 9, 5)
                        .constant(1, 9, 3),
                Layer.of("LSTM", 4, 5)
                        .after(1, 0, 2)
                        .with("direction", "bidirectional")
                        .constant(2, 12, 5)
                        .constant(2, 12, 3)
                        .constant(2, 24)
                        .constant(NdArray.of(new double[0], 0))
                        .constant(NdArray.of(new double[0], 0))
                        .constant(NdArray.of(new double[0], 0))
                        .constant(2, 9));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void contributionsAddUp(Layer layer) {
        for (DeepLift method : List.of(DeepLift.RESCALE, DeepLift.REVEAL_CANCEL)) {
            RandomGenerator random = Networks.seeded(3);
            long[] shape = new long[layer.shape().length + 1];
            System.arraycopy(layer.shape(), 0, shape, 1, layer.shape().length);
            shape[0] = BATCH;
            NdArray x = Networks.random(random, 1, shape);
            shape[0] = 1;
            NdArray r = Networks.random(random, 1, shape);
            Request request = Request.of(Map.of("x", x), method)
                    .reference(ReferenceInputs.of("given", Map.of("x", r)))
                    .target(new TargetChoice.Index(1));
            try (Explainer explainer = Explainer.of(layer.graph(), Precision.FLOAT64)) {
                Attribution a = explainer.explain(request).getFirst().attribution();
                for (double delta : a.delta()) {
                    assertThat(delta).as("%s by %s", layer, method).isCloseTo(0, within(ROUNDING));
                }
                assertThat(Arrays.stream(a.units().getFirst().scores().toDoubles()))
                        .allMatch(Double::isFinite);
            }
        }
    }
}
