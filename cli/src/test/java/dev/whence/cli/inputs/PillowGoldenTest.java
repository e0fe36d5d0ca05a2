package dev.whence.cli.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.whence.core.WhenceException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures are decoded and resized to the pixels that Pillow gives; the recipe lies beside the files. */
class PillowGoldenTest {
    /** Two decoders of lossy formats may round their transforms differently. */
    private static final int LOSSY_LEVELS = 4;

    /** The WebP decoder used here repeats colour samples where libwebp interpolates them. */
    private static final int LOSSY_WEBP_LEVELS = 12;

    /** Pillow lays transparency on white in other fixed-point steps. */
    private static final int TRANSPARENCY_LEVELS = 1;

    private static Path folder() {
        try {
            return Path.of(PillowGoldenTest.class.getResource("/golden/pillow").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Path> files(String start) {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(path -> path.getFileName().toString().startsWith(start))
                    .filter(path -> !path.getFileName().toString().contains(".expected"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> resized() {
        return files("resized-");
    }

    static List<Path> decoded() {
        return files("decoded-");
    }

    static List<Path> lossy() {
        return files("lossy-");
    }

    private static Pixels read(Path file) throws IOException {
        return PictureReader.read(file, InputLimits.DEFAULT, new ArrayList<>());
    }

    private static Path expectedOf(Path file) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".expected.png");
    }

    private static int worst(Pixels found, Pixels expected) {
        assertThat(found.height()).isEqualTo(expected.height());
        assertThat(found.width()).isEqualTo(expected.width());
        int worst = 0;
        for (int row = 0; row < found.height(); row++) {
            for (int column = 0; column < found.width(); column++) {
                for (int channel = 0; channel < 3; channel++) {
                    worst = Math.max(
                            worst, Math.abs(found.at(row, column, channel) - expected.at(row, column, channel)));
                }
            }
        }
        return worst;
    }

    @Test
    void thereAreFilesOfEveryKind() {
        assertThat(resized()).hasSize(15);
        assertThat(decoded()).hasSize(8);
        assertThat(lossy()).hasSize(9);
    }

    @ParameterizedTest
    @MethodSource("resized")
    void resizingGivesExactlyTheSamePixels(Path file) throws IOException {
        Pixels expected = read(file);
        Resampling resampling = Resampling.valueOf(
                file.getFileName().toString().split("-", -1)[1].toUpperCase(Locale.ROOT));
        Pixels found = read(folder().resolve("source.png")).resized(expected.height(), expected.width(), resampling);
        assertThat(worst(found, expected)).isZero();
    }

    @ParameterizedTest
    @MethodSource("decoded")
    void losslessFilesDecodeToTheSamePixels(Path file) throws IOException {
        boolean transparent =
                file.toString().contains("alpha") || file.toString().contains("webp");
        assertThat(worst(read(file).colour(), read(expectedOf(file))))
                .isLessThanOrEqualTo(transparent ? TRANSPARENCY_LEVELS : 0);
    }

    @ParameterizedTest
    @MethodSource("lossy")
    void lossyFilesDecodeToNearlyTheSamePixels(Path file) throws IOException {
        boolean webp = file.toString().endsWith(".webp");
        assertThat(worst(read(file).colour(), read(expectedOf(file))))
                .isLessThanOrEqualTo(webp ? LOSSY_WEBP_LEVELS : LOSSY_LEVELS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"decoded-palette.png", "decoded-webp-lossless.webp", "lossy-webp.webp", "lossy-jpeg.jpg"})
    void damagedFilesAreReadOrRefused(String name, @TempDir Path temporary) throws IOException {
        byte[] whole = Files.readAllBytes(folder().resolve(name));
        SplittableRandom random = new SplittableRandom(8);
        InputLimits small = new InputLimits(1 << 20, 1 << 20, 1 << 20);
        for (int round = 0; round < 150; round++) {
            byte[] bytes = Arrays.copyOf(whole, round % 3 == 0 ? random.nextInt(whole.length) : whole.length);
            for (int change = 0; change < 3 && bytes.length > 0; change++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Path damaged = Files.write(temporary.resolve(name), bytes);
            Throwable thrown = catchThrowable(() -> PictureReader.read(damaged, small, new ArrayList<>()));
            assertThat(thrown == null || thrown instanceof WhenceException)
                    .as("round %d: %s", round, thrown)
                    .isTrue();
        }
    }

    @Test
    void grayIsComputedAsPillowComputesIt() throws IOException {
        Pixels gray = read(folder().resolve("source.png")).gray();
        assertThat(worst(gray.colour(), read(folder().resolve("decoded-gray.expected.png"))))
                .isZero();
    }

    @Test
    void theReportShowsTheSamePixels() throws IOException {
        Path file = folder().resolve("decoded-gray.png");
        BufferedImage image = read(file).toImage();
        BufferedImage expected = ImageIO.read(expectedOf(file).toFile());
        for (int column = 0; column < image.getWidth(); column++) {
            assertThat(image.getRGB(column, 3)).isEqualTo(expected.getRGB(column, 3));
        }
    }
}
