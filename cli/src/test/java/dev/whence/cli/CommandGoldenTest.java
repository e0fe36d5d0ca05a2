package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The command gives the numbers of the DeepLIFT authors, from the files as they are published. */
@Tag("golden")
class CommandGoldenTest {
    private static final double TOLERANCE = 1e-4;
    private static final String FOLDER = "fixtures/deeplift/";

    @TempDir
    private Path folder;

    private static Path shared(String name) {
        Path file = Shared.find(FOLDER + name).orElse(null);
        Assumptions.assumeTrue(file != null, name + " is not here");
        return file;
    }

    private static JsonNode facts(String part) {
        return GoldenJson.read(shared("authors/authors_golden.json")).get(part);
    }

    private NdArray run(String... arguments) {
        Path result = folder.resolve("scores.npy");
        List<String> all = new ArrayList<>(List.of("explain"));
        all.addAll(Arrays.asList(arguments));
        all.addAll(List.of("-o", result.toString()));
        Ran ran = Ran.whence(all.toArray(String[]::new));
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        return Npy.read(result);
    }

    /** From scores of every class, {@code [N, K, ...]}, those of one class of each example. */
    private static double[] chosen(NdArray all, List<Integer> classes) {
        int n = (int) all.dimension(0);
        int k = (int) all.dimension(1);
        int row = all.size() / n / k;
        double[] out = new double[n * row];
        for (int i = 0; i < out.length; i++) {
            out[i] = all.getDouble((i / row * k + classes.get(i / row)) * row + i % row);
        }
        return out;
    }

    private static void assertClose(String name, NdArray found, double[] expected) {
        Close.assertRelativeToMax(name, found.toDoubles(), expected, TOLERANCE, found.shape());
    }

    private static String joined(JsonNode numbers) {
        List<String> out = new ArrayList<>();
        numbers.forEach(number -> out.add(number.asString()));
        return String.join(",", out);
    }

    @Test
    void digits_get_the_scores_of_the_authors() {
        JsonNode facts = facts("mnist");
        List<Integer> labels = new ArrayList<>();
        facts.get("label").forEach(label -> labels.add(label.asInt()));
        for (String[] method : new String[][] {
            {"deeplift-rescale", "mnist_rescale.npy"},
            {"deeplift-revealcancel", "mnist_revealcancel.npy"},
            {"deeplift-genomics", "mnist_convrescale_fcrevealcancel.npy"},
            {"gradient-x-input", "mnist_gradient_times_input.npy"}
        }) {
            NdArray expected = Npy.read(shared("authors/" + method[1]));
            NdArray found = run(
                    shared("mnist_cnn_allconv.onnx").toString(),
                    "--input",
                    shared("t10k-images-idx3-ubyte.gz").toString(),
                    "--rows",
                    joined(facts.get("image_index")),
                    "--target",
                    joined(facts.get("label")),
                    "--method",
                    method[0]);

            assertClose(method[1], found, chosen(expected, labels));
        }
    }

    @Test
    void sequences_get_the_scores_of_the_authors() throws IOException {
        JsonNode facts = facts("genomics");
        StringBuilder fasta = new StringBuilder();
        for (int i = 0; i < facts.get("names").size(); i++) {
            fasta.append('>').append(facts.get("names").get(i).asString()).append('\n');
            fasta.append(facts.get("sequences").get(i).asString()).append('\n');
        }
        Path input = Files.writeString(folder.resolve("sequences.fa"), fasta);
        for (String[] method : new String[][] {
            {"deeplift-rescale", "genomics_rescale.npy"},
            {"deeplift-revealcancel", "genomics_revealcancel.npy"},
            {"deeplift-genomics", "genomics_convrescale_fcrevealcancel.npy"}
        }) {
            NdArray expected = Npy.read(shared("authors/" + method[1]));
            NdArray found = run(
                    shared("genomics_tal_gata.onnx").toString(),
                    "--input",
                    input.toString(),
                    "--reference",
                    "constant:0.3,0.2,0.2,0.3",
                    "--target",
                    "1",
                    "--method",
                    method[0]);

            List<Integer> task = java.util.Collections.nCopies((int) found.dimension(0), 1);
            assertClose(method[1], found, chosen(expected, task));
        }
    }
}
