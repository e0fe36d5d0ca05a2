package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operator with a rule, between two dense layers: contributions add up to the change of the target. */
class OperatorSummationTest {
    private static final int OPSET = 24;
    private static final int WIDTH = 6;

    /** Writes nodes from the hidden layer {@code h} (and {@code k}, another one) to {@code y}. */
    private interface Middle {
        void write(Graph.Builder graph);
    }

    private record Case(String name, Middle middle, boolean isPositive) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Node node(String domain, String operator, Attributes attributes, List<String> in, String out) {
        return new Node(
                operator + "_" + out, domain, operator, domain.isEmpty() ? OPSET : 1, in, List.of(out), attributes);
    }

    private static Case unary(String operator, Attributes attributes, boolean isPositive) {
        return new Case(
                operator + attributes, g -> g.node(node("", operator, attributes, List.of("h"), "y")), isPositive);
    }

    private static Case unary(String operator) {
        return unary(operator, Attributes.NONE, false);
    }

    private static Case binary(String operator, String left, String right) {
        return new Case(
                operator + "(" + left + ", " + right + ")",
                g -> g.constant("c", random(77, true, 1, WIDTH))
                        .constant("wide", random(78, true, 5, WIDTH))
                        .constant("axes", Constant.of(NdArray.of(new long[] {1}, 1)))
                        .node(node("", "Unsqueeze", Attributes.NONE, List.of("h", "axes"), "u"))
                        .node(node("", operator, Attributes.NONE, List.of(left, right), "y")),
                true);
    }

    private static Constant random(long seed, boolean isPositive, long... shape) {
        Random random = new Random(seed);
        double[] data = new double[(int) NdArray.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = isPositive ? 0.2 + 2 * random.nextDouble() : random.nextGaussian();
        }
        return Constant.of(NdArray.of(data, shape));
    }

    private static Stream<Case> cases() {
        List<Case> all = new ArrayList<>();
        Stream.of(
                        "Exp",
                        "Neg",
                        "Abs",
                        "Erf",
                        "Sin",
                        "Cos",
                        "Atan",
                        "Sinh",
                        "Cosh",
                        "Asinh",
                        "Relu",
                        "Sigmoid",
                        "Tanh",
                        "LeakyRelu",
                        "Elu",
                        "Selu",
                        "Celu",
                        "Gelu",
                        "HardSigmoid",
                        "HardSwish",
                        "Swish",
                        "Mish",
                        "Softplus",
                        "Softsign",
                        "ThresholdedRelu",
                        "Shrink",
                        "Dropout",
                        "Identity")
                .forEach(o -> all.add(unary(o)));
        Stream.of("Log", "Sqrt", "Reciprocal").forEach(o -> all.add(unary(o, Attributes.NONE, true)));
        Stream.of(
                        "ReduceSum",
                        "ReduceMean",
                        "ReduceMax",
                        "ReduceMin",
                        "ReduceProd",
                        "ReduceL1",
                        "ReduceL2",
                        "ReduceSumSquare",
                        "ReduceLogSum",
                        "ReduceLogSumExp")
                .forEach(o -> all.add(new Case(
                        o,
                        g -> g.constant("axes", Constant.of(NdArray.of(new long[] {1}, 1)))
                                .node(node("", o, Attributes.NONE, List.of("h", "axes"), "y")),
                        o.equals("ReduceLogSum"))));
        for (String operator : List.of("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean")) {
            all.add(binary(operator, "h", "k"));
            if (!operator.equals("Sub") && !operator.equals("Div")) {
                all.add(binary(operator, "h", "h"));
            }
            all.add(binary(operator, "h", "c"));
            all.add(binary(operator, "c", "h"));
            all.add(binary(operator, "u", "wide"));
            all.add(binary(operator, "wide", "u"));
        }
        all.add(new Case(
                "Max of three",
                g -> g.constant("c", random(3, true, 1, WIDTH))
                        .node(node("", "Max", Attributes.NONE, List.of("h", "c", "k"), "y")),
                false));
        all.add(new Case(
                "Clip",
                g -> g.constant("low", random(4, true))
                        .node(node("", "Clip", Attributes.NONE, List.of("h", "low", "k"), "y")),
                false));
        all.add(new Case(
                "Where",
                g -> g.constant(
                                "m",
                                Constant.of(
                                        NdArray.ofIntegers(NdArray.Type.BOOL, new long[] {1, 0, 1, 1, 0, 0}, WIDTH)))
                        .node(node("", "Where", Attributes.NONE, List.of("m", "h", "k"), "y")),
                false));
        for (String operator : List.of("Sum", "Mean", "Max")) {
            all.add(new Case(
                    operator + " of one value thrice",
                    g -> g.node(node("", operator, Attributes.NONE, List.of("h", "h", "h"), "y")),
                    false));
        }
        all.add(new Case("PRelu", g -> g.node(node("", "PRelu", Attributes.NONE, List.of("h", "k"), "y")), false));
        all.add(new Case(
                "CumSum",
                g -> g.constant("axis", Constant.of(NdArray.of(new long[] {1})))
                        .node(node("", "CumSum", Attributes.of("reverse", 1), List.of("h", "axis"), "y")),
                false));
        all.add(new Case("Cast", g -> g.node(node("", "Cast", Attributes.of("to", 1), List.of("h"), "y")), false));
        all.add(new Case(
                "Cast to float8", g -> g.node(node("", "Cast", Attributes.of("to", 17), List.of("h"), "y")), false));
        all.add(new Case(
                "noise",
                g -> g.node(node("", "RandomNormalLike", Attributes.NONE, List.of("h"), "e"))
                        .node(node("", "Mul", Attributes.NONE, List.of("h", "e"), "y")),
                false));
        all.add(new Case("Quantize and back", OperatorSummationTest::quantized, false));
        all.add(new Case("MatMulInteger", OperatorSummationTest::integerProduct, false));
        all.add(new Case(
                "FastGelu",
                g -> g.node(node("com.microsoft", "FastGelu", Attributes.NONE, List.of("h", "k"), "y")),
                false));
        return all.stream();
    }

    private static void quantized(Graph.Builder g) {
        g.constant("scale", Constant.of(NdArray.of(new double[] {0.05})))
                .constant("zero", Constant.of(NdArray.ofIntegers(NdArray.Type.UINT8, new long[] {128})))
                .node(node("", "QuantizeLinear", Attributes.NONE, List.of("h", "scale", "zero"), "q"))
                .node(node("", "DequantizeLinear", Attributes.NONE, List.of("q", "scale", "zero"), "y"));
    }

    private static void integerProduct(Graph.Builder g) {
        long[] weights = new Random(5).ints(WIDTH * WIDTH, -9, 9).asLongStream().toArray();
        g.constant("scale", Constant.of(NdArray.of(new double[] {0.05})))
                .constant("zero", Constant.of(NdArray.ofIntegers(NdArray.Type.UINT8, new long[] {128})))
                .constant("w", Constant.of(NdArray.ofIntegers(NdArray.Type.INT8, weights, WIDTH, WIDTH)))
                .node(node("", "QuantizeLinear", Attributes.NONE, List.of("h", "scale", "zero"), "q"))
                .node(node("", "MatMulInteger", Attributes.NONE, List.of("q", "w", "zero"), "i"))
                .node(node("", "Cast", Attributes.of("to", 1), List.of("i"), "y"));
    }

    private static Graph graph(Case c) {
        Graph.Builder g = Graph.builder(c.name())
                .input(Value.tensor("x", NdArray.Type.FLOAT64, -1, 4))
                .constant("first", random(1, c.isPositive(), 4, WIDTH))
                .constant("bias", random(2, c.isPositive(), WIDTH))
                .constant("second", random(6, c.isPositive(), 4, WIDTH))
                .node(node("", "Gemm", Attributes.NONE, List.of("x", "first", "bias"), "h"))
                .node(node("", "Gemm", Attributes.NONE, List.of("x", "second", "bias"), "k"));
        c.middle().write(g);
        return g.output(Value.untyped("y")).build();
    }

    static Stream<Arguments> casesAndMethods() {
        return cases().flatMap(c -> Stream.of(DeepLift.RESCALE, DeepLift.REVEAL_CANCEL)
                .flatMap(m -> Stream.of(true, false).map(shared -> Arguments.of(c, m, shared))));
    }

    @ParameterizedTest(name = "{0}, {1}, shared reference {2}")
    @MethodSource("casesAndMethods")
    void contributionsAddUp(Case c, DeepLift method, boolean isShared) {
        NdArray x = random(10, c.isPositive(), 3, 4).toNdArray();
        NdArray r = random(11, c.isPositive(), isShared ? 1 : 3, 4).toNdArray();
        Request request = Request.of(Map.of("x", x), method)
                .target(new TargetChoice.Sum())
                .reference(ReferenceInputs.of("random", Map.of("x", r)));
        try (Explainer explainer = Explainer.of(graph(c), Precision.FLOAT64)) {
            Attribution attribution = explainer.explain(request).getFirst().attribution();
            double[] target = attribution.target().values();
            double[] reference = attribution.reference().values();
            for (int i = 0; i < target.length; i++) {
                assertThat(attribution.delta()[i])
                        .as("example %d, %s from %s", i, target[i], reference[i])
                        .isCloseTo(0, Offset.offset(1e-11 * (1 + Math.abs(target[i]) + Math.abs(reference[i]))));
            }
        }
    }
}
