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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** References of token networks, and of networks with inputs beside the attributed one. */
class SourceReferencesTest {
    private static final int TOKENS = 5;
    private static final NdArray IDS =
            NdArray.of(new long[] {3, 1, 4, 0, 0, 2, 6, 5, 3, 5, 1, 2, 0, 0, 0, 4, 4, 4, 4, 0}, 4, TOKENS);
    private static final NdArray OTHER =
            NdArray.of(new long[] {2, 0, 0, 0, 0, 1, 6, 5, 0, 0, 3, 2, 1, 5, 6, 4, 4, 2, 1, 1}, 4, TOKENS);

    /** Words to embeddings, an attention over those that are not 0, and a dense layer. */
    private static Graph attentive() {
        Graph.Builder graph = Graph.builder("tokens")
                .input(Value.tensor("ids", NdArray.Type.INT64, -1, TOKENS))
                .constant("table", Constant.of(Networks.random(Networks.seeded(1), 1, 7, 4)))
                .constant("query", Constant.of(Networks.random(Networks.seeded(2), 1, 4, 1)))
                .constant("dense", Constant.of(Networks.random(Networks.seeded(3), 1, 4, 3)))
                .constant("pad", Constant.of(NdArray.of(new long[] {0})))
                .constant("nothing", Constant.of(new float[] {Float.NEGATIVE_INFINITY}, 1))
                .constant("last", Constant.ofLongs(2))
                .constant("middle", Constant.ofLongs(1));
        node(graph, "Gather", Attributes.NONE, "embedded", "table", "ids");
        node(graph, "MatMul", Attributes.NONE, "scored", "embedded", "query");
        node(graph, "Squeeze", Attributes.NONE, "scores", "scored", "last");
        node(graph, "Equal", Attributes.NONE, "isPad", "ids", "pad");
        node(graph, "Where", Attributes.NONE, "masked", "isPad", "nothing", "scores");
        node(graph, "Softmax", Attributes.of("axis", -1), "weights", "masked");
        node(graph, "Unsqueeze", Attributes.NONE, "row", "weights", "middle");
        node(graph, "MatMul", Attributes.NONE, "mean", "row", "embedded");
        node(graph, "Squeeze", Attributes.NONE, "flat", "mean", "middle");
        node(graph, "MatMul", Attributes.NONE, "y", "flat", "dense");
        return graph.output(Value.untyped("y")).build();
    }

    /** A dense layer over what a second input lets through. */
    private static Graph gated() {
        Graph.Builder graph = Graph.builder("gated")
                .input(Value.tensor("x", NdArray.Type.FLOAT32, -1, 3))
                .input(Value.tensor("open", NdArray.Type.BOOL, -1, 3))
                .constant("zero", Constant.of(new float[] {0}))
                .constant("dense", Constant.of(Networks.random(Networks.seeded(4), 1, 3, 2)));
        node(graph, "Where", Attributes.NONE, "seen", "open", "x", "zero");
        node(graph, "MatMul", Attributes.NONE, "h", "seen", "dense");
        node(graph, "Tanh", Attributes.NONE, "y", "h");
        return graph.output(Value.untyped("y")).build();
    }

    private static void node(Graph.Builder graph, String operator, Attributes attributes, String out, String... in) {
        graph.node(new Node(out, "", operator, 17, List.of(in), List.of(out), attributes));
    }

    private static Request tokens(DeepLift method, NdArray reference) {
        return Request.of(Map.of("ids", IDS), method)
                .at("embedded")
                .target(new TargetChoice.Index(1))
                .reference(ReferenceInputs.of("other words", Map.of("ids", reference)));
    }

    @Test
    void otherWordsChangeEmbeddingsButNotMasks() {
        try (Explainer explainer = Explainer.of(attentive(), Precision.FLOAT64)) {
            for (DeepLift method : List.of(DeepLift.RESCALE, DeepLift.REVEAL_CANCEL)) {
                Attribution found =
                        explainer.explain(tokens(method, OTHER)).getFirst().attribution();
                assertAddsUp(found);
                double[] scores = found.units().getFirst().scores().toDoubles();
                for (int i = 0; i < IDS.size(); i++) {
                    if (IDS.getLong(i) == 0) {
                        assertThat(Arrays.stream(scores, 4 * i, 4 * i + 4))
                                .as("a word that is masked")
                                .allMatch(score -> score == 0);
                    }
                }
            }
        }
    }

    @Test
    void theSameWordsForAllExamplesGiveTheSameInEveryBatchSize() {
        NdArray one = OTHER.rows(1, 2);
        try (Explainer explainer = Explainer.of(attentive(), Precision.FLOAT64)) {
            double[] whole = scores(explainer, tokens(DeepLift.RESCALE, one));
            for (int batch : new int[] {1, 2, 3}) {
                double[] parts = scores(explainer, tokens(DeepLift.RESCALE, one).batch(batch));
                assertThat(parts).as("batches of %d", batch).containsExactly(whole, within(1e-12));
            }
        }
    }

    @Test
    void aSharedReferenceMeetsTheOtherInputsOfEveryBatch() {
        NdArray x = Networks.random(Networks.seeded(5), 1, 4, 3);
        NdArray open = NdArray.ofIntegers(NdArray.Type.BOOL, new long[] {1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1}, 4, 3);
        Request request = Request.of(Map.of("x", x, "open", open), DeepLift.RESCALE)
                .target(new TargetChoice.Index(1))
                .reference(ReferenceInputs.of("given", Map.of("x", Networks.random(Networks.seeded(6), 1, 1, 3))));
        try (Explainer explainer = Explainer.of(gated(), Precision.FLOAT64)) {
            double[] single = scores(explainer, request.batch(1));
            assertThat(scores(explainer, request.batch(2))).containsExactly(single, within(1e-12));
            assertThat(scores(explainer, request)).containsExactly(single, within(1e-12));
        }
    }

    @Test
    void aReferenceOfAnInputWithoutScoresIsNotUsedAndThatIsSaid() {
        NdArray x = Networks.random(Networks.seeded(5), 1, 2, 3);
        NdArray open = NdArray.ofIntegers(NdArray.Type.BOOL, new long[] {1, 1, 1, 1, 0, 1}, 2, 3);
        NdArray shut = NdArray.ofIntegers(NdArray.Type.BOOL, new long[6], 2, 3);
        Request request = Request.of(Map.of("x", x, "open", open), DeepLift.RESCALE)
                .target(new TargetChoice.Index(1))
                .reference(ReferenceInputs.of("shut", Map.of("x", References.zeros(x), "open", shut)));
        try (Explainer explainer = Explainer.of(gated(), Precision.FLOAT64)) {
            Attribution found = explainer.explain(request).getFirst().attribution();
            assertAddsUp(found);
            assertThat(found.warnings()).anyMatch(w -> w.contains("inputs that get no scores"));
        }
    }

    @Test
    void anAuditGoesThroughInfiniteMasks() {
        try (Explainer explainer = Explainer.of(attentive(), Precision.FLOAT64)) {
            for (DeepLift method : List.of(DeepLift.RESCALE, DeepLift.REVEAL_CANCEL)) {
                Audit audit = explainer.audit(tokens(method, OTHER));
                assertThat(audit.passed()).isTrue();
                assertThat(audit.firstUnbalanced()).isEmpty();
            }
        }
    }

    /** min(a, b) = a - relu(a - b) with a = b: the difference does not change, but two parts of it do. */
    @Test
    void anAuditCountsPartsThatCancel() {
        Graph graph = new Networks.Sketch(-1, 2)
                .constant("first", NdArray.of(new double[] {1, 0}, 2, 1))
                .constant("both", NdArray.of(new double[] {1, -1}, 2, 1))
                .node("MatMul", "a", "x", "first")
                .node("MatMul", "difference", "x", "both")
                .node("Relu", "excess", "difference")
                .node("Sub", "y", "a", "excess")
                .output("y");
        Request request = Request.of(Map.of("x", NdArray.of(new double[] {3, 3}, 1, 2)), DeepLift.REVEAL_CANCEL);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            assertThat(scores(explainer, request)).containsExactly(new double[] {1.5, 1.5}, within(1e-12));
            Audit audit = explainer.audit(request);
            assertThat(audit.firstUnbalanced()).isEmpty();
            assertThat(audit.nodes().getLast().arrived()).isNotZero();
        }
    }

    private static void assertAddsUp(Attribution found) {
        for (double delta : found.delta()) {
            assertThat(delta).isCloseTo(0, within(1e-12));
        }
    }

    private static double[] scores(Explainer explainer, Request request) {
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
