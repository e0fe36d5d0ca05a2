package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.Method;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.Provenance;
import dev.whence.core.Reference;
import dev.whence.core.Target;
import dev.whence.core.Units;
import dev.whence.core.WhenceException;
import dev.whence.examples.Bundled;
import dev.whence.explain.Explanation;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs of many rows: read from their file batch by batch, and their scores written as they come. */
class ManyRowsTest {
    private static final int BASES = 200;
    private static final int LETTERS = 4;

    @TempDir
    private Path folder;

    private Path sequences(int rows) throws IOException {
        return sequences("x.npy", rows);
    }

    /** One-hot letters as bytes. */
    private Path sequences(String name, int rows) throws IOException {
        Path file = folder.resolve(name);
        Random random = new Random(rows);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            Npy.writeHeader(out, NdArray.Type.UINT8, rows, BASES, LETTERS);
            for (int row = 0; row < rows; row++) {
                long[] letters = new long[BASES * LETTERS];
                for (int base = 0; base < BASES; base++) {
                    letters[base * LETTERS + random.nextInt(LETTERS)] = 1;
                }
                Npy.writeElements(out, NdArray.ofIntegers(NdArray.Type.UINT8, letters, letters.length));
            }
        }
        return file;
    }

    private String model() throws IOException {
        return Bundled.GENOMICS_MODEL.copyTo(folder).toString();
    }

    @Test
    void scores_written_as_they_come_are_those_held_to_the_end() throws IOException {
        String model = model();
        String input = sequences(6000).toString();
        Path scores = folder.resolve("scores.npy");

        Ran streamed = Ran.whence(
                "explain",
                model,
                "--input",
                input,
                "--rows",
                "0:5500",
                "-m",
                "gradient-x-input",
                "-o",
                scores.toString());
        Ran all = Ran.whence(
                "explain",
                model,
                "--input",
                input,
                "-m",
                "gradient-x-input",
                "-o",
                folder.resolve("all.npy").toString());
        Ran held = Ran.whence(
                "explain",
                model,
                "--input",
                input,
                "--rows",
                "5400:5500",
                "-m",
                "gradient-x-input",
                "-o",
                folder.resolve("held.npz").toString(),
                folder.resolve("held.npy").toString());

        assertThat(List.of(streamed.exitCode(), all.exitCode(), held.exitCode()))
                .containsOnly(ExitCode.DONE);
        NdArray whole = Npy.read(folder.resolve("all.npy"));
        assertThat(whole.shape()).containsExactly(6000, BASES, LETTERS);
        assertThat(Npy.read(scores)).isEqualTo(whole.rows(0, 5500));
        double[] last = whole.rows(5400, 5500).toDoubles();
        assertThat(Npy.read(folder.resolve("held.npy")).toDoubles()).satisfies(found -> {
            for (int i = 0; i < last.length; i++) {
                assertThat(found[i]).isCloseTo(last[i], within(1e-5));
            }
        });
        assertThat(all.out()).contains(" of 6000 examples");
    }

    @Test
    void one_reference_an_example_is_read_batch_by_batch_too() throws IOException {
        Path scores = folder.resolve("scores.npy");
        Ran ran = Ran.whence(
                "explain",
                model(),
                "--input",
                sequences(5500).toString(),
                "--reference",
                sequences("r.npy", 5500).toString(),
                "-o",
                scores.toString());

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(Npy.read(scores).toFloats()).containsOnly(0f, -0f);
        assertThat(ran.err()).contains("The reference equals the input");
    }

    @Test
    void without_a_file_the_first_examples_are_printed_and_all_are_counted() throws IOException {
        Ran ran = Ran.whence("explain", model(), "--input", sequences(300).toString(), "--show", "2", "--top", "1");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .contains("example 1", "and 298 more examples", "the scores of 300 of 300 examples add up");
    }

    @Test
    void a_stop_in_the_midst_leaves_no_file() throws Exception {
        String[] arguments = {
            "explain",
            model(),
            "--input",
            sequences(6000).toString(),
            "--batch",
            "1",
            "-o",
            folder.resolve("scores.npy").toString()
        };
        List<String> before = Networks.names(folder);
        Cancellation cancellation = new Cancellation();
        Thread asking = Thread.ofPlatform().start(() -> {
            while (!isBeingWritten()) {
                Thread.onSpinWait();
            }
            cancellation.ask();
        });

        StringWriter err = new StringWriter();
        int exitCode = Whence.run(Console.capturing(new StringWriter(), err), cancellation, arguments);
        asking.join();

        assertThat(exitCode).as(err.toString()).isEqualTo(ExitCode.CANCELLED);
        assertThat(Networks.names(folder)).isEqualTo(before);
    }

    private boolean isBeingWritten() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".part"));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void memory_and_batch_exclude_each_other() throws IOException {
        Ran ran = Ran.whence("explain", model(), "--input", sequences(2).toString(), "--memory", "2g", "--batch", "8");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("--memory 2g and --batch 8 exclude each other", "WH-INPUT-USAGE");
    }

    @Test
    void scores_that_cannot_be_held_are_refused_before_the_work_begins() throws IOException {
        Ran ran = Ran.whence(
                "explain",
                model(),
                "--input",
                sequences(6000).toString(),
                "--memory",
                "20m",
                "-o",
                folder.resolve("scores.json").toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(ran.err()).contains("The scores of all 6000 examples", "-o FILE.npy", "WH-MEMORY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"compare", "audit"})
    void what_is_made_of_all_scores_is_refused_before_the_work_begins_too(String command) throws IOException {
        List<String> line = new ArrayList<>(
                List.of(command, model(), "--input", sequences(6000).toString(), "--memory", "40m"));
        if (command.equals("compare")) {
            line.addAll(List.of("--methods", "gradient,deeplift-rescale"));
        } else {
            line.set(line.size() - 1, "20m");
        }
        Ran ran = Ran.whence(line.toArray(String[]::new));

        assertThat(ran.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(ran.err()).contains("The scores of all 6000 examples", "--rows", "WH-MEMORY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"compare", "audit"})
    void a_wrong_size_of_memory_is_told_before_files_are_read(String command) {
        Ran ran =
                Ran.whence(command, folder.resolve("none.onnx").toString(), "--input", "none.npy", "--memory", "much");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("Option --memory must be").doesNotContain("none.onnx");
    }

    @Test
    void a_batch_of_another_shape_than_the_first_is_refused() {
        ScoreStream stream = new ScoreStream(some -> Check.of(some, "float32", null), 3, new ByteArrayOutputStream());
        stream.take(0, 0, batch(1, NdArray.of(new float[] {1, 2}, 1, 2)));

        assertThatThrownBy(() -> stream.take(0, 1, batch(2, NdArray.of(new float[] {1, 2}, 2, 1))))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("[2, 1]");
    }

    private static Explanation batch(int examples, NdArray scores) {
        double[] zeros = new double[examples];
        Attribution attribution = new Attribution(
                new Method("gradient", Map.of(), Completeness.NONE),
                new Target("y", "0", zeros),
                new Reference("none", zeros, List.of()),
                List.of(Units.of("x", scores)),
                zeros,
                List.of(),
                new Provenance("", "whence", "CPU", 0, Instant.EPOCH, Map.of()));
        return new Explanation(attribution, new double[0][], Collections.nCopies(examples, 0L));
    }

    // ---- processes of their own --------------------------------------------------------------------------------

    private Process process(String heap, List<String> arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.whence.cli.Whence"));
        line.addAll(arguments);
        return new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    /** Input (as float32) and scores take 320 MB each. */
    @Test
    @Tag("slow")
    void a_hundred_thousand_rows_need_no_more_java_heap_than_a_few() throws Exception {
        Path scores = folder.resolve("scores.npy");
        Process process = process(
                "64m",
                List.of(
                        "explain",
                        model(),
                        "--input",
                        sequences(100_000).toString(),
                        "--memory",
                        "900m",
                        "-o",
                        scores.toString()));

        assertThat(process.waitFor(15, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("log")))
                .isEqualTo(ExitCode.DONE);
        assertThat(Npy.open(scores).shape()).containsExactly(100_000, BASES, LETTERS);
        assertThat(Files.readString(folder.resolve("log"))).contains("of 100000 examples add up");
    }

    @Test
    @Tag("slow")
    void an_interrupt_ends_the_process_with_130_and_leaves_no_file() throws Exception {
        List<String> arguments = List.of(
                "explain",
                model(),
                "--input",
                sequences(6000).toString(),
                "--batch",
                "1",
                "-o",
                folder.resolve("scores.npy").toString());
        Process process = process("256m", arguments);
        while (!isBeingWritten() && process.isAlive()) {
            Thread.sleep(20);
        }
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .start()
                .waitFor();

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.CANCELLED);
        assertThat(Networks.names(folder)).doesNotContain("scores.npy").noneMatch(name -> name.endsWith(".part"));
    }
}
