package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.file;
import static dev.whence.cli.inputs.Refusals.packed;
import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxReaderTest {
    @TempDir
    Path folder;

    private static byte[] idx(int type, int[] shape, byte... numbers) {
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * shape.length + numbers.length);
        out.put((byte) 0).put((byte) 0).put((byte) type).put((byte) shape.length);
        Arrays.stream(shape).forEach(out::putInt);
        return out.put(numbers).array();
    }

    private static NdArray read(Path file, String rows) throws IOException {
        RowSelection selection = rows.isEmpty() ? RowSelection.ALL : RowSelection.parse(rows);
        return IdxReader.read(file, selection, InputLimits.DEFAULT);
    }

    @Test
    void bytesAreReadPlainAndPacked() throws IOException {
        byte[] bytes = idx(8, new int[] {2, 1, 3}, (byte) 0, (byte) 127, (byte) 255, (byte) 4, (byte) 5, (byte) 6);
        NdArray expected = NdArray.ofIntegers(NdArray.Type.UINT8, new long[] {0, 127, 255, 4, 5, 6}, 2, 1, 3);
        assertThat(read(file(folder, "a-idx3-ubyte", bytes), "")).isEqualTo(expected);
        assertThat(read(packed(folder, "a-idx3-ubyte.gz", bytes), "")).isEqualTo(expected);
    }

    @Test
    void rowsComeInTheWantedOrder() throws IOException {
        Path file = packed(folder, "labels.gz", idx(8, new int[] {4}, (byte) 10, (byte) 11, (byte) 12, (byte) 13));
        assertThat(read(file, "3,0:2,3").toLongs()).containsExactly(13, 10, 11, 13);
        refused(
                () -> read(file, "4"),
                ErrorCode.INPUT_INVALID,
                "Row 4 is wanted, but " + file + " holds 4 examples, numbered from 0 to 3.");
    }

    @Test
    void everyElementTypeIsRead() throws IOException {
        assertThat(read(file(folder, "i8", idx(9, new int[] {1}, (byte) -3)), "")
                        .toLongs())
                .containsExactly(-3);
        assertThat(read(file(folder, "i16", idx(0x0B, new int[] {1}, (byte) -1, (byte) 0)), "")
                        .toLongs())
                .containsExactly(-256);
        byte[] integer = ByteBuffer.allocate(4).putInt(-70_000).array();
        assertThat(read(file(folder, "i32", idx(0x0C, new int[] {1}, integer)), "")
                        .toLongs())
                .containsExactly(-70_000);
        byte[] real = ByteBuffer.allocate(4).putFloat(1.5f).array();
        assertThat(read(file(folder, "f32", idx(0x0D, new int[] {1}, real)), ""))
                .isEqualTo(NdArray.of(new float[] {1.5f}, 1));
        byte[] wide = ByteBuffer.allocate(8).putDouble(0.1).array();
        assertThat(read(file(folder, "f64", idx(0x0E, new int[] {1}, wide)), ""))
                .isEqualTo(NdArray.of(new double[] {0.1}, 1));
    }

    @Test
    void aFileShorterOrLongerThanItsHeaderSaysIsRefused() {
        Path cut = file(folder, "cut.idx", idx(8, new int[] {2, 2}, (byte) 1, (byte) 2, (byte) 3));
        refused(
                () -> read(cut, ""),
                ErrorCode.INPUT_INVALID,
                cut + ": shape [2, 2] of UINT8 needs 16 bytes, but the file has 15.");
        Path packedCut = packed(folder, "cut.idx.gz", idx(8, new int[] {2, 2}, (byte) 1, (byte) 2, (byte) 3));
        refused(
                () -> read(packedCut, ""),
                ErrorCode.INPUT_INVALID,
                packedCut + ": the file ends within row 1 of shape [2, 2].");
        Path longer = packed(folder, "long.idx.gz", idx(8, new int[] {1}, (byte) 1, (byte) 2));
        refused(
                () -> read(longer, ""),
                ErrorCode.INPUT_INVALID,
                longer + ": more bytes follow after the numbers of shape [1].");
        Path head = file(folder, "head.idx", Arrays.copyOf(idx(8, new int[] {1}), 6));
        refused(() -> read(head, ""), ErrorCode.INPUT_INVALID, head + ": the file ends within its header.");
    }

    @Test
    void anAbsurdHeaderIsRefusedBeforeMemoryIsTaken() {
        Path huge = packed(folder, "huge.gz", idx(8, new int[] {Integer.MAX_VALUE, 1000, 1000}, (byte) 1));
        refused(
                () -> read(huge, ""),
                ErrorCode.INPUT_INVALID,
                huge
                        + ": the header asks for shape [2147483647, 1000, 1000], more than the 268435456 numbers allowed.");
        Path large = packed(folder, "large.gz", idx(0x0E, new int[] {1000, 1000}, (byte) 1));
        long size = large.toFile().length();
        refused(
                () -> read(large, ""),
                ErrorCode.INPUT_INVALID,
                large + ": shape [1000, 1000] of FLOAT64 needs 8000012 bytes, but the file has " + size
                        + " packed bytes, which cannot hold them.");
    }

    @Test
    void anythingThatIsNotIdxIsRefused() {
        Path text = file(folder, "text.idx", "hello world");
        refused(
                () -> read(text, ""),
                ErrorCode.INPUT_INVALID,
                text + ": this is not an idx file; it does not start with two zero bytes.");
        Path type = file(folder, "type.idx", idx(7, new int[] {1}, (byte) 1));
        refused(
                () -> read(type, ""),
                ErrorCode.INPUT_INVALID,
                type + ": element type 0x07 found; idx has 0x08, 0x09, 0x0B, 0x0C, 0x0D and 0x0E.");
        Path axes = file(folder, "axes.idx", new byte[] {0, 0, 8, 0});
        refused(() -> read(axes, ""), ErrorCode.INPUT_INVALID, axes + ": 0 axes found; from 1 to 8 are possible.");
    }
}
