package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenEmbeddingTest {
    private static Graph.Builder start() {
        return Graph.builder("tokens")
                .input("ids", NdArray.Type.INT64, -1, 3)
                .input("kinds", NdArray.Type.INT64, -1, 3)
                .constant("words", Constant.of(new float[] {0, 0, 1, -1, 2, 0.5f, -1, 3}, 4, 2))
                .constant("types", Constant.of(new float[] {1, 0, 0, 1}, 2, 2));
    }

    private static Graph graph() {
        return start().node("Gather", "type", "types", "kinds")
                .node("Cast", List.of("ids"), List.of("narrow"), Attributes.of("to", 6))
                .node("Gather", "word", "words", "narrow")
                .node("Add", "sum", "word", "type")
                .node("Flatten", "flat", "sum")
                .constant("v", Constant.of(new float[] {1, 2, -1, 1, 0.5f, 1}, 6, 1))
                .node("MatMul", "score", "flat", "v")
                .output("score")
                .build();
    }

    @Test
    void the_look_up_of_words_is_the_one_with_most_rows() {
        assertThat(TokenEmbedding.all(graph()))
                .extracting(TokenEmbedding::input)
                .containsExactly("kinds", "ids");
        assertThat(TokenEmbedding.find(graph())).contains(new TokenEmbedding("ids", "word", "words", 4, 2));
    }

    @Test
    void a_network_of_real_numbers_has_none() {
        Graph graph = Graph.builder("plain")
                .input("x", NdArray.Type.FLOAT32, -1, 3)
                .node("Relu", "y", "x")
                .output("y")
                .build();
        assertThat(TokenEmbedding.find(graph)).isEmpty();
    }

    @Test
    void the_scores_of_a_vector_are_added_up() {
        Map<String, NdArray> inputs = Map.of(
                "ids", NdArray.of(new long[] {1, 2, 3}, 1, 3),
                "kinds", NdArray.of(new long[] {0, 0, 1}, 1, 3));
        try (Explainer explainer = Explainer.of(graph(), Precision.FLOAT64)) {
            TokenEmbedding embedding = TokenEmbedding.find(graph()).orElseThrow();
            Attribution vectors = explainer
                    .explain(Request.of(inputs, DeepLift.RESCALE).at(embedding.value()))
                    .getFirst()
                    .attribution();

            Attribution tokens = embedding.perToken(vectors);

            assertThat(tokens.units().getFirst().name()).isEqualTo("ids");
            assertThat(tokens.units().getFirst().scores().toDoubles()).containsExactly(-1, -1.5, 2.5);
            assertThat(tokens.sum(0)).isEqualTo(vectors.sum(0));
            assertThat(tokens.delta()[0]).isZero();
        }
    }
}
