package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxExport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with what a user gives: exit code 2, one sentence with the place, and nothing half-written. */
class BadInputTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path input;

    @BeforeEach
    void writeModel() {
        model = Networks.dense(folder);
        input = Networks.denseInput(folder);
    }

    /** Runs {@code whence explain} with results asked for, and checks exit code, sentence and that nothing was written. */
    private void refused(List<?> options, String... parts) {
        List<String> all = new ArrayList<>(List.of("explain", model.toString(), "--input", input.toString()));
        options.forEach(option -> all.add(option.toString()));
        all.add("-o");
        List.of("r.json", "r.npy", "r.html")
                .forEach(name -> all.add(folder.resolve(name).toString()));
        List<String> before = Networks.names(folder);

        Ran ran = Ran.whence(all.toArray(String[]::new));

        assertThat(ran.exitCode()).as(ran.out() + ran.err()).isEqualTo(ExitCode.BAD_INPUT);
        List<String> sentences =
                ran.err().lines().filter(l -> l.startsWith("whence: ")).toList();
        assertThat(sentences).as(ran.err()).hasSize(1);
        assertThat(sentences.getFirst()).contains(parts).endsWith("]");
        assertThat(ran.out()).isEmpty();
        assertThat(Networks.names(folder)).isEqualTo(before);
    }

    // ---- numbers -----------------------------------------------------------------------------------------------

    @Test
    void nan_in_the_input_is_named_with_its_place() {
        input = Networks.npy(folder.resolve("nan.npy"), new long[] {2, 3}, 1, 2, 3, 4, Double.NaN, 6);

        refused(List.of(), "nan.npy: NaN at [1, 1]", "WH-INPUT-INVALID");
    }

    @Test
    void infinity_in_the_input_is_named_with_its_place() {
        input = Networks.npy(folder.resolve("inf.npy"), new long[] {1, 3}, 1, Double.NEGATIVE_INFINITY, 3);

        refused(List.of(), "inf.npy: ", "nfinity at [0, 1]", "WH-INPUT-INVALID");
    }

    @Test
    void nan_and_infinity_in_a_reference_are_named_with_their_place() {
        Path nan = Networks.npy(folder.resolve("ref.npy"), new long[] {1, 3}, 0, 0, Double.NaN);
        Path inf = Networks.npy(folder.resolve("inf.npy"), new long[] {1, 3}, Double.POSITIVE_INFINITY, 0, 0);

        refused(List.of("--reference", nan), "ref.npy: NaN at [0, 2]");
        refused(List.of("--reference", inf), "inf.npy: ", "nfinity at [0, 0]");
    }

    // ---- shapes ------------------------------------------------------------------------------------------------

    @Test
    void a_wrong_rank_says_what_is_wanted_and_what_was_found() {
        input = Networks.npy(folder.resolve("rank.npy"), new long[] {1, 3, 2}, 1, 2, 3, 4, 5, 6);

        refused(List.of(), "rank.npy", "[1, 3, 2]", "[N, 3]", "WH-SHAPE-MISMATCH");
    }

    @Test
    void a_wrong_shape_says_what_is_wanted_and_what_was_found() {
        input = Networks.npy(folder.resolve("wide.npy"), new long[] {2, 4}, 1, 2, 3, 4, 5, 6, 7, 8);

        refused(List.of(), "wide.npy", "[2, 4]", "[N, 3]", "WH-SHAPE-MISMATCH");
    }

    @Test
    void a_wrong_type_says_what_is_wanted_and_what_was_found() {
        model = Networks.tokens(folder);
        input = Networks.npy(folder.resolve("halves.npy"), new long[] {1, 3}, 0.5, 1, 2);

        refused(List.of("--at", "embedded"), "halves.npy", "0.5", "INT64");
    }

    @Test
    void a_reference_of_another_shape_says_what_is_wanted_and_what_was_found() {
        Path reference = Networks.npy(folder.resolve("ref.npy"), new long[] {1, 5}, 1, 2, 3, 4, 5);

        refused(List.of("--reference", reference), "ref.npy", "[1, 5]", "3]", "WH-SHAPE-MISMATCH");
    }

    @Test
    void a_batch_without_an_example_is_refused() {
        input = Networks.npy(folder.resolve("none.npy"), new long[] {0, 3});

        refused(List.of(), "none.npy", "[0, 3]");
    }

    @Test
    void inputs_with_different_numbers_of_examples_are_refused() {
        model = Networks.twoInputs(folder);
        Path a = Networks.npy(folder.resolve("a.npy"), new long[] {2, 2}, 1, 2, 3, 4);
        Path b = Networks.npy(folder.resolve("b.npy"), new long[] {3, 1}, 1, 2, 3);
        List<String> before = Networks.names(folder);

        Ran ran = Ran.whence("explain", model.toString(), "--input", "a=" + a, "--input", "b=" + b);

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("'a' has 2, 'b' has 3");
        assertThat(Networks.names(folder)).isEqualTo(before);
    }

    // ---- targets -----------------------------------------------------------------------------------------------

    @Test
    void a_target_out_of_range_says_how_many_there_are() {
        refused(List.of("--target", "2"), "Target 2 is out of range", "2 elements", "0 to 1", "WH-INPUT-TARGET");
        refused(List.of("--target", "0-7"), "Target 7 is out of range");
        refused(List.of("--target", "0,1,1"), "3 targets are given for 2 examples");
    }

    @Test
    void a_target_that_is_none_says_what_is_possible() {
        refused(List.of("--target", "seven"), "Target 'seven' is not understood", "argmax", "8-3", "WH-INPUT-USAGE");
        refused(List.of("--target", "-1"), "Target '-1' is not understood");
    }

    @Test
    void an_unknown_node_is_named_with_where_to_look() {
        refused(List.of("--output", "logit"), "no value or node 'logit'", "whence model show");
        refused(List.of("--at", "hiden"), "no value or node 'hiden'", "whence model show");
    }

    // ---- files -------------------------------------------------------------------------------------------------

    @Test
    void a_missing_input_is_named() {
        input = folder.resolve("gone.npy");

        refused(List.of(), "There is no file", "gone.npy", "WH-INPUT-UNREADABLE");
    }

    @Test
    void a_missing_reference_is_named() {
        refused(List.of("--reference", folder.resolve("gone.npy")), "There is no file", "gone.npy");
    }

    @Test
    void a_missing_model_is_named() {
        model = folder.resolve("gone.onnx");

        refused(List.of(), "gone.onnx", "there is no such file", "WH-MODEL-UNREADABLE");
    }

    @Test
    void text_instead_of_a_model_is_told_so() throws IOException {
        model = Files.writeString(folder.resolve("words.onnx"), "this is not a network\n");

        refused(List.of(), "words.onnx", "it is text, not an ONNX file", "WH-MODEL-UNREADABLE");
    }

    @Test
    void a_model_cut_short_is_told_so() throws IOException {
        byte[] whole = Files.readAllBytes(model);
        model = Files.write(folder.resolve("cut.onnx"), java.util.Arrays.copyOf(whole, whole.length / 2));

        refused(List.of(), "cut.onnx", "WH-MODEL-UNREADABLE");
    }

    @Test
    void missing_external_data_is_named() throws IOException {
        Graph graph = Graph.builder("outside")
                .input("x", NdArray.Type.FLOAT32, -1, 3)
                .constant("w", Constant.of(new float[300], 3, 100))
                .node("MatMul", "y", "x", "w")
                .output("y")
                .build();
        Path inner = Files.createDirectory(folder.resolve("inner"));
        model = inner.resolve("outside.onnx");
        OnnxExport.write(model, graph, 64);
        for (String name : Networks.names(inner)) {
            if (!name.endsWith(".onnx")) {
                Files.delete(inner.resolve(name));
            }
        }

        refused(List.of(), "outside.onnx", "WH-MODEL-EXTERNAL-DATA");
    }

    @Test
    void a_zip_bomb_as_npz_is_refused_before_memory_is_taken() throws IOException {
        Path bomb = folder.resolve("bomb.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
            zip.putNextEntry(new ZipEntry("x.npy"));
            byte[] header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 3), }"
                    .getBytes(StandardCharsets.US_ASCII);
            zip.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length, 0});
            zip.write(header);
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                zip.write(zeros);
            }
            zip.closeEntry();
        }
        input = bomb;
        refused(List.of(), "bomb.npz", "WH-INPUT-");

        // the directory of the archive claims far more than can be there
        try (RandomAccessFile file = new RandomAccessFile(bomb.toFile(), "rw")) {
            byte[] all = new byte[(int) file.length()];
            file.readFully(all);
            int at = all.length - 22 - (46 + "x.npy".length());
            file.seek(at + 24L);
            file.write(new byte[] {(byte) 0xF0, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F});
        }
        refused(List.of(), "bomb.npz", "WH-INPUT-");
    }

    @Test
    void a_wrong_letter_in_fasta_is_named_with_record_and_column() throws IOException {
        model = Networks.dna(folder);
        input = Files.writeString(folder.resolve("s.fa"), ">one\nACGTAC\n>two\nACXTAC\n");

        refused(List.of(), "s.fa", "two", "column 3", "X", "WH-INPUT-INVALID");
    }

    @Test
    void a_word_in_a_table_is_named_with_line_and_column() throws IOException {
        input = Files.writeString(folder.resolve("t.csv"), "a,b,c\n1,2,3\n4,NaN,6\n");

        refused(List.of("--columns", "a,b,c"), "t.csv", "line 3", "b");
    }

    // ---- operators and methods ---------------------------------------------------------------------------------

    @Test
    void an_operator_without_a_rule_is_named_with_its_node_and_nothing_is_scored() {
        model = Networks.rounding(folder);

        refused(
                List.of(),
                "node 'Round_rounded'",
                "operator Round",
                "--method integrated-gradients or occlusion",
                "WH-OPERATOR-NO-RULE");
    }

    @Test
    void unknown_operators_are_all_named_at_once() {
        model = Networks.write(
                folder.resolve("odd.onnx"),
                Graph.builder("odd")
                        .input("x", NdArray.Type.FLOAT32, -1, 3)
                        .node("Frobnicate", "a", "x")
                        .node("Defenestrate", "b", "a")
                        .output("b"));

        refused(List.of(), "Frobnicate-17", "Defenestrate-17", "WH-OPERATOR-UNSUPPORTED");
    }

    @Test
    void an_unknown_method_is_answered_with_the_nearest_one() {
        refused(
                List.of("--method", "deeplift-rescael"),
                "There is no method 'deeplift-rescael'; did you mean 'deeplift-rescale'?",
                "integrated-gradients",
                "WH-INPUT-USAGE");
    }

    @Test
    void a_setting_of_another_method_is_refused() {
        refused(
                List.of("--steps", "5"),
                "Option --steps belongs to integrated-gradients and conductance, not to deeplift");
        refused(List.of("--method", "gradient", "--ties", "first"), "Option --ties belongs to the DeepLIFT methods");
        refused(List.of("--rule", "Relu_actve=rescale"), "no node 'Relu_actve'; did you mean 'Relu_active'?");
        refused(List.of("--rule", "Gemm_hidden=rescale"), "'Gemm_hidden', which is no activation but operator Gemm");
        refused(List.of("--rule", "Relu_active=rescle"), "there is no 'rescle'; did you mean 'rescale'?");
        refused(List.of("--method", "integrated-gradients", "--steps", "0"), "--steps must be from 1");
        refused(List.of("--samples", "5"), "Option --samples belongs to gradient-shap, smoothgrad and its kin");
        refused(List.of("--method", "vargrad", "--samples", "1"), "--samples must be from 2");
        refused(List.of("--method", "smoothgrad", "--noise", "-1"), "--noise must be a number from 0 on; found -1.0");
        refused(List.of("--method", "smoothgrad", "--noise-scale", "rnge"), "did you mean 'range'?");
        refused(List.of("--method", "smoothgrad", "--inner", "vargrad"), "repeats a method without noise");
        refused(List.of("--method", "deeplift-shap", "--inner", "gradient"), "averages one of the DeepLIFT methods");
        refused(List.of("--method", "conductance"), "name it with --at");
        refused(List.of("--method", "grad-cam"), "has no convolution");
    }

    // ---- options -----------------------------------------------------------------------------------------------

    @Test
    void a_reference_that_is_none_says_what_is_possible() {
        refused(List.of("--reference", "constant:x"), "'x' is not a number", "zeros, mean, blur");
        refused(List.of("--reference", "shuffled:3"), "Only sequences can be shuffled");
        refused(List.of("--reference", "blur"), "Only pictures can be blurred");
        refused(List.of("--reference", "zeros", "mean"), "Two references are given for the same inputs");
        refused(List.of("--reference", "y=zeros"), "no input 'y' of real numbers");
        refused(List.of("--reference", "constant:1,2"), "3 channels", "found 2 values");
    }

    @Test
    void options_with_impossible_values_are_refused() {
        refused(List.of("--precision", "float16"), "There is no precision 'float16'");
        refused(List.of("--device", "tpu"), "Unknown device 'tpu'");
        refused(List.of("--batch", "0"), "Option --batch must be auto or a number from 1 on");
        refused(List.of("--threads", "-2"), "Option --threads must be at least 1");
        refused(List.of("--tolerance", "0"), "Option --tolerance must be a number greater than 0");
        refused(List.of("--rows", "7"), "Row 7 is wanted");
        refused(List.of("--seed", "x"), "Invalid value for option '--seed'");
    }

    @Test
    void results_that_cannot_be_written_are_refused_before_any_work() {
        refused(List.of("-o", folder.resolve("r.txt")), "r.txt", "its ending must say what it is to hold", ".json");
        refused(List.of("-o", folder.resolve("nowhere").resolve("r.csv")), "its folder", "does not exist");
        refused(List.of("-o", folder.resolve("r.json")), "it is named twice");
        refused(List.of("-o", input), "it is a file that is read");
    }

    @Test
    void without_input_the_inputs_of_the_model_are_named() {
        Ran ran = Ran.whence("explain", model.toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("No input file is given; the model wants 'x'");
    }

    @Test
    void without_a_model_the_help_is_pointed_to() {
        Ran ran = Ran.whence("explain");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("MODEL", "whence explain --help");
    }

    @Test
    void an_older_result_stays_when_a_run_fails() throws IOException {
        Path older = Files.writeString(folder.resolve("kept.json"), "older");
        Npy.write(folder.resolve("bad.npy"), NdArray.of(new float[] {Float.NaN, 1, 2}, 1, 3));

        Ran ran = Ran.whence(
                "explain",
                model.toString(),
                "--input",
                folder.resolve("bad.npy").toString(),
                "-o",
                older.toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(older).hasContent("older");
    }
}
