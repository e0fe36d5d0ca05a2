package dev.whence.graph.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.graph.Variable;
import dev.whence.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextOperatorsTest {
    private static List<String> run(String operator, Attributes attributes, Constant... inputs) {
        Graph.Builder builder = Graph.builder("texts");
        List<String> names = new java.util.ArrayList<>();
        Map<String, Variable> feeds = new java.util.LinkedHashMap<>();
        for (int i = 0; i < inputs.length; i++) {
            String name = "x" + i;
            names.add(name);
            builder.input(Value.untyped(name));
            feeds.put(name, new Variable.Texts(inputs[i]));
        }
        builder.node(new Node("node", "", operator, 22, names, List.of("y"), attributes))
                .output(Value.untyped("y"));
        try (Network network = StandardOperators.network(builder.build(), Precision.FLOAT32);
                TensorScope scope = TensorScope.open()) {
            var y = network.runOn(feeds, Set.of(), Set.of("y"), Interpreter.Retention.NOTHING)
                    .variable("y");
            return ((Variable.Texts) java.util.Objects.requireNonNull(y))
                    .constant()
                    .texts();
        }
    }

    @Test
    void stopWordsGoAndLettersChange() {
        Attributes settings = Attributes.of(Map.of("stopwords", List.of("MON"), "case_change_action", "UPPER"));
        assertThat(run("StringNormalizer", settings, Constant.ofTexts(List.of("mon", "tue"), 2)))
                .containsExactly("TUE");
        assertThat(run("StringNormalizer", settings, Constant.ofTexts(List.of("Mon"), 1)))
                .containsExactly("");
    }

    @Test
    void joiningBroadcasts() {
        assertThat(run(
                        "StringConcat",
                        Attributes.NONE,
                        Constant.ofTexts(List.of("a", "b"), 2, 1),
                        Constant.ofTexts(List.of("x", "y"), 2)))
                .containsExactly("ax", "ay", "bx", "by");
    }

    @Test
    void splittingPadsShortRowsAndStopsWhereTold() {
        Constant texts = Constant.ofTexts(List.of("a,b,c", "d"), 2);
        assertThat(run("StringSplit", Attributes.of("delimiter", ","), texts))
                .containsExactly("a", "b", "c", "d", "", "");
        assertThat(run("StringSplit", Attributes.of(Map.of("delimiter", ",", "maxsplit", 1)), texts))
                .containsExactly("a", "b,c", "d", "");
        assertThat(run("StringSplit", Attributes.NONE, Constant.ofTexts(List.of("  one  two "), 1)))
                .containsExactly("one", "two");
    }

    @Test
    void pairsOfWordsAreCountedAcrossGaps() {
        OperatorCheck counts = OperatorCheck.of("TfIdfVectorizer")
                .with("mode", "TFIDF")
                .with("min_gram_length", 1)
                .with("max_gram_length", 2)
                .with("max_skip_count", 1)
                .with("ngram_counts", new long[] {0, 1})
                .with("ngram_indexes", new long[] {1, 0})
                .with("pool_int64s", new long[] {5, 5, 6})
                .with("weights", new double[] {2, 10})
                .constant(NdArray.of(new long[] {5, 7, 6, 5, 6}, 5));
        counts.gives(0, 20, 4);
    }

    @Test
    void numbersAreNoStrings() {
        assertThatThrownBy(() -> OperatorCheck.of("StringSplit")
                        .constant(NdArray.of(new long[] {1}, 1))
                        .run())
                .hasMessageContaining("must be strings");
    }
}
