package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.Attribution;
import dev.whence.core.AttributionJson;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.Npz;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainCommandTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path input;

    @BeforeEach
    void writeModel() {
        model = Networks.dense(folder);
        input = Networks.denseInput(folder);
    }

    private Ran explain(Object... more) {
        List<String> all = new ArrayList<>(List.of("explain", model.toString(), "--input", input.toString()));
        for (Object one : more) {
            all.add(one.toString());
        }
        return Ran.whence(all.toArray(String[]::new));
    }

    private Attribution explained(Object... more) {
        Path json = folder.resolve("result.json");
        List<Object> all = new ArrayList<>(List.of(more));
        all.addAll(List.of("-o", json));
        Ran ran = explain(all.toArray());
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        return AttributionJson.read(json);
    }

    @Test
    void the_answer_is_printed_with_its_proof() {
        Ran ran = explain();

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .startsWith("deeplift-rescale explains logits [argmax: 1,1] of dense.onnx against zeros")
                .contains("example 0: element 1", "value at the input", "value at the reference")
                .contains("sum of contributions", "PASS: the scores of 2 of 2 examples add up")
                .doesNotContain("\u001b");
        assertThat(ran.err()).contains("The model ends in Softmax; what is explained is its input 'logits'");
    }

    @Test
    void the_profile_tells_operators_and_directions() {
        Ran ran = explain("--profile");

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.err())
                .contains("Gemm")
                .contains("forward")
                .contains("backward")
                .contains("everything else");
        assertThat(ran.out()).doesNotContain("backward");
        assertThat(explain("--profile", "--json").err()).contains("\"event\":\"profile\"");
    }

    @Test
    void a_limit_of_memory_changes_no_score() {
        assertThat(explained("--memory", "4g", "--precision", "float64").units())
                .isEqualTo(explained("--precision", "float64").units());
    }

    @Test
    void a_limit_of_memory_is_a_number_and_a_letter() {
        Ran ran = explain("--memory", "much");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("--memory", "2g", "much");
    }

    @Test
    void contributions_add_up_to_the_change_of_the_logit() {
        Attribution attribution = explained("--target", "1", "--precision", "float64");

        assertThat(attribution.target().node()).isEqualTo("logits");
        assertThat(attribution.reference().description()).isEqualTo("zeros");
        for (int i = 0; i < 2; i++) {
            double change =
                    attribution.target().values()[i] - attribution.reference().values()[i];
            assertThat(attribution.sum(i)).isCloseTo(change, within(1e-12));
            assertThat(attribution.delta()[i]).isCloseTo(0, within(1e-12));
        }
        assertThat(attribution.warnings()).anyMatch(w -> w.contains("Softmax"));
        assertThat(attribution.provenance().modelHash()).startsWith("sha256:");
        assertThat(attribution.provenance().environment()).containsEntry("precision", "float64");
    }

    @Test
    void every_kind_of_file_is_written_and_the_npy_holds_exactly_the_scores() throws IOException {
        List<String> names = List.of("r.json", "r.csv", "r.npy", "r.npz", "r.html", "r.svg", "r.png");
        List<Object> options = new ArrayList<>(List.of("-o"));
        names.forEach(name -> options.add(folder.resolve(name)));

        Ran ran = explain(options.toArray());

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(Networks.names(folder)).containsAll(names).hasSize(names.size() + 2);
        NdArray scores = Npy.read(folder.resolve("r.npy"));
        assertThat(scores.shape()).containsExactly(2, 3);
        assertThat(scores).isEqualTo(Npz.read(folder.resolve("r.npz")).get("x"));
        assertThat(scores)
                .isEqualTo(AttributionJson.read(folder.resolve("r.json"))
                        .units()
                        .getFirst()
                        .scores());
        assertThat(Files.readString(folder.resolve("r.csv"))).startsWith("example,input,axis1,label,score");
        assertThat(Files.readString(folder.resolve("r.html"))).contains("deeplift-rescale on dense.onnx");
        assertThat(Files.readString(folder.resolve("r.svg"))).contains("<svg");
        assertThat(Files.readAllBytes(folder.resolve("r.png"))).startsWith(0x89, 'P', 'N', 'G');
        assertThat(ran.out()).contains("PASS").contains("written: ").contains("r.png");
    }

    @Test
    void with_json_the_result_is_all_that_stands_on_standard_output() {
        Ran ran = explain("--json");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        Attribution parsed = AttributionJson.parse(ran.out().getBytes(java.nio.charset.StandardCharsets.UTF_8), "out");
        assertThat(parsed.examples()).isEqualTo(2);
        assertThat(ran.err().lines()).allMatch(line -> line.startsWith("{\"event\":"));
    }

    @Test
    void a_difference_of_classes_is_the_difference_of_two_runs() {
        double[] difference = scores("--target", "1-0");
        double[] one = scores("--target", "1");
        double[] zero = scores("--target", "0");

        for (int i = 0; i < difference.length; i++) {
            assertThat(difference[i]).isCloseTo(one[i] - zero[i], within(1e-6));
        }
    }

    @Test
    void each_example_can_have_a_target_of_its_own() {
        double[] each = scores("--target", "1,0");
        double[] one = scores("--target", "1");
        double[] zero = scores("--target", "0");

        assertThat(each[1]).isEqualTo(one[1]);
        assertThat(each[4]).isEqualTo(zero[4]);
    }

    @Test
    void targets_less_the_mean_of_all_add_up_to_nothing_over_the_classes() {
        double[] zero = scores("--target", "0-mean");
        double[] one = scores("--target", "1-mean");

        for (int i = 0; i < zero.length; i++) {
            assertThat(zero[i] + one[i]).isCloseTo(0, within(1e-6));
        }
    }

    private double[] scores(Object... more) {
        return explained(more).units().getFirst().scores().toDoubles();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gradient",
                "saliency",
                "gradient-x-input",
                "integrated-gradients",
                "guided-backprop",
                "deconvnet",
                "occlusion",
                "deeplift-rescale",
                "deeplift-revealcancel",
                "deeplift-genomics"
            })
    void every_method_works_by_its_name(String method) {
        Attribution attribution = explained("--method", method, "--output", "logits");

        assertThat(attribution.method().name()).isEqualTo(method);
        assertThat(attribution.units().getFirst().scores().shape()).containsExactly(2, 3);
    }

    @Test
    void settings_of_a_method_stand_in_the_result() {
        assertThat(explained("--method", "integrated-gradients", "--steps", "7")
                        .method()
                        .parameters())
                .containsEntry("steps", "7");
        assertThat(explained("--method", "occlusion", "--window", "2", "--stride", "1")
                        .method()
                        .parameters())
                .containsEntry("window", "[2]");
        assertThat(explained("--rule", "Relu_active=reveal-cancel", "--ties", "first")
                        .method()
                        .parameters())
                .containsEntry("rule:Relu_active", "REVEAL_CANCEL")
                .containsEntry("ties", "FIRST");
        assertThat(explained("--method", "gradient", "--times", "difference")
                        .method()
                        .parameters())
                .containsEntry("factor", "DIFFERENCE");
    }

    @Test
    void a_reference_may_be_made_in_many_ways() {
        Path shared = Networks.npy(folder.resolve("shared.npy"), new long[] {1, 3}, 0.5, 0.5, 0.5);
        Path each = Networks.npy(folder.resolve("each.npy"), new long[] {2, 3}, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5);

        double[] constant = scores("--reference", "constant:0.5", "--target", "1");

        assertThat(scores("--reference", shared, "--target", "1")).isEqualTo(constant);
        assertThat(scores("--reference", each, "--target", "1")).isEqualTo(constant);
        assertThat(scores("--reference", "x=constant:0.5,0.5,0.5", "--target", "1"))
                .isEqualTo(constant);
        assertThat(explained("--reference", "mean").reference().description()).isEqualTo("mean");
    }

    @Test
    void contributions_are_the_mean_over_several_references() {
        Path several = Networks.npy(folder.resolve("k.npy"), new long[] {3, 3}, 0, 0, 0, 0.5, 0.5, 0.5, 1, -1, 2);
        Path last = Networks.npy(folder.resolve("last.npy"), new long[] {1, 3}, 1, -1, 2);
        Path perInput = Networks.npy(
                folder.resolve("nk.npy"),
                new long[] {2, 3, 3},
                0,
                0,
                0,
                0.5,
                0.5,
                0.5,
                1,
                -1,
                2,
                0,
                0,
                0,
                0.5,
                0.5,
                0.5,
                1,
                -1,
                2);

        Attribution all = explained("--reference", several, "--target", "1");
        double[] zeros = scores("--target", "1");
        double[] constant = scores("--reference", "constant:0.5", "--target", "1");
        double[] third = scores("--reference", last, "--target", "1");

        double[] mean = all.units().getFirst().scores().toDoubles();
        for (int i = 0; i < mean.length; i++) {
            assertThat(mean[i]).isCloseTo((zeros[i] + constant[i] + third[i]) / 3, within(1e-6));
        }
        assertThat(all.warnings()).anyMatch(w -> w.contains("compared with each of the 3 examples"));
        assertThat(scores("--reference", perInput, "--target", "1")).isEqualTo(mean);
    }

    @Test
    void rows_are_taken_from_input_and_reference_alike() {
        Path three = Networks.npy(folder.resolve("three.npy"), new long[] {3, 3}, 1, 2, 3, 1, -2, 0.5, 3, 0.25, -1);
        Path each = Networks.npy(folder.resolve("each.npy"), new long[] {3, 3}, 9, 9, 9, 0, 0, 0, 1, 1, 1);
        input = three;

        double[] row = scores("--rows", "1", "--reference", each, "--target", "1");

        assertThat(row).hasSize(3).isEqualTo(scores("--rows", "1", "--target", "1"));
    }

    @Test
    void inner_values_can_be_attributed_to() {
        Attribution attribution = explained("--at", "active", "--target", "1");

        assertThat(attribution.units().getFirst().name()).isEqualTo("active");
        assertThat(attribution.units().getFirst().scores().shape()).containsExactly(2, 4);
        assertThat(attribution.delta()[0]).isCloseTo(0, within(1e-5));
    }

    @Test
    void a_reference_equal_to_the_input_gives_zeros_and_a_notice() {
        Ran ran = explain("--reference", input, "-o", folder.resolve("r.npy"));

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(Npy.read(folder.resolve("r.npy")).toDoubles()).containsOnly(0.0, -0.0);
        assertThat(ran.err()).contains("The reference equals the input");
    }

    @Test
    void a_tolerance_that_is_not_met_ends_with_three_and_the_result_is_kept() {
        Path result = folder.resolve("r.json");

        Ran missed = explain("--method", "gradient-x-input", "--tolerance", "1e-6", "--target", "1", "-o", result);
        Ran met = explain("--tolerance", "1e-4", "--target", "1");

        assertThat(missed.exitCode()).isEqualTo(ExitCode.FOUND_BAD);
        assertThat(missed.out()).contains("FAIL");
        assertThat(result).exists();
        assertThat(met.exitCode()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void batches_and_threads_change_nothing() {
        assertThat(scores("--batch", "1", "--threads", "1")).isEqualTo(scores("--batch", "auto"));
    }

    @Test
    void several_inputs_go_into_one_npz_and_not_into_an_npy() {
        model = Networks.twoInputs(folder);
        Path a = Networks.npy(folder.resolve("a.npy"), new long[] {1, 2}, 1, 2);
        Path b = Networks.npy(folder.resolve("b.npy"), new long[] {1, 1}, 5);
        String[] both = {"explain", model.toString(), "--input", "a=" + a, "b=" + b, "--target", "0", "-o"};

        Ran npz = Ran.whence(with(both, folder.resolve("r.npz").toString()));
        Ran npy = Ran.whence(with(both, folder.resolve("r.npy").toString()));

        assertThat(npz.exitCode()).as(npz.err()).isEqualTo(ExitCode.DONE);
        assertThat(Npz.read(folder.resolve("r.npz")).get("a").toDoubles()).containsExactly(3, -2);
        assertThat(Npz.read(folder.resolve("r.npz")).get("b").toDoubles()).containsExactly(10);
        assertThat(npy.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(npy.err()).contains("2 inputs are attributed to (a, b); write an .npz file instead");
        assertThat(folder.resolve("r.npy")).doesNotExist();
    }

    private static String[] with(String[] first, String last) {
        List<String> all = new ArrayList<>(List.of(first));
        all.add(last);
        return all.toArray(String[]::new);
    }

    @Test
    void a_table_gives_its_columns_names_to_the_scores() throws IOException {
        input = Files.writeString(folder.resolve("people.csv"), "name,age,height,label\nann,1,2,0\nbob,3,4,1\n");
        model = Networks.twoInputs(folder);
        Path b = Networks.npy(folder.resolve("b.npy"), new long[] {2, 1}, 5, 6);

        Ran ran = Ran.whence(
                "explain",
                model.toString(),
                "--input",
                "a=" + input,
                "b=" + b,
                "--skip",
                "label",
                "--target",
                "0",
                "--show",
                "1",
                "--name-column",
                "name");

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out()).contains("ann: element 0", "age", "height");
    }

    @Test
    void sequences_are_read_shuffled_and_drawn() throws IOException {
        model = Networks.dna(folder);
        input = Files.writeString(folder.resolve("s.fa"), ">one\nACGTTN\n>two\nGGCATA\n");
        Path html = folder.resolve("s.html");

        Ran ran = explain("--method", "deeplift-genomics", "--reference", "shuffled:5", "--seed", "3", "-o", html);
        double[] first = scores("--reference", "dinucleotide-shuffled:4", "--seed", "3");
        double[] again = scores("--reference", "dinucleotide-shuffled:4", "--seed", "3");

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(Files.readString(html)).contains("one", "two");
        assertThat(first).isEqualTo(again);
        Attribution mutated = explained("--method", "in-silico-mutagenesis");
        assertThat(mutated.units().getFirst().labels()).containsExactly("A", "C", "G", "T");
        assertThat(mutated.units().getFirst().scores().shape()).containsExactly(2, 6, 4);
    }

    @Test
    void pictures_can_be_blurred_and_covered_window_by_window() {
        model = Networks.picture(folder);
        double[] pixels = new double[36];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i % 7 - 3;
        }
        input = Networks.npy(folder.resolve("p.npy"), new long[] {1, 1, 6, 6}, pixels);

        assertThat(explained("--reference", "blur:1.5").delta()[0]).isCloseTo(0, within(1e-5));
        assertThat(explained("--method", "occlusion", "--window", "1,2,2", "--stride", "1,2,2")
                        .units()
                        .getFirst()
                        .scores()
                        .shape())
                .containsExactly(1, 1, 6, 6);
    }

    @Test
    void whole_numbers_are_explained_at_their_embedding() {
        model = Networks.tokens(folder);
        input = folder.resolve("ids.npy");
        Npy.write(input, NdArray.of(new long[] {1, 2, 3}, 1, 3));

        Attribution tokens = explained("--target", "0");
        Attribution vectors = explained("--at", "embedded", "--target", "0");

        assertThat(tokens.units().getFirst().name()).isEqualTo("ids");
        assertThat(tokens.units().getFirst().scores().toDoubles()).containsExactly(-1, -1.5, 2.5);
        assertThat(tokens.delta()[0]).isCloseTo(0, within(1e-5));
        assertThat(vectors.units().getFirst().scores().shape()).containsExactly(1, 3, 2);
        assertThat(vectors.delta()[0]).isCloseTo(0, within(1e-5));
    }

    @Test
    void a_run_that_is_stopped_ends_with_130_and_leaves_nothing() {
        Cancellation cancellation = new Cancellation();
        cancellation.ask();
        StringWriter err = new StringWriter();
        String[] arguments = {
            "explain",
            model.toString(),
            "--input",
            input.toString(),
            "-o",
            folder.resolve("r.json").toString()
        };

        int exitCode = Whence.run(Console.capturing(new StringWriter(), err), cancellation, arguments);

        assertThat(exitCode).isEqualTo(ExitCode.CANCELLED);
        assertThat(err.toString()).isEqualToIgnoringNewLines("whence: Cancelled.");
        assertThat(folder.resolve("r.json")).doesNotExist();
    }

    @Test
    void quiet_leaves_only_the_answer() {
        assertThat(explain("--quiet").err()).isEmpty();
    }

    // ---- many references, many samples, layers -----------------------------------------------------------------

    @Test
    void many_references_keep_their_deltas_in_every_file() throws IOException {
        Path background = Networks.npy(folder.resolve("background.npy"), new long[] {3, 3}, 0, 0, 0, 1, 1, 1, 2, 0, 1);
        Path csv = folder.resolve("result.csv");
        Attribution a = explained("--method", "deeplift-shap", "--reference", background, "--precision", "float64");
        assertThat(a.reference().deltas()).hasSize(3);
        assertThat(a.method().parameters()).containsEntry("inner", "deeplift-rescale");
        assertThat(explain("--method", "deeplift-shap", "--reference", background, "-o", csv)
                        .exitCode())
                .isEqualTo(ExitCode.DONE);
        assertThat(Files.readAllLines(csv).getFirst()).endsWith("delta,delta1,delta2,delta3");
    }

    @Test
    void an_inner_method_takes_its_own_settings() {
        Attribution shap =
                explained("--method", "deeplift-shap", "--inner", "deeplift-revealcancel", "--ties", "first");
        assertThat(shap.method().parameters())
                .containsEntry("inner", "deeplift-revealcancel")
                .containsEntry("ties", "FIRST");
        Attribution smooth = explained(
                "--method", "smoothgrad", "--inner", "integrated-gradients", "--steps", "4", "--samples", "3");
        assertThat(smooth.method().parameters())
                .containsEntry("inner", "integrated-gradients")
                .containsEntry("inner steps", "4")
                .containsEntry("samples", "3")
                .containsEntry("noise", "0.15 of the range");
    }

    @Test
    void the_same_seed_gives_the_same_noise() {
        double[] first = scores(explained("--method", "gradient-shap", "--noise", "0.1", "--seed", "3"));
        assertThat(scores(explained("--method", "gradient-shap", "--noise", "0.1", "--seed", "3")))
                .containsExactly(first);
        assertThat(scores(explained("--method", "gradient-shap", "--noise", "0.1", "--seed", "4")))
                .isNotEqualTo(first);
    }

    private static double[] scores(Attribution a) {
        return a.units().getFirst().scores().toDoubles();
    }

    @Test
    void grad_cam_is_drawn_over_the_picture() {
        model = Networks.picture(folder);
        input = Networks.npy(folder.resolve("pictures.npy"), new long[] {1, 1, 6, 6}, new double[36]);
        Attribution a = explained("--method", "grad-cam");
        assertThat(a.units().getFirst().name()).isEqualTo("image");
        assertThat(a.units().getFirst().scores().shape()).containsExactly(1, 1, 6, 6);
        Attribution layer = explained("--method", "grad-cam", "--at", "found", "--layer-size", "--signed");
        assertThat(layer.units().getFirst().name()).isEqualTo("found");
        assertThat(layer.units().getFirst().scores().shape()).containsExactly(1, 1, 5, 5);
        Path png = folder.resolve("cam.png");
        assertThat(explain("--method", "grad-cam", "-o", png).exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(png).exists();
    }

    @Test
    void conductance_scores_a_layer() {
        Attribution a = explained("--method", "conductance", "--at", "hidden", "--steps", "10");
        assertThat(a.units().getFirst().scores().shape()).containsExactly(2, 4);
    }
}
