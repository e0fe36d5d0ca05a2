package dev.whence.quantize.evaluation;

import dev.whence.core.NdArray;
import dev.whence.report.Block;
import dev.whence.report.Drawing;
import dev.whence.report.HeatMap;
import dev.whence.report.InputView;
import dev.whence.report.Layout;
import dev.whence.report.Markup;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Pictures with the relevance that both networks find in them, side by side; each map has colours of its own scale.
 *
 * @param examples pictures, {@code [channels, height, width]} or {@code [height, width]}
 */
record DriftMaps(List<ExplanationDrift.Example> examples) implements Block {
    private static final int MOST = 12;
    private static final int SMALLEST_SIDE = 4;

    /** Whether everything explained in an example can be shown as a picture. */
    static boolean arePictures(ExplanationDrift.Example example) {
        return example.maps().stream().allMatch(DriftMaps::isPicture);
    }

    private static boolean isPicture(ExplanationDrift.Maps example) {
        long[] shape = example.input().shape();
        int rank = shape.length;
        return Arrays.equals(shape, example.original().shape())
                && (rank == 2 || (rank == 3 && shape[0] <= SMALLEST_SIDE))
                && shape[rank - 1] >= SMALLEST_SIDE
                && shape[rank - 2] >= SMALLEST_SIDE;
    }

    @Override
    public String html() {
        Markup out = new Markup().open("div", "class", "multiples");
        int shown = Math.min(MOST, examples.size());
        for (int i = 0; i < shown; i++) {
            ExplanationDrift.Example example = examples.get(i);
            String title = String.format(
                    Locale.ROOT, "Example %d: class %d, cosine %.3f", i, example.target(), example.cosine());
            out.open("div", "class", "multiple").element("h3", title);
            for (ExplanationDrift.Maps maps : example.maps()) {
                figure(out, maps, example.maps().size() > 1);
            }
            out.close("div");
        }
        return out.close("div").toString();
    }

    private static void figure(Markup out, ExplanationDrift.Maps maps, boolean isNamed) {
        out.open("figure", "class", "map").open("div", "class", "panels", "style", "flex-wrap:nowrap");
        HeatMap original = map("relevance in the original", maps, maps.original());
        original.input().ifPresent(drawing -> panel(out, isNamed ? maps.unit() : "Input", drawing));
        panel(out, "Original", original.attribution());
        panel(
                out,
                "Quantized",
                map("relevance in the quantized network", maps, maps.quantized())
                        .attribution());
        out.close("div").close("figure");
    }

    private static HeatMap map(String name, ExplanationDrift.Maps example, NdArray scores) {
        long[] shape = scores.shape();
        int height = (int) shape[shape.length - 2];
        int width = (int) shape[shape.length - 1];
        double[] sums = new double[height * width];
        for (int i = 0; i < scores.size(); i++) {
            sums[i % sums.length] += scores.getDouble(i);
        }
        return HeatMap.of(name, sums, height, width)
                .over(InputView.image(example.input(), Layout.CHW).picture());
    }

    private static void panel(Markup out, String title, Drawing drawing) {
        out.open("div", "class", "panel", "style", "flex:1 1 0;min-width:0;max-width:200px");
        out.element("span", title, "class", "panel-title");
        out.open("div", "class", "plate").raw(drawing.inlineSvg()).close("div").close("div");
    }
}
