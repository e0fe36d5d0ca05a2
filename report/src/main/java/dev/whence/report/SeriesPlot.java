package dev.whence.report;

import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Channels over time: each channel as a line on coloured ground, with its scores as small bars up and down beneath. Where
 * there are more times than the picture is wide, neighbours share a column: their scores are summed. Immutable.
 */
public final class SeriesPlot implements Block {
    private static final int MOST_COLUMNS = 260;
    private static final int MOST_CHANNELS = 12;
    private static final double LEFT = 96;
    private static final double WIDTH = 640;
    private static final double LINE = 48;
    private static final double BARS = 30;
    private static final double ROW = LINE + BARS + 14;

    private final String name;
    private final List<String> channels;
    private final double[][] values;
    private final double[][] scores;

    private SeriesPlot(String name, List<String> channels, double[][] values, double[][] scores) {
        this.name = name;
        this.channels = channels;
        this.values = values;
        this.scores = scores;
    }

    /**
     * A plot of values and their scores.
     *
     * @param channels a name for each channel, or empty
     * @param values {@code [channels][times]}
     * @param scores {@code [channels][times]}
     */
    public static SeriesPlot of(String name, List<String> channels, double[][] values, double[][] scores) {
        if (values.length == 0 || values.length != scores.length || values[0].length != scores[0].length) {
            throw new IllegalArgumentException("values and scores must have the same channels and times");
        }
        return new SeriesPlot(name, List.copyOf(channels), values, scores);
    }

    private String channel(int at) {
        return channels.isEmpty() ? "channel " + at : channels.get(at);
    }

    /** The channels with the largest scores, in their own order. */
    private int[] shown() {
        return IntStream.range(0, values.length)
                .boxed()
                .sorted((a, b) -> Double.compare(total(scores[b]), total(scores[a])))
                .limit(MOST_CHANNELS)
                .sorted()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static double total(double[] row) {
        double total = 0;
        for (double score : row) {
            total += Math.abs(score);
        }
        return total;
    }

    private static double[] columns(double[] row) {
        return Pixels.blockSums(new double[][] {row}, 1, Math.ceilDiv(row.length, MOST_COLUMNS))[0];
    }

    /** The picture. */
    public Drawing drawing() {
        int[] shown = shown();
        Drawing.Builder all = Drawing.of(LEFT + WIDTH, shown.length * ROW + 18, "series of " + name);
        double limit = 0;
        for (int c : shown) {
            limit = Math.max(limit, Pixels.limit(columns(scores[c]), 1));
        }
        for (int i = 0; i < shown.length; i++) {
            channel(all, shown[i], i * ROW, limit);
        }
        int times = values[0].length;
        double bottom = shown.length * ROW + 8;
        all.text("time 1", LEFT, bottom, 11, Drawing.Anchor.START, Ink.MUTED);
        return all.text(Integer.toString(times), LEFT + WIDTH, bottom, 11, Drawing.Anchor.END, Ink.MUTED)
                .build();
    }

    private void channel(Drawing.Builder all, int c, double top, double limit) {
        double[] columns = columns(scores[c]);
        BufferedImage ground = Pixels.blank(columns.length, 1);
        double pitch = WIDTH / columns.length;
        double zero = top + LINE + BARS / 2;
        for (int i = 0; i < columns.length; i++) {
            double share = limit > 0 ? columns[i] / limit : 0;
            ground.setRGB(i, 0, ColorScale.DIVERGING.rgb(0.7 * share));
        }
        all.pixels(ground, LEFT, top, WIDTH, LINE);
        for (int i = 0; i < columns.length; i++) {
            double tall = limit > 0 ? BARS / 2 * Math.abs(columns[i]) / limit : 0;
            boolean up = columns[i] > 0;
            double x = LEFT + i * pitch + pitch * 0.1;
            all.box(x, up ? zero - tall : zero, pitch * 0.8, tall, up ? Ink.POSITIVE : Ink.NEGATIVE);
        }
        all.line(LEFT, zero, LEFT + WIDTH, zero, Ink.MUTED);
        all.stroke(line(values[c], top), new Paint.Fixed(0x1D2026), 1.3, false);
        String label = Lettering.fit(channel(c), 12, LEFT - 10);
        all.text(label, LEFT - 8, top + LINE / 2 + 4, 12, Drawing.Anchor.END, Ink.TEXT);
        all.text("score", LEFT - 8, zero + 4, 10.5, Drawing.Anchor.END, Ink.MUTED);
    }

    private static Path2D line(double[] values, double top) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            if (Double.isFinite(value)) {
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
        }
        double range = most > least ? most - least : 1;
        var path = new Path2D.Double();
        boolean pen = false;
        for (int i = 0; i < values.length; i++) {
            double x = LEFT + (i + 0.5) * WIDTH / values.length;
            double y = top + 4 + (LINE - 8) * (1 - (values[i] - least) / range);
            if (!Double.isFinite(values[i])) {
                pen = false;
            } else if (pen) {
                path.lineTo(x, y);
            } else {
                path.moveTo(x, y);
                pen = true;
            }
        }
        return path;
    }

    @Override
    public String html() {
        Markup out = new Markup().open("figure", "class", "wide");
        out.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "series of " + name);
        out.raw(drawing().inlineSvg()).close("div");
        String remark = values.length > MOST_CHANNELS
                ? "The " + MOST_CHANNELS + " channels with the largest scores of " + values.length + ". "
                : "";
        out.element("figcaption", remark + "Bars above the line raise the result, bars below it lower the result.");
        return out.block(GridTable.of(name + " (channels × times)", scores))
                .close("figure")
                .toString();
    }
}
