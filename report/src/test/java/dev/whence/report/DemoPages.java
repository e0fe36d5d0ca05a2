package dev.whence.report;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.NdArray;
import dev.whence.core.Units;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes one page and one picture of every kind into a folder, to be looked at. */
final class DemoPages {
    private DemoPages() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments.length > 0 ? arguments[0] : "target/demo"));
        digits(folder);
        photo(folder);
        compare(folder);
        genomics(folder);
        table(folder);
        others(folder);
        charts(folder);
    }

    private static void charts(Path folder) {
        double[] steps = {1, 2, 5, 10, 20, 50, 100};
        Chart lines = Chart.lines(
                "Delta of integrated gradients by its number of steps",
                "steps",
                steps,
                List.of(
                        new Chart.Series("ReLU network", new double[] {1.3, 0.9, 0.42, 0.2, 0.11, 0.04, 0.02}),
                        new Chart.Series("sigmoid network", new double[] {0.6, 0.3, 0.1, 0.05, 0.02, 0.01, 0.005})));
        Chart bars = Chart.bars(
                "Change of log-odds after erasing pixels",
                "conversion",
                List.of("8 to 3", "8 to 6", "9 to 1", "4 to 1"),
                List.of(
                        new Chart.Series("gradient", new double[] {8.1, 7.2, 12, -1.5}),
                        new Chart.Series("rescale", new double[] {10.2, 9.1, 15, 9}),
                        new Chart.Series("reveal-cancel", new double[] {11.9, 10.4, 18.2, 12.5})));
        Page.titled("Charts")
                .section("Lines", lines)
                .section("Bars", bars)
                .build()
                .write(folder.resolve("charts.html"));
    }

    private static void write(Path folder, String name, AttributionPage page) {
        page.page().write(folder.resolve(name + ".html"));
    }

    private static void picture(Path folder, String name, Drawing drawing) throws IOException {
        Files.writeString(folder.resolve(name + ".svg"), drawing.svg());
        Files.write(folder.resolve(name + ".png"), drawing.png(2));
    }

    private static void digits(Path folder) throws IOException {
        BufferedImage seven = Samples.digit(28);
        Attribution a = Samples.attribution(
                "deeplift-rescale", Completeness.EXACT, 3e-7, Samples.images("image", 4, seven, seven));
        Example first =
                new Example("Digit 17", "true class 7", Map.of("image", new InputView.Image(seven, Layout.CHW)));
        Example second = Example.of("Digit 18", "image", new InputView.Image(seven, Layout.CHW));
        write(folder, "digits", AttributionPage.of("Why a seven?", a, List.of(first, second)));
        picture(folder, "digits", AttributionPicture.of(a, List.of(first, second)));
        BufferedImage small = Samples.digit(8);
        Attribution b = Samples.attribution("deeplift-rescale", Completeness.EXACT, 0.2, Samples.images("x", 9, small));
        write(
                folder,
                "small",
                AttributionPage.of(
                        "A digit of 8 × 8",
                        b,
                        List.of(Example.of("Digit 3", "x", new InputView.Image(small, Layout.CHW)))));
    }

    private static void photo(Path folder) throws IOException {
        BufferedImage photo = Samples.photo(224, 224);
        Attribution a =
                Samples.attribution("deeplift-rescale", Completeness.EXACT, -2e-5, Samples.images("pixels", 1, photo));
        Example example = Example.of("hill.png", "pixels", new InputView.Image(photo, Layout.CHW));
        write(folder, "photo", AttributionPage.of("hill.png", a, List.of(example)));
        picture(folder, "photo", AttributionPicture.of(a, List.of(example)));
    }

    private static void compare(Path folder) {
        BufferedImage seven = Samples.digit(28);
        List<Attribution> all = new ArrayList<>();
        all.add(Samples.attribution("deeplift-rescale", Completeness.EXACT, 3e-7, Samples.images("image", 4, seven)));
        all.add(Samples.attribution(
                "deeplift-revealcancel", Completeness.EXACT, 3e-7, Samples.images("image", 5, seven)));
        all.add(Samples.attribution("gradient-x-input", Completeness.NONE, 1.7, Samples.images("image", 7, seven)));
        all.add(Samples.attribution(
                "integrated-gradients", Completeness.APPROXIMATE, 0.004, Samples.images("image", 4, seven)));
        Example example =
                new Example("Digit 17", "true class 7", Map.of("image", new InputView.Image(seven, Layout.CHW)));
        write(folder, "compare", AttributionPage.of("Four methods, one digit", all, List.of(example)));
        String letters = Samples.sequence(200, 5);
        List<Attribution> dna = List.of(
                Samples.attribution("deeplift-genomics", Completeness.EXACT, 1e-6, Samples.sequenceScores(letters, 1)),
                Samples.attribution("gradient-x-input", Completeness.NONE, 1, Samples.sequenceScores(letters, 2)));
        write(
                folder,
                "compare-dna",
                AttributionPage.of(
                        "Two methods, one sequence",
                        dna,
                        List.of(Example.of("synth_1", "dna", InputView.sequence(letters)))));
    }

    private static void genomics(Path folder) throws IOException {
        String letters = Samples.sequence(200, 5);
        Attribution a =
                Samples.attribution("deeplift-genomics", Completeness.EXACT, 1e-6, Samples.sequenceScores(letters, 3));
        InputView view = new InputView.Sequence(
                letters,
                List.of(new InputView.Range(30, 40, "GATA_disc1"), new InputView.Range(120, 130, "TAL1_known1")));
        Example example = Example.of("synth_1042", "dna", view);
        write(folder, "genomics", AttributionPage.of("Which bases made it a binding site?", a, List.of(example)));
        picture(folder, "genomics", AttributionPicture.of(a, 0, example));
    }

    private static void table(Path folder) throws IOException {
        Random random = new Random(3);
        List<String> names = new ArrayList<>(
                List.of("age", "income", "a very long name of a column that must not overflow", "<b>bold</b>"));
        double[] values = new double[24];
        double[] scores = new double[24];
        for (int i = 0; i < 24; i++) {
            if (i >= names.size()) {
                names.add("feature_" + i);
            }
            values[i] = 100 * random.nextGaussian();
            scores[i] = random.nextGaussian() * Math.exp(-i / 6.0);
        }
        Attribution a = Samples.attribution(
                "deeplift-rescale", Completeness.EXACT, 0, new Units("row", NdArray.of(scores, 1, 24), names));
        Example example = Example.of("Row 12", "row", InputView.row(names, values));
        write(folder, "table", AttributionPage.of("Why was row 12 refused?", a, List.of(example)));
        picture(folder, "table", AttributionPicture.of(a, 0, example));
    }

    private static void others(Path folder) throws IOException {
        Random random = new Random(4);
        int times = 180;
        double[] values = new double[3 * times];
        double[] scores = new double[3 * times];
        for (int c = 0; c < 3; c++) {
            for (int t = 0; t < times; t++) {
                values[c * times + t] = Math.sin(t / (6.0 + 4 * c)) + 0.2 * random.nextGaussian();
                scores[c * times + t] = Math.exp(-Math.pow((t - 60 - 30 * c) / 18.0, 2)) * Math.sin(t / 5.0);
            }
        }
        List<String> tokens = List.of("The", " film", " was", " not", " good", ",", " yet", " I", " loved", " it", ".");
        double[] words = {0.01, 0.1, 0, -1.2, 0.8, 0, 0.3, 0.05, 1.6, 0.2, 0};
        double[] hidden = random.doubles(64, -1, 1).toArray();
        Attribution a = Samples.attribution(
                "deeplift-rescale",
                Completeness.EXACT,
                4e-7,
                Units.of("signal", NdArray.of(scores, 1, 3, times)),
                Units.of("text", NdArray.of(words, 1, 11)),
                Units.of("state", NdArray.of(hidden, 1, 8, 8)));
        Example example = new Example(
                "Everything else",
                "three inputs of one network",
                Map.of(
                        "signal",
                        new InputView.Series(NdArray.of(values, 3, times), List.of("x", "y", "z")),
                        "text",
                        new InputView.Tokens(tokens)));
        write(folder, "others", AttributionPage.of("Series, words and numbers", a, List.of(example)));
        picture(folder, "others", AttributionPicture.of(a, 0, example));
    }
}
