package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.cli.text.SmallTokenizer;
import dev.whence.core.Attribution;
import dev.whence.core.AttributionJson;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.TokenizedText;
import dev.whence.core.Units;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts explained from the command. The network adds up a number a word; {@code good} is worth 3, {@code not} -2. */
class TextCommandTest {
    private static final int WIDTH = 2;

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void write() {
        SmallTokenizer.write(folder);
        model = Networks.write(folder.resolve("words.onnx"), network(-1, true));
    }

    /** {@code score = sum over tokens of mask * relu(vector w)}, and its negative. */
    private static Graph.Builder network(long length, boolean isMasked) {
        float[] vectors = new float[SmallTokenizer.WORDS.size() * WIDTH];
        vectors[8 * WIDTH + 1] = 2;
        vectors[9 * WIDTH] = 1;
        vectors[10 * WIDTH] = 2;
        vectors[WIDTH * 4] = 0.5f;
        vectors[0] = 7;
        Graph.Builder graph = Graph.builder("words")
                .input("input_ids", NdArray.Type.INT64, -1, length)
                .constant("vectors", Constant.of(vectors, SmallTokenizer.WORDS.size(), WIDTH))
                .constant("one", Constant.ofLongs(1))
                .node("Gather", "embedded", "vectors", "input_ids")
                .node("Relu", "active", "embedded");
        if (isMasked) {
            graph.input("attention_mask", NdArray.Type.INT64, -1, length)
                    .constant("two", Constant.ofLongs(2))
                    .node("Cast", List.of("attention_mask"), List.of("real"), Attributes.of("to", 1))
                    .node("Unsqueeze", "mask", "real", "two")
                    .node("Mul", "masked", "active", "mask");
        } else {
            graph.node("Identity", "masked", "active");
        }
        return graph.constant("v", Constant.of(new float[] {1, -1, -1, 1}, 2, 2))
                .node("ReduceSum", "sum", "masked", "one")
                .constant("flat", Constant.ofLongs(-1, WIDTH))
                .node("Reshape", "row", "sum", "flat")
                .node("MatMul", "logits", "row", "v")
                .output("logits");
    }

    private Ran explain(Object... more) {
        List<String> all = new ArrayList<>(List.of("explain", model.toString(), "--target", "0"));
        Arrays.stream(more).map(String::valueOf).forEach(all::add);
        return Ran.whence(all.toArray(String[]::new));
    }

    private Attribution explained(Object... more) {
        Path result = folder.resolve("result.json");
        List<Object> all = new ArrayList<>(List.of(more));
        all.add("-o");
        all.add(result);
        Ran ran = explain(all.toArray());
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        return AttributionJson.read(result);
    }

    private static double[] scores(Attribution attribution) {
        return attribution.units().getFirst().scores().toDoubles();
    }

    @Test
    void a_text_gives_one_score_a_token_with_words_and_places() {
        Attribution attribution = explained("--text", "The film was not good!");

        Units units = attribution.units().getFirst();
        assertThat(units.name()).isEqualTo("input_ids");
        assertThat(units.scores().shape()).containsExactly(1, 9);
        assertThat(scores(attribution)).containsExactly(0, 0, 0, 0, -2, 1, 2, 0, 0);
        TokenizedText text = units.texts().getFirst();
        assertThat(text.text()).isEqualTo("The film was not good!");
        assertThat(text.words()).containsExactly("[CLS]", "The", "film", "was", "not", "go", "od", "!", "[SEP]");
        assertThat(text.tokens().get(4)).isEqualTo(new TokenizedText.Token("not", 13, 16, false));
        assertThat(attribution.reference().description()).isEqualTo("zeros");
        assertThat(attribution.delta()[0]).isCloseTo(0, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gradient-x-input", "integrated-gradients", "occlusion", "deeplift-revealcancel", "saliency"})
    void every_family_of_methods_scores_tokens(String method) {
        Attribution attribution = explained("--text", "not good", "--method", method);

        assertThat(attribution.units().getFirst().scores().shape()).containsExactly(1, 5);
        if (!method.equals("saliency")) {
            assertThat(scores(attribution)).containsExactly(new double[] {0, -2, 1, 2, 0}, within(1e-5));
        }
    }

    @Test
    void the_terminal_shows_the_text_with_its_signs() {
        Ran ran = explain("--text", "The film was not good!");

        assertThat(ran.out())
                .contains("The film was not good!: element 0\n")
                .contains("  [CLS]The film was [-not] [+go][+od]![SEP]\n")
                .contains("[4] not")
                .contains("PASS");
    }

    @Test
    void a_text_may_stand_in_a_file_and_several_make_a_batch() throws IOException {
        Files.writeString(folder.resolve("one.txt"), "not\n");

        Attribution attribution = explained("--text", "@" + folder.resolve("one.txt"), "--text", "good");

        assertThat(attribution.examples()).isEqualTo(2);
        assertThat(scores(attribution)).containsExactly(0, -2, 0, 0, 0, 1, 2, 0);
        assertThat(attribution.units().getFirst().texts().getFirst().words())
                .containsExactly("[CLS]", "not", "[SEP]", "[PAD]");
    }

    @Test
    void tokens_are_compared_with_padding_or_any_other_and_special_ones_stay() {
        assertThat(scores(explained("--text", "not good", "--reference", "token:[MASK]")))
                .containsExactly(0, -2.5, 0.5, 1.5, 0);
        Attribution padded = explained("--text", "not good", "--reference", "pad");
        assertThat(scores(padded)).containsExactly(0, -9, -6, -5, 0);
        assertThat(padded.reference().description()).isEqualTo("pad");
        assertThat(padded.delta()[0]).isCloseTo(0, within(1e-5));
    }

    @Test
    void references_are_compared_side_by_side() {
        Ran ran = Ran.whence(
                "compare",
                model.toString(),
                "--text",
                "not good",
                "--target",
                "0",
                "--references",
                "zeros,pad,token:[MASK]");

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out()).contains("token:[MASK]").contains("[CLS][-not] [+go][+od][SEP]");
    }

    @Test
    void ids_from_a_file_get_their_words_from_the_tokenizer() {
        Path ids = folder.resolve("ids.npy");
        Path mask = folder.resolve("mask.npy");
        Npy.write(ids, NdArray.of(new long[] {2, 8, 9, 10, 3}, 1, 5));
        Npy.write(mask, NdArray.of(new long[] {1, 1, 1, 1, 1}, 1, 5));

        Attribution attribution =
                explained("--input", "input_ids=" + ids, "attention_mask=" + mask, "--reference", "token:film");

        assertThat(attribution.units().getFirst().texts().getFirst().words())
                .containsExactly("[CLS]", "not", "go", "od", "[SEP]");
        assertThat(scores(attribution)).containsExactly(0, -2, 1, 2, 0);
    }

    @Test
    void every_kind_of_result_holds_the_tokens() throws IOException {
        List<String> files = List.of("r.html", "r.csv", "r.npy", "r.svg", "r.png");
        List<Object> arguments = new ArrayList<>(List.of("--text", "not good", "-o"));
        files.forEach(name -> arguments.add(folder.resolve(name)));

        Ran ran = explain(arguments.toArray());

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(Files.readString(folder.resolve("r.html"))).contains("class=\"minus\"", ">not</span>");
        assertThat(Files.readString(folder.resolve("r.csv")))
                .contains("example,input,axis1,label,begin,end,score")
                .contains("0,input_ids,1,not,0,3,-2.0");
        assertThat(Npy.read(folder.resolve("r.npy")).shape()).containsExactly(1, 5);
        assertThat(Files.readString(folder.resolve("r.svg"))).contains(">not<");
    }

    @Test
    void a_model_of_a_fixed_length_gets_padding() {
        model = Networks.write(folder.resolve("fixed.onnx"), network(6, true));

        assertThat(scores(explained("--text", "not good"))).containsExactly(0, -2, 1, 2, 0, 0);
    }

    private void refused(Ran ran, String... parts) {
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains(parts);
        assertThat(ran.err().strip().lines().filter(line -> line.startsWith("whence:")))
                .hasSize(1);
    }

    @Test
    void a_text_that_is_too_long_is_refused_and_can_be_cut() {
        model = Networks.write(folder.resolve("fixed.onnx"), network(6, true));

        refused(
                explain("--text", "the film was not good at all"),
                "'the film was not good at all' has 10 tokens",
                "'input_ids' takes 6",
                "--max-tokens 6");
        assertThat(scores(explained("--text", "the film was not good", "--max-tokens", "6")))
                .containsExactly(0, 0, 0, 0, -2, 0);
    }

    @Test
    void a_text_with_more_tokens_than_places_is_refused() {
        Graph.Builder graph = network(-1, false)
                .constant("places", Constant.of(new float[4 * WIDTH], 4, WIDTH))
                .node("Shape", "shape", "input_ids")
                .constant("at", Constant.of(NdArray.of(new long[] {1}, 1)))
                .node("Gather", "length", "shape", "at")
                .constant("axis0", Constant.ofLongs(0))
                .node("Squeeze", "count", "length", "axis0")
                .constant("from", Constant.of(NdArray.of(new long[] {0})))
                .constant("step", Constant.of(NdArray.of(new long[] {1})))
                .node("Range", "range", "from", "count", "step")
                .node("Gather", "placed", "places", "range")
                .node("ReduceSum", "lost", "placed", "axis0")
                .node("Add", "sums", "row", "lost")
                .node("MatMul", "scores", "sums", "v")
                .output("scores");
        model = Networks.write(folder.resolve("places.onnx"), graph);

        refused(
                explain("--text", "the film was not good", "--output", "scores"),
                "has 8 tokens, but places.onnx knows the places of 4 ('placed')",
                "--max-tokens 4");
        assertThat(scores(explained("--text", "the film was not good", "--output", "scores", "--max-tokens", "4")))
                .hasSize(4);
    }

    @Test
    void a_vocabulary_larger_than_the_embedding_is_refused() throws IOException {
        Path other = folder.resolve("other.json");
        Files.writeString(
                other, Files.readString(folder.resolve("tokenizer.json")).replace("\"not\":8", "\"not\":80"));

        refused(
                explain("--text", "film not", "--tokenizer", other),
                "token 2 ('not') of example 0 has the id 80",
                "ids from 0 to 14",
                "other.json belongs to another model");
    }

    @Test
    void what_cannot_be_done_is_refused_with_a_way_out() throws IOException {
        refused(explain("--text", "good", "--reference", "token:[MASKE]"), "no token '[MASKE]'", "[MASK]");
        refused(explain("--text", "good", "--reference", "mean"), "'mean' has no meaning for tokens");
        refused(explain("--text", "@" + folder.resolve("none.txt")), "There is no file");
        refused(explain("--text", "good", "--input", "input_ids=x.npy"), "is made from --text");
        refused(explain("--text", "good", "--max-tokens", "0"), "--max-tokens must be at least 1");
        refused(explain("--text", "good", "--tokenizer", folder.resolve("words.onnx")), "words.onnx");
        refused(
                explain(
                        "--text",
                        "good",
                        "-o",
                        folder.resolve("tokenizer.json"),
                        "--tokenizer",
                        folder.resolve("tokenizer.json")),
                "it is a file that is read");
        Files.delete(folder.resolve("tokenizer.json"));
        refused(explain("--text", "good"), "no tokenizer.json beside", "--tokenizer");
        model = Networks.dense(folder);
        refused(explain("--text", "good"), "looks up a vector for each token id", "x: FLOAT32 [N, 3]");
    }

    @Test
    void padding_that_a_model_may_see_is_told() {
        model = Networks.write(folder.resolve("bare.onnx"), network(-1, false));

        assertThat(explain("--text", "not", "--text", "good").err()).contains("may see the padding");
    }
}
