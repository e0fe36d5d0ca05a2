package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Folding batch normalisation for speed changes no result beyond rounding, and hides no value. */
class NetworkFormsTest {
    private static NdArray narrow(NdArray wide) {
        return NdArray.of(wide.toFloats(), wide.shape());
    }

    private static NdArray narrow(double... values) {
        return narrow(NdArray.of(values, values.length));
    }

    private static Graph normalised(RandomGenerator random) {
        return new Networks.Sketch(-1, 2, 6, 6)
                .constant("w", narrow(Networks.random(random, 0.5, 3, 2, 3, 3)))
                .constant("scale", narrow(1.5, -0.7, 0.4))
                .constant("shift", narrow(0.1, -0.2, 0.3))
                .constant("mean", narrow(0.3, 0.1, -0.4))
                .constant("variance", narrow(0.5, 1.5, 2))
                .constant("w2", narrow(Networks.random(random, 0.5, 48, 4)))
                .node("Conv", "c", "x", "w")
                .node("BatchNormalization", "n", Attributes.NONE, "c", "scale", "shift", "mean", "variance")
                .node("Relu", "a", "n")
                .node("Flatten", "f", "a")
                .node("MatMul", "y", "f", "w2")
                .output("y");
    }

    static List<AttributionMethod> methods() {
        return List.of(
                DeepLift.RESCALE,
                DeepLift.REVEAL_CANCEL,
                Gradient.PLAIN,
                Methods.find("integrated-gradients").orElseThrow());
    }

    private static Attribution explain(Graph graph, Precision precision, Request request) {
        try (Explainer explainer = Explainer.of(graph, precision)) {
            return explainer.explain(request).getFirst().attribution();
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void theFasterFormGivesTheSameScores(AttributionMethod method) {
        RandomGenerator random = Networks.seeded(3);
        Graph graph = normalised(random);
        NdArray x = narrow(Networks.random(random, 1, 3, 2, 6, 6));
        for (String at : new String[] {null, "c", "n"}) {
            Request request = Request.of(Map.of("x", x), method)
                    .target(new TargetChoice.Index(2))
                    .at(at);
            double[] wide = explain(graph, Precision.FLOAT64, request)
                    .units()
                    .getFirst()
                    .scores()
                    .toDoubles();
            double[] narrow = explain(graph, Precision.FLOAT32, request)
                    .units()
                    .getFirst()
                    .scores()
                    .toDoubles();
            assertThat(narrow).as("at %s", at).containsExactly(wide, within(2e-5));
        }
    }

    @Test
    void inFloat64WeightsAreFoldedInFloat64() {
        RandomGenerator random = Networks.seeded(4);
        Graph graph = normalised(random);
        NdArray x = Networks.random(random, 1, 3, 2, 6, 6);
        Request request = Request.of(Map.of("x", x), Lrp.of("lrp", LrpComposite.Z_PLUS));
        double[] found = explain(graph, Precision.FLOAT64, request)
                .units()
                .getFirst()
                .scores()
                .toDoubles();
        double[] wide = explain(widened(graph), Precision.FLOAT64, request)
                .units()
                .getFirst()
                .scores()
                .toDoubles();
        assertThat(found).containsExactly(wide, within(1e-14));
    }

    private static Graph widened(Graph graph) {
        Graph.Builder out = Graph.builder(graph.name());
        graph.inputs().forEach(out::input);
        graph.constants()
                .forEach((name, constant) -> out.constant(
                        name, Constant.of(NdArray.of(constant.toNdArray().toDoubles(), constant.shape()))));
        graph.nodes().forEach(out::node);
        graph.outputs().forEach(out::output);
        return out.build();
    }
}
