package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.testkit.Cases;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsRead() {
        Cases.check(300, draw -> {
            NdArray array = RandomArrays.any(draw);
            NdArray back = Npy.parse(bytes(array, draw.integer(1, 3)), "case");
            NdArray expected =
                    array.type() == NdArray.Type.BFLOAT16 ? NdArray.of(array.toFloats(), array.shape()) : array;
            assertThat(back.equals(expected)).as(array.toString()).isTrue();
        });
    }

    @Test
    void aFileIsReadAsItWasWritten() {
        Path file = folder.resolve("a.npy");
        NdArray array = NdArray.of(new float[] {1, -2, Float.NaN, 4, 5, 6}, 3, 2);
        Npy.write(file, array);
        assertThat(Npy.read(file)).isEqualTo(array);
    }

    @Test
    void arraysLargerThanTheBufferAreWhole() {
        double[] data = new double[100_001];
        Arrays.setAll(data, i -> i * 0.5);
        NdArray array = NdArray.of(data, data.length);
        assertThat(Npy.parse(bytes(array, 1), "large")).isEqualTo(array);
    }

    @Test
    void everyPrefixOfAFileIsRefusedInOneSentence() {
        byte[] whole = bytes(NdArray.of(new double[] {1, 2, 3}, 3), 1);
        for (int length = 0; length < whole.length; length++) {
            byte[] prefix = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Npy.parse(prefix, "cut.npy"))
                    .isInstanceOfSatisfying(
                            WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_UNREADABLE))
                    .hasMessageStartingWith("Cannot read 'cut.npy': ");
        }
    }

    @Test
    void anyDamageGivesAnArrayOrAWhenceException() {
        Cases.check(2000, draw -> {
            byte[] damaged = bytes(RandomArrays.any(draw), draw.integer(1, 3));
            for (int i = draw.integer(1, 4); i > 0; i--) {
                damaged[draw.integer(0, Math.min(damaged.length - 1, 140))] = (byte) draw.bits();
            }
            try {
                Npy.parse(damaged, "damaged.npy");
            } catch (WhenceException e) {
                assertThat(e).hasMessageContaining("damaged.npy");
            }
        });
    }

    @ParameterizedTest
    @CsvSource({">f4", "<f4", "=f4"})
    void bothByteOrdersAreRead(String descriptor) {
        ByteOrder order = descriptor.startsWith(">")
                ? ByteOrder.BIG_ENDIAN
                : descriptor.startsWith("<") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.nativeOrder();
        ByteBuffer data = ByteBuffer.allocate(8).order(order).putFloat(1.5f).putFloat(-2f);
        byte[] file = file("{'descr': '" + descriptor + "', 'fortran_order': False, 'shape': (2,), }", data.array());
        assertThat(Npy.parse(file, "order")).isEqualTo(NdArray.of(new float[] {1.5f, -2f}, 2));
    }

    @Test
    void bigEndianIntegersAndHalvesAreRead() {
        byte[] integers = file("{'descr': '>i2', 'fortran_order': False, 'shape': (2,)}", new byte[] {1, 2, -1, -2});
        assertThat(Npy.parse(integers, "i2").toLongs()).containsExactly(0x102, -2);
        byte[] halves = file("{'descr': '>f2', 'fortran_order': False, 'shape': (1,)}", new byte[] {0x3E, 0});
        assertThat(Npy.parse(halves, "f2").getDouble(0)).isEqualTo(1.5);
    }

    @Test
    void fortranOrderIsTurnedIntoRowMajorOrder() {
        byte[] data = {0, 10, 1, 11, 2, 12};
        byte[] file = file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", data);
        NdArray array = Npy.parse(file, "fortran");
        assertThat(array.shape()).containsExactly(2, 3);
        assertThat(array.toLongs()).containsExactly(0, 1, 2, 10, 11, 12);
    }

    @Test
    void fortranOrderAgreesWithIndexArithmetic() {
        Cases.check(100, draw -> {
            long[] shape = draw.shape(0, 4, 0, 5);
            int size = (int) NdArray.elements(shape);
            byte[] data = new byte[size];
            for (int i = 0; i < size; i++) {
                data[i] = (byte) i;
            }
            String text = "{'descr': '|u1', 'fortran_order': True, 'shape': ("
                    + Arrays.toString(shape).replace("[", "").replace("]", ",").replaceAll("^,", "") + ")}";
            NdArray array = Npy.parse(file(text, data), "fortran");
            for (int flat = 0; flat < size; flat++) {
                int rest = flat;
                int[] index = new int[shape.length];
                for (int axis = shape.length - 1; axis >= 0; axis--) {
                    index[axis] = (int) (rest % shape[axis]);
                    rest /= (int) shape[axis];
                }
                int from = 0;
                for (int axis = shape.length - 1; axis >= 0; axis--) {
                    from = from * (int) shape[axis] + index[axis];
                }
                assertThat(array.getLong(flat)).isEqualTo(from & 0xFF);
            }
        });
    }

    @Test
    void headersMayDifferInSpacingOrderAndQuotes() {
        byte[] file = file("  { \"shape\":(2L,1L),'descr':\"<i4\" , 'fortran_order' :False }  \n", new byte[8]);
        assertThat(Npy.parse(file, "spacing").shape()).containsExactly(2, 1);
    }

    @Test
    void scalarsAndEmptyArraysAreRead() {
        byte[] scalar = file("{'descr': '|b1', 'fortran_order': False, 'shape': ()}", new byte[] {1});
        assertThat(Npy.parse(scalar, "scalar").rank()).isZero();
        byte[] empty = file("{'descr': '<f8', 'fortran_order': True, 'shape': (0, 4)}", new byte[0]);
        assertThat(Npy.parse(empty, "empty").shape()).containsExactly(0, 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(99999999999999999999,)",
                "(9223372036854775807, 9223372036854775807)",
                "(4294967296, 4294967296)",
                "(2147483647,)",
                "(-1,)",
                "(1.5,)",
                "(a,)",
                "(--1,)",
                "(2",
                "2",
                "",
                "(1)(",
                "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
                        + "1,1,1,1,1,1,1,1,1,1,1,1,1,1)",
            })
    void absurdShapesAreRefusedBeforeAnythingIsAllocated(String shape) {
        byte[] file = file("{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + "}", new byte[8]);
        assertThatThrownBy(() -> Npy.parse(file, "absurd.npy"))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID))
                .hasMessageStartingWith("Cannot use 'absurd.npy': its npy ");
    }

    @Test
    void aShapeLargerThanTheFileIsRefusedBeforeAnythingIsAllocated() {
        byte[] file = file("{'descr': '<f8', 'fortran_order': False, 'shape': (2000000000,)}", new byte[8]);
        assertThatThrownBy(() -> Npy.parse(file, "short.npy"))
                .hasMessage("Cannot read 'short.npy': FLOAT64 [2000000000] needs 16000000000 bytes of data, found 8.");
    }

    @Test
    void dataAfterTheLastElementIsRefused() {
        byte[] file = file("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", new byte[6]);
        assertThatThrownBy(() -> Npy.parse(file, "long.npy"))
                .hasMessage("Cannot use 'long.npy': FLOAT32 [1] needs 4 bytes of data, found 6.");
    }

    @ParameterizedTest
    @CsvSource({
        "|O, pickled Python objects",
        "<U5, text",
        "|S3, text",
        "<c8, complex",
        "<M8[ns], dates",
        "|V2, raw bytes",
        "<f16, expected",
        "'', element type is empty",
        "!f4, byte order",
        "<, expected"
    })
    void otherElementTypesAreRefusedByName(String descriptor, String why) {
        byte[] file = file("{'descr': '" + descriptor + "', 'fortran_order': False, 'shape': (1,)}", new byte[8]);
        assertThatThrownBy(() -> Npy.parse(file, "type.npy"))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID))
                .hasMessageContaining(why);
    }

    @Test
    void recordsAreRefused() {
        byte[] file = file("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", new byte[4]);
        assertThatThrownBy(() -> Npy.parse(file, "r.npy")).hasMessageContaining("records of several fields");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'descr': '<f4', 'fortran_order': False}",
                "{'shape': (1,), 'fortran_order': False}",
                "{'descr': '<f4', 'shape': (1,)}",
                "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + 1",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
                "__import__('os').system('true')",
                "{'descr"
            })
    void headersThatAreNotPlainDictionariesAreRefused(String text) {
        assertThatThrownBy(() -> Npy.parse(file(text, new byte[4]), "header.npy"))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
    }

    @Test
    void aHugeHeaderLengthIsRefused() {
        byte[] file = Arrays.copyOf(Npy.MAGIC, 20);
        file[6] = 2;
        Arrays.fill(file, 8, 12, (byte) 0xFF);
        assertThatThrownBy(() -> Npy.parse(file, "h.npy")).hasMessageContaining("ends within its npy header");
    }

    @Test
    void missingFilesAndFoldersAreNamed() {
        Path missing = folder.resolve("none.npy");
        assertThatThrownBy(() -> Npy.read(missing))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_UNREADABLE))
                .hasMessage("Cannot read '" + missing + "': there is no such file.");
        assertThatThrownBy(() -> Npy.read(folder)).isInstanceOf(WhenceException.class);
    }

    @Test
    void textIsNotMistakenForAnArray() throws IOException {
        Path file = folder.resolve("text.npy");
        Files.writeString(file, "hello, this is text");
        assertThatThrownBy(() -> Npy.read(file)).hasMessageContaining("does not begin as an npy file does");
    }

    @Test
    void writtenDataBeginsAtAMultipleOf64Bytes() {
        byte[] file = bytes(NdArray.of(new float[6], 1, 2, 3), 1);
        assertThat(file).hasSize(128 + 24);
        assertThat(new String(file, 10, 118, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3, ), }")
                .endsWith("\n");
    }

    static byte[] bytes(NdArray array, int version) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            Npy.write(out, array, version);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A version 1 file with the given header text. */
    static byte[] file(String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer out = ByteBuffer.allocate(10 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(Npy.MAGIC).put((byte) 1).put((byte) 0).putShort((short) text.length);
        return out.put(text).put(data).array();
    }
}
