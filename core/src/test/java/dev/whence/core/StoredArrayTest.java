package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.testkit.Cases;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrays whose elements stay in their npy file. */
class StoredArrayTest {
    @TempDir
    private Path folder;

    private NdArray stored(NdArray array) {
        Path file = folder.resolve("a.npy");
        Npy.write(file, array);
        return Npy.open(file);
    }

    /** More elements than one block holds. */
    private static NdArray large() {
        Random random = new Random(3);
        float[] data = new float[70_000 * 3];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextFloat();
        }
        return NdArray.of(data, 70_000, 3);
    }

    @Test
    void a_stored_array_holds_what_was_written() {
        Cases.check(200, draw -> {
            NdArray array = RandomArrays.any(draw);
            NdArray expected =
                    array.type() == NdArray.Type.BFLOAT16 ? NdArray.of(array.toFloats(), array.shape()) : array;
            NdArray stored = stored(array);
            assertThat(stored.isStored()).isTrue();
            assertThat(stored).hasToString(expected.toString());
            assertThat(stored.equals(expected)).as(array.toString()).isTrue();
            assertThat(stored.firstNotFinite()).isEqualTo(expected.firstNotFinite());
            for (int i = 0; i < array.size(); i++) {
                assertThat(stored.getDouble(i)).isEqualTo(Double.valueOf(expected.getDouble(i)));
                assertThat(stored.getLong(i)).isEqualTo(expected.getLong(i));
            }
        });
    }

    @Test
    void rows_are_read_into_memory() {
        NdArray array = large();
        NdArray stored = stored(array);
        assertThat(stored.rows(69_990, 70_000)).isEqualTo(array.rows(69_990, 70_000));
        assertThat(stored.rows(0, 70_000).isStored()).isFalse();
        assertThat(stored.reshape(30_000, 7).rows(21_845, 21_846))
                .isEqualTo(array.reshape(30_000, 7).rows(21_845, 21_846));
    }

    @Test
    void a_copy_lies_in_memory() {
        NdArray array = large();
        NdArray copy = stored(array).copy();
        assertThat(copy.isStored()).isFalse();
        assertThat(copy).isEqualTo(array);
        assertThat(stored(array).inMemory()).isEqualTo(array);
        assertThat(array.inMemory()).isSameAs(array);
    }

    @Test
    void whatever_needs_all_elements_reads_them_once() {
        int[] read = {0};
        int size = 200_000;
        NdArray array = NdArray.of(
                new StoredElements(NdArray.Type.UINT8, size) {
                    @Override
                    NdArray read(int from, int to) {
                        read[0] += to - from;
                        return NdArray.ofIntegers(NdArray.Type.UINT8, new long[to - from], to - from);
                    }
                },
                size);
        List<Runnable> uses = List.of(
                array::toFloats, array::toDoubles, array::toLongs, array::copy, array::inMemory, array::hashCode);
        for (Runnable use : uses) {
            read[0] = 0;
            use.run();
            assertThat(read[0]).isEqualTo(size);
        }
    }

    @Test
    void elements_beyond_a_block_are_found_in_any_order() {
        NdArray array = large();
        NdArray stored = stored(array);
        for (int i : new int[] {0, 209_999, 65_535, 65_536, 131_072, 5}) {
            assertThat(stored.getDouble(i)).isEqualTo(array.getDouble(i));
        }
    }

    @Test
    void a_number_that_is_not_finite_is_found_behind_the_first_block() {
        float[] data = large().toFloats();
        data[150_001] = Float.NaN;
        assertThat(stored(NdArray.of(data, data.length)).firstNotFinite()).isEqualTo(150_001);
    }

    @Test
    void a_conversion_happens_when_elements_are_read() {
        NdArray bytes = NdArray.ofIntegers(NdArray.Type.UINT8, new long[] {0, 1, 255, 7}, 2, 2);
        NdArray real = stored(bytes).converted(NdArray.Type.FLOAT32, some -> NdArray.of(some.toFloats(), some.shape()));
        assertThat(real.isStored()).isTrue();
        assertThat(real.rows(1, 2)).isEqualTo(NdArray.of(new float[] {255, 7}, 1, 2));
    }

    @Test
    void an_array_in_column_major_order_is_read_whole() throws IOException {
        Path file = folder.resolve("columns.npy");
        byte[] bytes = header("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }", 1, 2, 3, 4);
        Files.write(file, bytes);
        NdArray array = Npy.open(file);
        assertThat(array.isStored()).isFalse();
        assertThat(array.toLongs()).containsExactly(1, 3, 2, 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(4294967296, 4294967296)",
                "(9223372036854775807, 2)",
                "(2147483647, 1)",
                "(-1, 4)",
                "(1000000000,)",
                "(3,)",
                "(5,)"
            })
    void a_shape_that_does_not_fit_the_file_is_refused_when_it_is_opened(String shape) throws IOException {
        Path file = folder.resolve("hostile.npy");
        Files.write(file, header("{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }", 1, 2, 3, 4));
        assertThatThrownBy(() -> Npy.open(file))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("hostile.npy");
    }

    @Test
    void every_prefix_of_a_file_is_refused_when_it_is_opened() throws IOException {
        Path file = folder.resolve("whole.npy");
        Npy.write(file, NdArray.of(new double[] {1, 2, 3}, 3));
        byte[] whole = Files.readAllBytes(file);
        Path cut = folder.resolve("cut.npy");
        for (int length = 0; length < whole.length; length++) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Npy.open(cut))
                    .isInstanceOfSatisfying(
                            WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_UNREADABLE));
        }
    }

    @Test
    void a_file_that_shrinks_or_goes_away_meanwhile_is_told() throws IOException {
        NdArray stored = stored(large());
        Path file = folder.resolve("a.npy");
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.truncate(1000);
        }
        assertThat(stored.rows(0, 10).size()).isEqualTo(30);
        assertThatThrownBy(() -> stored.rows(60_000, 60_001))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_UNREADABLE))
                .hasMessageContaining("shorter");
        Files.delete(file);
        assertThatThrownBy(() -> stored.rows(0, 10))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_UNREADABLE));
    }

    @Test
    void an_array_can_be_written_piece_by_piece() {
        NdArray array = large();
        Path file = folder.resolve("pieces.npy");
        try (OutputStream out = Files.newOutputStream(file)) {
            Npy.writeHeader(out, array.type(), array.shape());
            Npy.writeElements(out, array.rows(0, 12_345));
            Npy.writeElements(out, array.rows(12_345, 70_000));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(Npy.read(file)).isEqualTo(array);
    }

    private static byte[] header(String dictionary, int... data) {
        byte[] text = (dictionary + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[10 + text.length + data.length];
        System.arraycopy(Npy.MAGIC, 0, all, 0, 6);
        all[6] = 1;
        all[8] = (byte) text.length;
        System.arraycopy(text, 0, all, 10, text.length);
        for (int i = 0; i < data.length; i++) {
            all[10 + text.length + i] = (byte) data[i];
        }
        return all;
    }
}
