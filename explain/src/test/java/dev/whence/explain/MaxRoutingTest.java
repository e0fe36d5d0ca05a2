package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two ways to find the winners of windows, which must agree: the engine's pooling with ties settled, and one by one. */
class MaxRoutingTest {
    /** Pads that the engine can do itself, and pads with the same windows that it cannot. */
    private static final long[] NATIVE = {1, 1, 1, 1};

    private static final long[] LOPSIDED = {1, 1, 0, 0};

    private static Graph pooled(long[] pads) {
        Attributes window = Attributes.of("kernel_shape", new long[] {3, 3})
                .with("strides", new long[] {2, 2})
                .with("pads", pads);
        return new Networks.Sketch(-1, 2, 8, 8)
                .constant("w", Networks.random(Networks.seeded(5), 1, 32, 3))
                .node("MaxPool", "p", window, "x")
                .node("Flatten", "f", "p")
                .node("MatMul", "y", "f", "w")
                .output("y");
    }

    private static double[] scores(Graph graph, DeepLift method, NdArray x, NdArray r) {
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), method)
                    .target(new TargetChoice.Index(1))
                    .reference(ReferenceInputs.of("given", Map.of("x", r)));
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

    /** Few different values, so that most windows hold ties. */
    private static NdArray coarse(RandomGenerator random, int values, long... shape) {
        double[] data = new double[(int) NdArray.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextInt(values);
        }
        return NdArray.of(data, shape);
    }

    @ParameterizedTest
    @EnumSource(MaxTies.class)
    void tiedWindowsAreSettledAsOneByOne(MaxTies ties) {
        RandomGenerator random = Networks.seeded(9);
        DeepLift method = DeepLift.RESCALE.withTies(ties);
        for (int round = 0; round < 30; round++) {
            int values = 1 + round % 5;
            NdArray x = coarse(random, 1 + (round + 2) % 4, 3, 2, 8, 8);
            NdArray r = coarse(random, values, round % 2 == 0 ? 1 : 3, 2, 8, 8);
            assertThat(scores(pooled(NATIVE), method, x, r))
                    .as("round %d", round)
                    .containsExactly(scores(pooled(LOPSIDED), method, x, r), within(1e-12));
        }
    }
}
