package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RectifierSpellingTest {
    private static final NdArray X = NdArray.of(new double[] {1, -2, 0.5, 3, 1, -1}, 2, 3);

    private static double[] explained(AttributionMethod method, UnaryOperator<Graph.Builder> rectifier) {
        Graph.Builder graph = Graph.builder("spelled")
                .opset(17)
                .input("x", NdArray.Type.FLOAT64, -1, 3)
                .constant("w", Constant.of(NdArray.of(new double[] {1, -1, 2, 0.5, -3, 1}, 3, 2)))
                .constant("v", Constant.of(NdArray.of(new double[] {1, -2}, 2, 1)))
                .constant("zero", Constant.of(NdArray.of(new double[] {0})))
                .node("MatMul", "h", "x", "w")
                .node("MatMul", "y", "a", "v")
                .output("y");
        Request request = Request.of(Map.of("x", X), method).target(new TargetChoice.Index(0));
        try (Explainer explainer = Explainer.of(rectifier.apply(graph).build(), Precision.FLOAT64)) {
            return explainer
                    .explain(request)
                    .getFirst()
                    .attribution()
                    .units()
                    .getFirst()
                    .scores()
                    .toDoubles();
        }
    }

    @Test
    void everySpellingOfARectifierIsExplainedAlike() {
        for (AttributionMethod method :
                List.of(Gradient.GUIDED_BACKPROP, Gradient.DECONVNET, DeepLift.RESCALE, DeepLift.REVEAL_CANCEL)) {
            double[] plain = explained(method, g -> g.node("Relu", "a", "h"));
            assertThat(explained(method, g -> g.node("Max", "a", "h", "zero"))).containsExactly(plain);
            assertThat(explained(method, g -> g.node("Clip", "a", "h", "zero"))).containsExactly(plain);
            assertThat(explained(
                            method, g -> g.node("Greater", "c", "h", "zero").node("Where", "a", "c", "h", "zero")))
                    .containsExactly(plain);
        }
    }
}
