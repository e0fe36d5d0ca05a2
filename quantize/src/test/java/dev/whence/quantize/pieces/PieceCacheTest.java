package dev.whence.quantize.pieces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.tensor.Engine;
import dev.whence.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PieceCacheTest {
    private static final Graph GRAPH = Graph.builder("g")
            .opset(17)
            .input("x", NdArray.Type.FLOAT32, -1, 2)
            .node("Relu", "y", "x")
            .output("y")
            .build();

    private static final NumberForm NUMBER = new NumberForm();

    @TempDir
    private Path folder;

    private static double recall(PieceCache cache, String name, double made) {
        return cache.recall(PieceKey.of(name), NUMBER, () -> made);
    }

    private Path only() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    /** One of each kind of part. */
    private record Parts(float[] floats, double[] doubles, int[] codes, String text) {
        static final PieceForm<Parts> FORM = new PieceForm<>() {
            @Override
            public void write(Parts piece, PieceWriter to) {
                to.floats("numbers", piece.floats).doubles("doubles", piece.doubles);
                to.codes("codes", piece.codes).text("numbers", piece.text);
            }

            @Override
            public Parts read(PieceReader from) {
                return new Parts(
                        from.floats("numbers", 4),
                        from.doubles("doubles", 1),
                        from.codes("codes", 3),
                        from.text("numbers"));
            }
        };
    }

    @Test
    void what_is_read_is_what_was_written_to_the_bit() {
        Parts parts = new Parts(
                new float[] {-0f, Float.NaN, Float.MIN_VALUE, Float.NEGATIVE_INFINITY},
                new double[] {Math.nextUp(1.0)},
                new int[] {0, 128, 255},
                "a \"text\"\nof two lines, é");
        long before = TensorScope.liveTensors();
        PieceKey key = PieceCache.in(folder).key(GRAPH);
        PieceCache.in(folder).recall(key, Parts.FORM, () -> parts);
        Parts found = PieceCache.in(folder).recall(key, Parts.FORM, () -> {
            throw new IllegalStateException("made again");
        });
        assertThat(found.floats).isEqualTo(parts.floats);
        assertThat(found.doubles).isEqualTo(parts.doubles);
        assertThat(found.codes).isEqualTo(parts.codes);
        assertThat(found.text).isEqualTo(parts.text);
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
    }

    @Test
    void every_byte_of_a_file_counts() throws IOException {
        recall(PieceCache.in(folder), "a", 1);
        Path file = only();
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] bytes = whole.clone();
            bytes[i] ^= 4;
            Files.write(file, bytes);
            PieceCache cache = PieceCache.in(folder);
            assertThat(recall(cache, "a", 2)).as("byte %d", i).isEqualTo(2);
            assertThat(cache.warnings()).as("byte %d", i).hasSize(1);
        }
        assertThat(recall(PieceCache.in(folder), "a", 3)).isEqualTo(2);
    }

    @Test
    void a_file_that_is_cut_off_is_made_again() throws IOException {
        recall(PieceCache.in(folder), "a", 1);
        Path file = only();
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            PieceCache cache = PieceCache.in(folder);
            assertThat(recall(cache, "a", 2)).as("length %d", length).isEqualTo(2);
            assertThat(cache.warnings()).hasSize(1);
        }
    }

    @Test
    void a_file_of_another_name_is_made_again() throws IOException {
        recall(PieceCache.in(folder), "a", 1);
        Path file = only();
        Path kept = Files.move(file, folder.resolveSibling(file.getFileName()));
        recall(PieceCache.in(folder), "b", 2);
        Files.copy(kept, only(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        PieceCache cache = PieceCache.in(folder);
        assertThat(recall(cache, "b", 3)).isEqualTo(3);
        assertThat(cache.warnings()).singleElement().asString().endsWith("': it does not belong under its name.");
        Files.delete(kept);
    }

    @Test
    void a_piece_of_another_size_is_made_again() {
        PieceKey key = PieceCache.in(folder).key(GRAPH);
        PieceForm<Double> two = new PieceForm<>() {
            @Override
            public void write(Double piece, PieceWriter to) {
                to.doubles("number", piece, piece);
            }

            @Override
            public Double read(PieceReader from) {
                return from.doubles("number", 2)[0];
            }
        };
        PieceCache.in(folder).recall(key, two, () -> 1.0);
        PieceCache cache = PieceCache.in(folder);
        assertThat(cache.recall(key, NUMBER, () -> 2.0)).isEqualTo(2);
        assertThat(cache.warnings())
                .singleElement()
                .asString()
                .contains("'number' has 16 bytes of F64, expected 8 of F64.");
    }

    @Test
    void what_cannot_be_replaced_is_a_warning() throws IOException {
        recall(PieceCache.in(folder), "a", 1);
        Path file = only();
        Files.delete(file);
        Files.createDirectories(file.resolve("inside"));
        PieceCache cache = PieceCache.in(folder);
        assertThat(recall(cache, "a", 2)).isEqualTo(2);
        assertThat(cache.warnings())
                .containsExactly(
                        "A file in the folder '" + folder + "' could not be used, and what belongs there was worked out"
                                + " again. '" + file + "' is not a file.",
                        "A piece of work is not kept for another run. Cannot write '" + file
                                + "': it is a folder, expected a file's name.");
    }

    @Test
    void a_piece_that_cannot_be_written_does_not_stop_the_others() throws IOException {
        block("b");
        PieceCache cache = PieceCache.in(folder);
        List.of("a", "b", "c").forEach(name -> recall(cache, name, 1));
        assertThat(cache.warnings()).last().asString().startsWith("A piece of work is not kept for another run. ");
        PieceCache again = PieceCache.in(folder);
        List.of("a", "c").forEach(name -> recall(again, name, 2));
        assertThat(again.read()).isEqualTo(2);
    }

    @Test
    void nothing_more_is_written_when_nothing_can_be() throws IOException {
        List<String> blocked = List.of("a", "b", "c");
        for (String name : blocked) {
            block(name);
        }
        PieceCache cache = PieceCache.in(folder);
        blocked.forEach(name -> recall(cache, name, 1));
        recall(cache, "d", 1);
        assertThat(folder.resolve(PieceKey.of("d").text() + ".safetensors")).doesNotExist();
        assertThat(cache.warnings()).last().asString().startsWith("4 pieces of work are not kept for another run. ");
    }

    /** Puts a folder where a piece belongs. */
    private void block(String name) throws IOException {
        Files.createDirectories(folder.resolve(PieceKey.of(name).text() + ".safetensors"));
    }

    @Test
    void a_program_that_cannot_be_read_gets_no_pieces() throws IOException {
        ProgramCode unknown = new ProgramCode(List.of(PieceCache.class, String.class));
        PieceCache cache = PieceCache.in(folder, unknown);
        assertThat(cache.recall(cache.key(GRAPH), NUMBER, () -> 1.0)).isEqualTo(1);
        assertThat(cache.recall(cache.key(GRAPH), NUMBER, () -> 2.0)).isEqualTo(2);
        assertThat(folder).isEmptyDirectory();
        assertThat(cache.warnings())
                .singleElement()
                .asString()
                .startsWith("No piece of work is read or kept: the files of the program cannot be read");
    }

    @Test
    void another_number_of_threads_makes_another_key() {
        PieceCache cache = PieceCache.in(folder);
        PieceKey key = cache.key(GRAPH);
        int threads = Engine.threads();
        Engine.setThreads(threads + 1);
        try {
            assertThat(cache.key(GRAPH)).isNotEqualTo(key);
        } finally {
            Engine.setThreads(threads);
        }
        assertThat(cache.key(GRAPH)).isEqualTo(key);
    }

    @Test
    void a_reason_without_words_is_named_by_its_kind() {
        PieceForm<Double> failing = new PieceForm<>() {
            @Override
            public void write(Double piece, PieceWriter to) {
                NUMBER.write(piece, to);
            }

            @Override
            public Double read(PieceReader from) {
                throw new java.util.NoSuchElementException();
            }
        };
        PieceKey key = PieceKey.of("a");
        PieceCache.in(folder).recall(key, failing, () -> 1.0);
        PieceCache cache = PieceCache.in(folder);
        cache.recall(key, failing, () -> 1.0);
        assertThat(cache.warnings())
                .singleElement()
                .asString()
                .endsWith(".safetensors': it cannot be read, NoSuchElementException.");
    }

    @Test
    void codes_that_are_no_bytes_are_refused() {
        assertThatThrownBy(() -> new PieceWriter().codes("codes", 255, 256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'codes' has the code 256, which is no byte");
        assertThatThrownBy(() -> new PieceWriter().codes("codes", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_folder_that_goes_away_is_a_warning() throws IOException {
        Path gone = folder.resolve("gone");
        PieceCache cache = PieceCache.in(gone);
        Files.delete(gone);
        assertThat(recall(cache, "a", 1)).isEqualTo(1);
        assertThat(recall(cache, "b", 2)).isEqualTo(2);
        assertThat(cache.warnings()).singleElement().asString().startsWith("2 pieces of work are not kept");
    }

    @Test
    void a_place_that_is_no_folder_is_refused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> PieceCache.in(file))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
                .hasMessage("Cannot keep pieces of work in the folder '" + file + "': it is not a folder.");
        assertThatThrownBy(() -> PieceCache.in(file.resolve("below"))).isInstanceOf(WhenceException.class);
    }

    @Test
    void several_at_once_do_no_harm() throws ExecutionException, InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<List<String>>> all = IntStream.range(0, 4)
                    .mapToObj(i -> threads.submit(() -> {
                        PieceCache cache = PieceCache.in(folder);
                        for (int piece = 0; piece < 30; piece++) {
                            assertThat(recall(cache, "piece " + piece, piece)).isEqualTo(piece);
                        }
                        return cache.warnings();
                    }))
                    .toList();
            for (Future<List<String>> one : all) {
                assertThat(one.get()).isEmpty();
            }
        }
    }

    @Test
    void keys_tell_parts_apart() {
        PieceKey key = PieceKey.of("a");
        NdArray row = NdArray.of(new float[] {1, 2}, 1, 2);
        assertThat(List.of(
                        key,
                        key.and(""),
                        key.and("ab").and("c"),
                        key.and("a").and("bc"),
                        key.and(1f, 2f),
                        key.and(1f).and(2f),
                        key.and(0f, 2f),
                        key.and(-0f, 2f),
                        key.and(Map.of("x", row)),
                        key.and(Map.of("y", row)),
                        key.and(Map.of("x", row.reshape(2, 1))),
                        key.and(Map.of("x", NdArray.of(new double[] {1, 2}, 1, 2))),
                        key.and(GRAPH)))
                .doesNotHaveDuplicates();
        assertThat(key.and("ab")).isEqualTo(PieceKey.of("a").and("ab"));
        assertThat(PieceKey.none().and("a").and(row.toFloats()).isNone()).isTrue();
    }
}
