package dev.whence.quantize.evaluation;

import dev.whence.quantize.export.LayerReport;
import dev.whence.report.Block;
import dev.whence.report.ColorScale;
import dev.whence.report.Markup;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One bar a layer, in the order in which they run: how long by what it contributes, how dark by its bits.
 *
 * @param layers the layers
 * @param shares what each contributes, adding up to 1
 */
record LayerBars(List<LayerReport> layers, double[] shares) implements Block {
    private static final double LIGHTEST = 0.3;

    @Override
    public String html() {
        Map<Integer, Integer> colours = colours();
        double most = 0;
        for (double share : shares) {
            most = Math.max(most, share);
        }
        Markup out = new Markup().open("div", "class", "bars-block");
        key(out, colours);
        out.open("table", "class", "bars layers").open("thead").open("tr");
        out.element("th", "Layer", "scope", "col");
        out.element("th", "Bits", "scope", "col", "class", "n value");
        out.element("th", "Contribution", "scope", "col", "class", "track", "style", "white-space:nowrap");
        out.element("th", "", "scope", "col", "class", "n", "aria-label", "Share")
                .close("tr")
                .close("thead")
                .open("tbody");
        for (int i = 0; i < layers.size(); i++) {
            LayerReport layer = layers.get(i);
            out.open("tr", "class", "bar").open("th", "scope", "row");
            out.open("span", "class", "name")
                    .breakable(layer.name())
                    .close("span")
                    .close("th");
            out.element("td", bits(layer), "class", "n value");
            out.open("td", "class", "track").open("div", "class", "rail", "aria-hidden", "true");
            double wide = most > 0 ? 100 * shares[i] / most : 0;
            String style = String.format(
                    Locale.ROOT,
                    "left:0;width:%.2f%%;background:%s",
                    wide,
                    hex(colours.getOrDefault(layer.weightBits(), 0)));
            out.element("i", "", "class", "step", "style", style).close("div").close("td");
            out.element("td", percent(shares[i]), "class", "n").close("tr");
        }
        return out.close("tbody").close("table").close("div").toString();
    }

    private static void key(Markup out, Map<Integer, Integer> colours) {
        out.open("p", "class", "muted");
        colours.forEach((bits, rgb) -> {
            String style = "display:inline-block;width:12px;height:12px;border-radius:2px;margin-right:6px;background:"
                    + hex(rgb);
            out.open("span", "style", "white-space:nowrap;margin-right:16px");
            out.element("span", "", "style", style, "aria-hidden", "true");
            out.text(bits == Float.SIZE ? "float32" : bits + " bits")
                    .close("span")
                    .text(" ");
        });
        out.close("p");
    }

    /** A colour for each width of weights, the darker the wider. */
    private Map<Integer, Integer> colours() {
        Map<Integer, Integer> all = new TreeMap<>();
        layers.forEach(layer -> all.put(layer.weightBits(), 0));
        int i = 0;
        for (Map.Entry<Integer, Integer> entry : all.entrySet()) {
            double place = all.size() == 1 ? 1 : (double) i++ / (all.size() - 1);
            entry.setValue(ColorScale.SEQUENTIAL.rgb(LIGHTEST + (1 - LIGHTEST) * place));
        }
        return all;
    }

    private static String hex(int rgb) {
        return String.format(Locale.ROOT, "#%06x", rgb);
    }

    static String bits(LayerReport layer) {
        int weights = layer.weightBits();
        int activations = layer.activationBits();
        return weights == activations ? width(weights) : width(weights) + "/" + width(activations);
    }

    private static String width(int bits) {
        return bits == Float.SIZE ? "float" : Integer.toString(bits);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.0995 ? "%.2f %%" : "%.1f %%", 100 * share);
    }
}
