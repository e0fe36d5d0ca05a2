package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Sums of relevance at inner values. */
class LrpMeterTest {
    private final RandomGenerator random = Networks.seeded(8);
    private final NdArray x = NdArray.of(Networks.random(random, 1, 2, 2, 4, 4).toFloats(), 2, 2, 4, 4);

    private NdArray narrow(double scale, long... shape) {
        return NdArray.of(Networks.random(random, scale, shape).toFloats(), shape);
    }

    private Networks.Sketch convolution() {
        return new Networks.Sketch(-1, 2, 4, 4)
                .constant("w", narrow(0.5, 3, 2, 3, 3))
                .constant("w2", narrow(0.5, 12, 3))
                .node("Conv", "c", Attributes.NONE, "x", "w");
    }

    private Graph normalised() {
        return convolution()
                .constant("scale", NdArray.of(new float[] {1.5f, 0.7f, 0.4f}, 3))
                .constant("shift", NdArray.of(new float[] {0.1f, -0.2f, 0.3f}, 3))
                .constant("mean", NdArray.of(new float[] {0.3f, 0.1f, -0.4f}, 3))
                .constant("variance", NdArray.of(new float[] {0.5f, 1.5f, 2}, 3))
                .node("BatchNormalization", "n", "c", "scale", "shift", "mean", "variance")
                .node("Relu", "a", "n")
                .node("Flatten", "f", "a")
                .node("MatMul", "y", "f", "w2")
                .output("y");
    }

    private static RelevanceSums.Sums at(RelevanceSums sums, String value) {
        return Objects.requireNonNull(sums.values().get(value));
    }

    @Test
    void relevance_arrives_at_a_value_that_folding_would_take_away() {
        Lrp method = (Lrp) Methods.find("lrp-epsilon").orElseThrow();
        Graph graph = normalised();
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            Request request = Request.of(Map.of("x", x), method);
            RelevanceSums sums = explainer.relevance(request, List.of("c", "n")).getFirst();
            assertThat(at(sums, "c").absolute()).doesNotContain(0);

            double[] alone = explainer
                    .explain(request.at("c"))
                    .getFirst()
                    .attribution()
                    .units()
                    .getFirst()
                    .scores()
                    .toDoubles();
            for (int i = 0; i < 2; i++) {
                double sum = 0;
                for (int j = 0; j < alone.length / 2; j++) {
                    sum += alone[i * alone.length / 2 + j];
                }
                assertThat(at(sums, "c").signed()[i]).isCloseTo(sum, within(1e-4 * (1 + Math.abs(sum))));
            }
        }
    }

    @Test
    void a_value_within_steps_that_are_walked_as_one_is_refused() {
        Graph graph = convolution()
                .node("Sigmoid", "s", "c")
                .node("Mul", "a", "c", "s")
                .node("Flatten", "f", "a")
                .node("MatMul", "y", "f", "w2")
                .output("y");
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request =
                    Request.of(Map.of("x", x), Methods.find("lrp-epsilon").orElseThrow());
            assertThatThrownBy(() -> explainer.relevance(request, List.of("s")))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("'s'");
            assertThat(at(explainer.relevance(request, List.of("c", "a")).getFirst(), "c")
                            .absolute())
                    .doesNotContain(0);
        }
    }
}
