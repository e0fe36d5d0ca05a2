package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.file;
import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray.Type;
import dev.whence.core.WhenceException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageInputTest {
    @TempDir
    Path folder;

    /** A picture whose pixel at row r, column c is red 10 r, green 10 c, blue 200. */
    private Path picture(String name, int height, int width) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                image.setRGB(column, row, (10 * row) << 16 | (10 * column) << 8 | 200);
            }
        }
        Path path = folder.resolve(name);
        try {
            ImageIO.write(image, "png", path.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return path;
    }

    private static Declared declared(long... shape) {
        return new Declared("image", Type.FLOAT32, shape);
    }

    private static LoadedInput load(Path file, String preparation, long... shape) {
        InputOptions options = preparation.isEmpty()
                ? InputOptions.DEFAULT
                : InputOptions.DEFAULT.withImage(ImagePreparation.parse(preparation));
        return Inputs.load(List.of(file), declared(shape), options);
    }

    @Test
    void colourGoesChannelsFirstAndIsDividedBy255() {
        Path file = picture("p.png", 2, 3);
        LoadedInput input = load(file, "", -1, 3, -1, -1);
        assertThat(input.kind()).isEqualTo(InputKind.IMAGE);
        assertThat(input.values().shape()).containsExactly(1, 3, 2, 3);
        assertThat(input.values().toFloats())
                .containsExactly(
                        0,
                        0,
                        0,
                        10 / 255f,
                        10 / 255f,
                        10 / 255f,
                        0,
                        10 / 255f,
                        20 / 255f,
                        0,
                        10 / 255f,
                        20 / 255f,
                        200 / 255f,
                        200 / 255f,
                        200 / 255f,
                        200 / 255f,
                        200 / 255f,
                        200 / 255f);
        assertThat(input.labels()).containsExactly("red", "green", "blue");
        assertThat(input.channelAxis()).isEqualTo(1);
        assertThat(input.pictures().getFirst().getRGB(2, 1)).isEqualTo(0xFF0A14C8);
        assertThat(input.names()).containsExactly(file.toString());
        assertThat(input.notices())
                .containsExactly(file + ": pixels divided by 255, since nothing else is said; --image PRESET or a"
                        + " .whence.yaml file beside the model say what the model was trained with.");
    }

    @Test
    void theModelsShapeSettlesTheLayout() {
        Path file = picture("p.png", 2, 4);
        LoadedInput last = load(file, "raw", -1, -1, -1, 3);
        assertThat(last.values().shape()).containsExactly(1, 2, 4, 3);
        assertThat(last.values().toFloats()).startsWith(0, 0, 200, 0, 10, 200);
        assertThat(last.channelAxis()).isEqualTo(3);
        LoadedInput gray = load(file, "raw", -1, 1, 2, 4);
        assertThat(gray.values().shape()).containsExactly(1, 1, 2, 4);
        assertThat(gray.values().getDouble(0)).isEqualTo(23);
        assertThat(gray.labels()).containsExactly("gray");
        assertThat(load(file, "raw", -1, 2, 4).values().shape()).containsExactly(1, 2, 4);
        assertThat(load(file, "raw", 3, 2, 4).values().shape()).containsExactly(3, 2, 4);
        assertThat(load(file, "raw", -1, 24).values().shape()).containsExactly(1, 24);
        assertThat(load(file, "raw,channels=gray", -1, 8).values().shape()).containsExactly(1, 8);
        assertThat(load(file, "raw,layout=nhwc", -1, -1, -1, -1).values().shape())
                .containsExactly(1, 2, 4, 3);
    }

    @Test
    void meanDeviationAndChannelOrderFollowThePreparation() {
        Path file = picture("p.png", 2, 2);
        float[] bgr = load(file, "divide=1,mean=1/2/3,std=2/4/5,channels=bgr", -1, 3, 2, 2)
                .values()
                .toFloats();
        assertThat(bgr[0]).isEqualTo((200 - 1) / 2f);
        assertThat(bgr[5]).isEqualTo((10 - 2) / 4f);
        assertThat(bgr[10]).isEqualTo((10 - 3) / 5f);
        LoadedInput wide = Inputs.load(
                List.of(file),
                declared(-1, 3, 2, 2).withType(Type.FLOAT64),
                InputOptions.DEFAULT.withImage(ImagePreparation.parse("imagenet,resize=none,crop=none")));
        assertThat(wide.values().getDouble(8)).isEqualTo((200 / 255.0 - 0.406) / 0.225);
    }

    @Test
    void integersAreTakenAsTheyAre() {
        LoadedInput input = Inputs.load(
                List.of(picture("p.png", 2, 2)),
                new Declared("image", Type.UINT8, -1, -1, -1, 3),
                InputOptions.DEFAULT);
        assertThat(input.values().type()).isEqualTo(Type.UINT8);
        assertThat(input.values().toLongs()).startsWith(0, 0, 200, 0, 10, 200);
        assertThat(input.notices()).isEmpty();
    }

    @Test
    void aPictureIsResizedToTheModelWithANotice() {
        Path file = picture("p.png", 8, 6);
        LoadedInput input = load(file, "unit", -1, 3, 4, 4);
        assertThat(input.values().shape()).containsExactly(1, 3, 4, 4);
        assertThat(input.pictures().getFirst().getWidth()).isEqualTo(4);
        assertThat(input.notices())
                .containsExactly(
                        file + ": 8 x 6 pixels resized to 4 x 4, as the model wants them; --image resize=... and"
                                + " crop=... choose otherwise.");
    }

    @Test
    void theShorterSideIsResizedAndTheMiddleIsCropped() {
        Path file = picture("p.png", 20, 10);
        LoadedInput input = load(file, "raw,resize=10,crop=4x6", -1, 3, 4, 6);
        assertThat(input.values().getDouble(0)).isEqualTo(80);
        assertThat(input.values().getDouble(24)).isEqualTo(20);
        assertThat(input.notices()).isEmpty();
        assertThat(load(file, "raw,resize=5", -1, 3, -1, -1).values().shape()).containsExactly(1, 3, 10, 5);
        assertThat(load(file, "raw,resize=7x9", -1, 3, -1, -1).values().shape()).containsExactly(1, 3, 7, 9);
    }

    @Test
    void severalPicturesAndAFolderAreABatch() {
        Path first = picture("a.png", 3, 3);
        Path second = picture("b.png", 3, 3);
        file(folder, "notes.txt", "not a picture");
        Declared declared = declared(-1, 3, 3, 3);
        LoadedInput both = Inputs.load(List.of(first, second), declared, InputOptions.DEFAULT);
        assertThat(both.values().shape()).containsExactly(2, 3, 3, 3);
        assertThat(both.pictures()).hasSize(2);
        LoadedInput all = Inputs.load(List.of(folder), declared, InputOptions.DEFAULT);
        assertThat(all.values()).isEqualTo(both.values());
        assertThat(all.names()).containsExactly(first.toString(), second.toString());
        LoadedInput one =
                Inputs.load(List.of(folder), declared, InputOptions.DEFAULT.withRows(RowSelection.parse("1")));
        assertThat(one.names()).containsExactly(second.toString());
    }

    @Test
    void picturesOfDifferentSizesAreRefused() {
        Path first = picture("a.png", 3, 3);
        Path second = picture("b.png", 3, 4);
        refused(
                () -> Inputs.load(List.of(first, second), declared(-1, 3, -1, -1), InputOptions.DEFAULT),
                ErrorCode.INPUT_INVALID,
                first + ", " + second + ": all pictures of a batch must have one size; " + first + " has 3 x 3 pixels, "
                        + second + " has 3 x 4; give --image resize=HEIGHTxWIDTH.");
    }

    @Test
    void aSizeThatTheModelDoesNotTakeIsRefused() {
        Path file = picture("p.png", 8, 8);
        refused(
                () -> load(file, "resize=none", -1, 3, 4, 4),
                ErrorCode.SHAPE_MISMATCH,
                file + ": 8 x 8 pixels found after resize and crop, [N, 3, 4, 4] wanted by input 'image'.");
        refused(
                () -> load(file, "crop=9", -1, 3, 9, 9),
                ErrorCode.INPUT_INVALID,
                file + ": a crop of 9 x 9 pixels is wanted, but the picture has 8 x 8; resize it first.");
    }

    @Test
    void channelsThatTheModelDoesNotTakeAreRefused() {
        Path file = picture("p.png", 2, 2);
        refused(
                () -> load(file, "", -1, 4, 2, 2),
                ErrorCode.SHAPE_MISMATCH,
                file + ": pictures give 3 channels (colours); [N, 4, 2, 2] with 4 channels wanted by input 'image'.");
        refused(
                () -> load(file, "channels=gray", -1, 3, 2, 2),
                ErrorCode.SHAPE_MISMATCH,
                file + ": pictures give 1 channel (gray); [N, 3, 2, 2] with 3 channels wanted by input 'image'.");
        refused(
                () -> load(file, "mean=1/2", -1, 3, 2, 2),
                ErrorCode.USAGE,
                "Image setting 'mean' has 2 numbers; 1 or 3 wanted, one a channel.");
        refused(
                () -> load(file, "", -1, 7),
                ErrorCode.SHAPE_MISMATCH,
                file + ": pictures give shape [1, 3, 2, 2]; [N, 7] wanted by input 'image'.");
    }

    @Test
    void transparencyIsLaidOnWhiteWithANotice() throws IOException {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x80000000);
        Path file = folder.resolve("t.png");
        ImageIO.write(image, "png", file.toFile());
        LoadedInput input = load(file, "raw", -1, 3, 1, 1);
        assertThat(input.values().toFloats()).containsExactly(127, 127, 127);
        assertThat(input.notices()).containsExactly(file + ": transparent parts laid on white.");
    }

    @Test
    void anAbsurdSizeIsRefusedBeforeDecoding() {
        ByteBuffer header = ByteBuffer.allocate(17).put("IHDR".getBytes(StandardCharsets.US_ASCII));
        header.putInt(60_000).putInt(50_000).put(new byte[] {8, 2, 0, 0, 0});
        CRC32 sum = new CRC32();
        sum.update(header.array());
        ByteBuffer png = ByteBuffer.allocate(8 + 4 + 17 + 4);
        png.putLong(0x89504E470D0A1A0AL).putInt(13).put(header.array()).putInt((int) sum.getValue());
        Path file = file(folder, "huge.png", png.array());
        refused(
                () -> load(file, "", -1, 3, -1, -1),
                ErrorCode.INPUT_INVALID,
                file + ": the picture is 60000 x 50000 pixels; at most 100000000 are allowed.");
        Path thin = picture("thin.png", 1, 2000);
        refused(
                () -> load(thin, "resize=1000", -1, 3, -1, -1),
                ErrorCode.INPUT_INVALID,
                thin + ": the picture is too long and thin to be resized to a shorter side of 1000.");
        refused(
                () -> load(thin, "resize=20000x20000", -1, 3, -1, -1),
                ErrorCode.INPUT_INVALID,
                thin + ": a size of 20000 x 20000 pixels is wanted; at most 100000000 are allowed.");
    }

    @Test
    void aDamagedPictureIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(picture("p.png", 20, 20));
        Path cut = file(folder, "cut.png", Arrays.copyOf(whole, whole.length / 2));
        assertThat(catchThrowable(() -> load(cut, "", -1, 3, -1, -1)))
                .isInstanceOf(WhenceException.class)
                .hasMessageStartingWith(cut + ": the picture cannot be decoded: ");
        Path text = file(folder, "text.png", "hello");
        refused(
                () -> load(text, "", -1, 3, -1, -1),
                ErrorCode.INPUT_UNREADABLE,
                text + " is not a PNG, JPEG or WebP picture.");
    }

    @Test
    void idxImagesAreGrayPictures() {
        byte[] idx = new byte[16 + 2 * 4];
        ByteBuffer.wrap(idx).putInt(2051).putInt(2).putInt(2).putInt(2).put(new byte[] {0, 51, 102, (byte) 153, -1});
        Path file = file(folder, "images-idx3-ubyte", idx);
        LoadedInput input = load(file, "", -1, 1, 2, 2);
        assertThat(input.kind()).isEqualTo(InputKind.IMAGE);
        assertThat(input.values().shape()).containsExactly(2, 1, 2, 2);
        assertThat(input.values().toFloats()).containsExactly(0, .2f, .4f, .6f, 1, 0, 0, 0);
        assertThat(input.pictures()).hasSize(2);
        assertThat(input.notices()).hasSize(1);
        assertThat(load(file, "unit", -1, 4).values().shape()).containsExactly(2, 4);
    }
}
