package dev.whence.cli.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JpegOrientationTest {
    private static ByteBuffer jpeg(ByteOrder order, int orientation) {
        ByteBuffer tiff = ByteBuffer.allocate(26).order(order);
        tiff.putShort((short) (order == ByteOrder.LITTLE_ENDIAN ? 0x4949 : 0x4D4D))
                .putShort((short) 42);
        tiff.putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1);
        tiff.putShort((short) orientation);
        ByteBuffer out = ByteBuffer.allocate(2 + 4 + 6 + 26);
        out.putShort((short) 0xFFD8).putShort((short) 0xFFE1).putShort((short) (2 + 6 + 26));
        out.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(tiff.array());
        return out.flip();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 6, 8})
    void bothByteOrdersAreRead(int orientation) {
        assertThat(JpegOrientation.of(jpeg(ByteOrder.LITTLE_ENDIAN, orientation)))
                .isEqualTo(orientation);
        assertThat(JpegOrientation.of(jpeg(ByteOrder.BIG_ENDIAN, orientation))).isEqualTo(orientation);
    }

    @Test
    void anythingElseIsUpright() {
        assertThat(JpegOrientation.of(jpeg(ByteOrder.BIG_ENDIAN, 77))).isEqualTo(1);
        assertThat(JpegOrientation.of(ByteBuffer.wrap(new byte[] {(byte) 0xFF, (byte) 0xD8})))
                .isEqualTo(1);
        assertThat(JpegOrientation.of(ByteBuffer.allocate(0))).isEqualTo(1);
    }

    @Test
    void damagedSegmentsNeverThrow() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = jpeg(ByteOrder.LITTLE_ENDIAN, 6).array().clone();
            for (int change = 0; change < 3; change++) {
                bytes[2 + random.nextInt(bytes.length - 2)] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(bytes.length + 1);
            assertThatCode(() ->
                            JpegOrientation.of(ByteBuffer.wrap(bytes, 0, length).slice()))
                    .doesNotThrowAnyException();
        }
    }
}
