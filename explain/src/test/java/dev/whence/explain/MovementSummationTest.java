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

/**
 * What moves, joins and cuts elements, and what runs graphs inside a node, between a dense layer and a product: contributions
 * add up to the change of the target.
 */
class MovementSummationTest {
    private static final int OPSET = 22;
    private static final int WIDTH = 6;

    /** Writes nodes from the hidden layers {@code h} and {@code k} to {@code m}. */
    private interface Middle {
        void write(Graph.Builder graph);
    }

    private record Case(String name, Middle middle) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Node node(String operator, Attributes attributes, List<String> in, String... out) {
        return new Node(operator + "_" + out[0], "", operator, OPSET, in, List.of(out), attributes);
    }

    private static Node node(String operator, List<String> in, String... out) {
        return node(operator, Attributes.NONE, in, out);
    }

    private static Constant longs(long... values) {
        return Constant.ofLongs(values);
    }

    private static Constant random(long seed, long... shape) {
        Random random = new Random(seed);
        double[] data = new double[(int) NdArray.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextGaussian();
        }
        return Constant.of(NdArray.of(data, shape));
    }

    /** An operator on {@code h} and constant lists of whole numbers. */
    private static Case listed(String operator, Attributes attributes, long[]... lists) {
        return new Case(operator + attributes + List.of(lists).size(), g -> {
            List<String> in = new ArrayList<>(List.of("h"));
            for (int i = 0; i < lists.length; i++) {
                g.constant("c" + i, longs(lists[i]));
                in.add("c" + i);
            }
            g.node(node(operator, attributes, in, "m"));
        });
    }

    private static Case resized(String mode) {
        return new Case(
                "Resize " + mode,
                g -> g.constant("one", longs(1))
                        .constant("scales", Constant.of(new float[] {1, 1, 1.7f}, 3))
                        .node(node("Unsqueeze", List.of("h", "one"), "u"))
                        .node(node("Resize", Attributes.of("mode", mode), List.of("u", "", "scales"), "m")));
    }

    private static Stream<Case> cases() {
        Attributes none = Attributes.NONE;
        List<Case> all = new ArrayList<>(List.of(
                listed("Reshape", none, new long[] {0, 2, -1}),
                listed("Flatten", none),
                listed("Unsqueeze", none, new long[] {1}),
                listed("Tile", none, new long[] {1, 3}),
                listed("Slice", none, new long[] {-1}, new long[] {0}, new long[] {1}, new long[] {-2}),
                listed("Gather", Attributes.of("axis", 1), new long[] {3, 3, -1}),
                listed("Pad", none, new long[] {0, 2, 0, -1}),
                listed("Pad", Attributes.of("mode", "reflect"), new long[] {0, 2, 0, 1}),
                listed("CenterCropPad", Attributes.of("axes", new long[] {1}), new long[] {9}),
                resized("nearest"),
                resized("linear"),
                resized("cubic")));
        all.add(new Case(
                "Transpose",
                g -> g.constant("shape", longs(0, 2, 3))
                        .node(node("Reshape", List.of("h", "shape"), "matrix"))
                        .node(node("Transpose", Attributes.of("perm", new long[] {0, 2, 1}), List.of("matrix"), "m"))));
        all.add(new Case("Concat", g -> g.node(node("Concat", Attributes.of("axis", 1), List.of("h", "k", "h"), "m"))));
        all.add(new Case(
                "Split",
                g -> g.node(node("Split", Attributes.of(Map.of("axis", 1, "num_outputs", 2)), List.of("h"), "a", "b"))
                        .node(node("Mul", List.of("a", "b"), "m"))));
        all.add(new Case(
                "Expand",
                g -> g.constant("one", longs(1))
                        .constant("shape", longs(1, 5, 1))
                        .node(node("Unsqueeze", List.of("h", "one"), "u"))
                        .node(node("Expand", List.of("u", "shape"), "m"))));
        all.add(new Case(
                "Trilu",
                g -> g.constant("shape", longs(-1, 2, 3))
                        .node(node("Reshape", List.of("h", "shape"), "matrix"))
                        .node(node("Trilu", List.of("matrix"), "m"))));
        all.add(new Case(
                "DepthToSpace",
                g -> g.constant("four", longs(0, 1, 2, 4))
                        .constant("shape", longs(-1, 4, 1, 1))
                        .node(node("Gather", Attributes.of("axis", 1), List.of("h", "four"), "some"))
                        .node(node("Reshape", List.of("some", "shape"), "image"))
                        .node(node("DepthToSpace", Attributes.of("blocksize", 2), List.of("image"), "m"))));
        all.add(new Case(
                "ScatterND",
                g -> g.constant("rows", longs(4, 0))
                        .constant("places", Constant.of(NdArray.of(new long[] {5, 2}, 2, 1)))
                        .node(node("Transpose", List.of("h"), "data"))
                        .node(node("Transpose", List.of("k"), "other"))
                        .node(node("Gather", List.of("other", "rows"), "updates"))
                        .node(node("ScatterND", List.of("data", "places", "updates"), "written"))
                        .node(node("Transpose", List.of("written"), "m"))));
        all.addAll(controlled());
        return all.stream();
    }

    private static List<Case> controlled() {
        Case loop = new Case(
                "Loop",
                g -> g.constant("turns", Constant.of(NdArray.of(new long[] {3})))
                        .node(node("Loop", Attributes.of("body", turn()), List.of("turns", "", "h"), "m")));
        Case scan = new Case(
                "Scan",
                g -> g.constant("zero", longs(0))
                        .constant("first", Constant.of(NdArray.of(new long[] {0})))
                        .node(node("Gather", Attributes.of("axis", 1), List.of("h", "first"), "state"))
                        .node(node(
                                "Scan",
                                Attributes.of(Map.of(
                                        "body",
                                        entry(),
                                        "num_scan_inputs",
                                        1,
                                        "scan_input_axes",
                                        new long[] {1},
                                        "scan_output_axes",
                                        new long[] {1})),
                                List.of("state", "k"),
                                "last",
                                "m")));
        Case branch = new Case(
                "If",
                g -> g.constant("yes", Constant.of(NdArray.ofIntegers(NdArray.Type.BOOL, new long[] {1})))
                        .node(node(
                                "If",
                                Attributes.of(Map.of("then_branch", branch("Tanh"), "else_branch", branch("Exp"))),
                                List.of("yes"),
                                "m")));
        Case lists = new Case(
                "lists",
                g -> g.node(node("SplitToSequence", Attributes.of("axis", 1), List.of("h"), "columns"))
                        .node(node("SequenceMap", Attributes.of("body", each()), List.of("columns"), "mapped"))
                        .node(node("SequenceInsert", List.of("mapped", "k"), "more"))
                        .node(node("ConcatFromSequence", Attributes.of("axis", 1), List.of("more"), "m")));
        return List.of(loop, scan, branch, lists);
    }

    private static Graph turn() {
        return Graph.builder("turn")
                .input(Value.untyped("i"))
                .input(Value.untyped("go"))
                .input(Value.untyped("state"))
                .node(node("Mul", List.of("state", "k"), "product"))
                .node(node("Tanh", List.of("product"), "next"))
                .output(Value.untyped("go"))
                .output(Value.untyped("next"))
                .buildInner();
    }

    private static Graph entry() {
        return Graph.builder("entry")
                .input(Value.untyped("s"))
                .input(Value.untyped("e"))
                .node(node("Mul", List.of("s", "e"), "product"))
                .node(node("Sigmoid", List.of("product"), "next"))
                .node(node("Identity", List.of("next"), "seen"))
                .output(Value.untyped("next"))
                .output(Value.untyped("seen"))
                .buildInner();
    }

    private static Graph branch(String operator) {
        return Graph.builder(operator)
                .node(node(operator, List.of("h"), "inside"))
                .output(Value.untyped("inside"))
                .buildInner();
    }

    private static Graph each() {
        return Graph.builder("each")
                .input(Value.untyped("column"))
                .node(node("Softplus", List.of("column"), "out"))
                .output(Value.untyped("out"))
                .buildInner();
    }

    private static Graph graph(Case c) {
        Graph.Builder g = Graph.builder(c.name())
                .input(Value.tensor("x", NdArray.Type.FLOAT64, -1, 4))
                .constant("first_layer", random(1, 4, WIDTH))
                .constant("bias", random(2, WIDTH))
                .constant("second_layer", random(3, 4, WIDTH))
                .node(node("Gemm", List.of("x", "first_layer", "bias"), "h"))
                .node(node("Gemm", List.of("x", "second_layer", "bias"), "k"));
        c.middle().write(g);
        return g.node(node("Mul", List.of("m", "m"), "y"))
                .output(Value.untyped("y"))
                .build();
    }

    static Stream<Arguments> casesAndMethods() {
        return cases().flatMap(c -> Stream.of(DeepLift.RESCALE, DeepLift.REVEAL_CANCEL)
                .flatMap(m -> Stream.of(true, false).map(shared -> Arguments.of(c, m, shared))));
    }

    @ParameterizedTest(name = "{0}, {1}, shared reference {2}")
    @MethodSource("casesAndMethods")
    void contributionsAddUp(Case c, DeepLift method, boolean isShared) {
        NdArray x = random(10, 3, 4).toNdArray();
        NdArray r = random(11, isShared ? 1 : 3, 4).toNdArray();
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
