package dev.whence.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.operators.StandardOperators;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RewritesTest {
    private static final double FLOAT32_ROUNDING = 1e-6;

    private static float[] random(long seed, int n) {
        Random random = new Random(seed);
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return out;
    }

    private static double[] run(Graph graph, NdArray x) {
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            return network.evaluate(Map.of("x", x)).get("y").toDoubles();
        }
    }

    private static List<String> operators(Graph graph) {
        return graph.nodes().stream().map(Node::operator).toList();
    }

    private static Graph.Builder small() {
        return Graph.builder("small")
                .opset(17)
                .input("x", NdArray.Type.FLOAT32, 2, 3)
                .constant("zero", Constant.of(new float[] {0}, 1))
                .constant("six", Constant.of(new float[] {6}))
                .output("y");
    }

    private static void assertRewritten(Graph graph, List<String> expected) {
        NdArray x = NdArray.of(random(3, 6), 2, 3);
        Rewritten rewritten = Rewrites.apply(graph, Rewrites.STANDARD);
        assertThat(operators(rewritten.graph())).isEqualTo(expected);
        assertThat(run(rewritten.graph(), x)).containsExactly(run(graph, x));
        assertThat(rewritten.nodes().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        rewritten.graph().nodes().stream().map(Node::name).toList());
    }

    @Test
    void rectifiersInDisguiseAreFound() {
        assertRewritten(small().node("Max", "y", "zero", "x").build(), List.of("Relu"));
        assertRewritten(small().node("Clip", "y", "x", "zero").build(), List.of("Relu"));
        assertRewritten(
                small().node("Greater", "c", "x", "zero")
                        .node("Where", "y", "c", "x", "zero")
                        .build(),
                List.of("Relu"));
        assertRewritten(
                small().node("LessOrEqual", "c", "zero", "x")
                        .node("Where", "y", "c", "x", "zero")
                        .build(),
                List.of("Relu"));
        assertRewritten(
                small().opset(7)
                        .node("Clip", List.of("x"), List.of("y"), Attributes.of("min", 0.0))
                        .build(),
                List.of("Relu"));
    }

    @Test
    void whatOnlyLooksLikeARectifierStays() {
        assertRewritten(small().node("Max", "y", "six", "x").build(), List.of("Max"));
        assertRewritten(small().node("Clip", "y", "x", "zero", "six").build(), List.of("Clip"));
        assertRewritten(
                small().node("Less", "c", "x", "zero")
                        .node("Where", "y", "c", "x", "zero")
                        .build(),
                List.of("Less", "Where"));
        Graph widened = Graph.builder("widened")
                .input("x", NdArray.Type.FLOAT32)
                .constant("zero", Constant.of(new float[] {0}, 1))
                .node("Max", "y", "zero", "x")
                .output("y")
                .build();
        assertThat(operators(Rewrites.apply(widened, Rewrites.STANDARD).graph()))
                .as("max of a scalar and a vector of one is a vector")
                .containsExactly("Max");
    }

    @Test
    void nodesThatDoNothingGoAndTheirValuesAreFoundAgain() {
        Graph graph = small().node("Identity", "a", "x")
                .node("Identity", "b", "a")
                .node("Dropout", "c", "b")
                .node("Max", "d", "c", "zero")
                .node("Identity", "y", "d")
                .build();
        Rewritten rewritten = Rewrites.apply(graph, Rewrites.STANDARD);
        assertThat(operators(rewritten.graph())).containsExactly("Relu", "Identity");
        assertThat(rewritten.value("a")).isEqualTo("x");
        assertThat(rewritten.value("c")).isEqualTo("x");
        assertThat(rewritten.value("d")).isEqualTo("d");
        assertThat(rewritten.nodes()).containsEntry("Max_d", List.of("Max_d"));
        assertThat(rewritten.applied())
                .containsExactly(
                        Map.entry("without-identity", 2),
                        Map.entry("without-dropout", 1),
                        Map.entry("relu-from-max", 1));
        NdArray x = NdArray.of(random(4, 6), 2, 3);
        assertThat(run(rewritten.graph(), x)).containsExactly(run(graph, x));
    }

    private static Graph.Builder convolution() {
        return Graph.builder("convolution")
                .opset(17)
                .input("x", NdArray.Type.FLOAT32, 2, 4, 9)
                .constant("w", Constant.of(random(1, 5 * 4 * 3), 5, 4, 3))
                .constant("b", Constant.of(random(2, 5), 5))
                .output("y");
    }

    @Test
    void batchNormalizationIsFoldedOnRequest() {
        Graph graph = convolution()
                .constant("scale", Constant.of(random(5, 5), 5))
                .constant("shift", Constant.of(random(6, 5), 5))
                .constant("mean", Constant.of(random(7, 5), 5))
                .constant("variance", Constant.of(new float[] {1, 2, 0.5f, 3, 0.1f}, 5))
                .node("Conv", "h", "x", "w", "b")
                .node("BatchNormalization", "y", "h", "scale", "shift", "mean", "variance")
                .build();
        Rewritten rewritten = Rewrites.apply(graph, List.of(Rewrites.FOLD_BATCH_NORMALIZATION));
        assertThat(operators(rewritten.graph())).containsExactly("Conv");
        assertThat(rewritten.nodes()).containsEntry("Conv_h", List.of("Conv_h", "BatchNormalization_y"));
        NdArray x = NdArray.of(random(8, 2 * 4 * 9), 2, 4, 9);
        assertThat(run(rewritten.graph(), x))
                .usingComparatorWithPrecision(10 * FLOAT32_ROUNDING)
                .containsExactly(run(graph, x));
        assertThat(operators(Rewrites.apply(graph, Rewrites.STANDARD).graph())).hasSize(2);
    }

    private static Graph.Builder normalised(Graph.Builder graph, int channels) {
        float[] variance = new float[channels];
        for (int i = 0; i < channels; i++) {
            variance[i] = 0.3f + i;
        }
        return graph.constant("scale", Constant.of(random(5, channels), channels))
                .constant("shift", Constant.of(random(6, channels), channels))
                .constant("mean", Constant.of(random(7, channels), channels))
                .constant("variance", Constant.of(variance, channels));
    }

    private static void assertFolds(Graph graph, long[] shape, String... operators) {
        Rewritten rewritten = Rewrites.apply(graph, Rewrites.FOLDING);
        assertThat(operators(rewritten.graph())).containsExactly(operators);
        NdArray x = NdArray.of(random(8, (int) NdArray.elements(shape)), shape);
        assertThat(run(rewritten.graph(), x))
                .usingComparatorWithPrecision(20 * FLOAT32_ROUNDING)
                .containsExactly(run(graph, x));
    }

    @Test
    void normalizationBeforeAConvolutionIsFoldedWhereNothingIsPadded() {
        Graph graph = normalised(convolution(), 4)
                .node("BatchNormalization", "h", "x", "scale", "shift", "mean", "variance")
                .node("Conv", "y", "h", "w", "b")
                .build();
        assertFolds(graph, new long[] {2, 4, 9}, "Conv");
        Graph padded = normalised(convolution(), 4)
                .node("BatchNormalization", "h", "x", "scale", "shift", "mean", "variance")
                .node("Conv", List.of("h", "w", "b"), List.of("y"), Attributes.of("pads", new long[] {1, 1}))
                .build();
        assertFolds(padded, new long[] {2, 4, 9}, "BatchNormalization", "Conv");
    }

    @Test
    void normalizationBehindATransposedConvolutionIsFoldedGroupByGroup() {
        Graph graph = normalised(convolution(), 6)
                .constant("v", Constant.of(random(11, 4 * 3 * 3), 4, 3, 3))
                .node("ConvTranspose", List.of("x", "v"), List.of("h"), Attributes.of("group", 2L))
                .node("BatchNormalization", "y", "h", "scale", "shift", "mean", "variance")
                .build();
        assertFolds(graph, new long[] {2, 4, 9}, "ConvTranspose");
    }

    private static Graph.Builder dense(int channels) {
        Graph.Builder graph = Graph.builder("dense")
                .opset(17)
                .input("x", NdArray.Type.FLOAT32, 2, 4)
                .constant("w", Constant.of(random(1, 5 * 4), 5, 4))
                .constant("v", Constant.of(random(1, 5 * 4), 4, 5))
                .constant("b", Constant.of(random(2, 5), 5))
                .output("y");
        return normalised(graph, channels);
    }

    @Test
    void normalizationBesideDenseLayersIsFoldedInBothOrders() {
        Attributes settings = Attributes.of("transB", 1L).with("alpha", -0.5f).with("beta", 2f);
        Graph behind = dense(5).node("Gemm", List.of("x", "w", "b"), List.of("h"), settings)
                .node("BatchNormalization", "y", "h", "scale", "shift", "mean", "variance")
                .build();
        assertFolds(behind, new long[] {2, 4}, "Gemm");
        Graph before = dense(4).node("BatchNormalization", "h", "x", "scale", "shift", "mean", "variance")
                .node("Gemm", List.of("h", "w", "b"), List.of("y"), settings)
                .build();
        assertFolds(before, new long[] {2, 4}, "Gemm");
        Graph apart = dense(5).node("MatMul", "m", "x", "v")
                .node("Add", "h", "b", "m")
                .node("BatchNormalization", "y", "h", "scale", "shift", "mean", "variance")
                .build();
        assertFolds(apart, new long[] {2, 4}, "Gemm");
    }

    @Test
    void theFirstConvolutionIsCentredForColumnsThatSumToOne() {
        Graph graph = convolution().node("Conv", "y", "x", "w").build();
        Rewritten rewritten = Rewrites.apply(graph, List.of(Rewrites.CENTRE_FIRST_CONVOLUTION));
        float[] letters = new float[2 * 4 * 9];
        Random random = new Random(9);
        for (int n = 0; n < 2; n++) {
            for (int i = 0; i < 9; i++) {
                letters[(n * 4 + random.nextInt(4)) * 9 + i] = 1;
            }
        }
        NdArray x = NdArray.of(letters, 2, 4, 9);
        assertThat(run(rewritten.graph(), x))
                .usingComparatorWithPrecision(FLOAT32_ROUNDING * 5)
                .containsExactly(run(graph, x));
        assertThat(rewritten.graph().constants().keySet())
                .doesNotContain("w", "b")
                .hasSize(2);
    }
}
