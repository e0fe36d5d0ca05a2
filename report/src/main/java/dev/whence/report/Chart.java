package dev.whence.report;

import java.awt.geom.Path2D;
import java.util.Arrays;
import java.util.List;

/** A plain chart of numbers: lines over a common axis, or bars in groups, with a table of the numbers. Immutable. */
public final class Chart implements Block {
    private static final double WIDTH = 640;
    private static final double NARROW = 336;
    private static final double HEIGHT = 300;
    private static final double LEFT = 64;
    private static final double TOP = 40;
    private static final double RIGHT = 20;
    private static final double BOTTOM = 44;
    private static final List<Ink> INKS = List.of(Ink.FIRST, Ink.POSITIVE, Ink.BLUE, Ink.GREEN, Ink.PURPLE, Ink.OCHRE);

    /**
     * Named numbers: one line, or one bar in each group.
     *
     * @param name what the key calls them
     * @param values one number a place on the horizontal axis; NaN leaves a gap
     */
    public record Series(String name, double[] values) {
        /** Copies the values in. */
        public Series {
            values = values.clone();
        }

        /** A copy of the values. */
        @Override
        public double[] values() {
            return values.clone();
        }
    }

    private final String caption;
    private final String acrossName;
    private final List<String> groups;
    private final double[] across;
    private final List<Series> series;
    private final boolean lines;

    private Chart(
            String caption,
            String acrossName,
            List<String> groups,
            double[] across,
            List<Series> series,
            boolean lines) {
        if (series.isEmpty() || series.stream().anyMatch(s -> s.values().length != groups.size())) {
            throw new IllegalArgumentException("every series must have " + groups.size() + " values");
        }
        this.caption = caption;
        this.acrossName = acrossName;
        this.groups = List.copyOf(groups);
        this.across = across;
        this.series = List.copyOf(series);
        this.lines = lines;
    }

    /** Lines over the given places. */
    public static Chart lines(String caption, String acrossName, double[] across, List<Series> series) {
        List<String> names = Arrays.stream(across).mapToObj(Numbers::plain).toList();
        return new Chart(caption, acrossName, names, across.clone(), series, true);
    }

    /** Bars from zero, side by side in named groups. */
    public static Chart bars(String caption, String acrossName, List<String> groups, List<Series> series) {
        return new Chart(caption, acrossName, groups, new double[0], series, false);
    }

    private Axis upright() {
        double[] all =
                series.stream().flatMapToDouble(s -> Arrays.stream(s.values())).toArray();
        return Axis.over(all, !lines);
    }

    private static double y(Axis axis, double value) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * axis.share(value);
    }

    /** The picture. */
    public Drawing drawing() {
        return drawing(WIDTH);
    }

    private Drawing drawing(double width) {
        Drawing.Builder all = Drawing.of(width, HEIGHT, caption);
        Axis axis = upright();
        for (double tick : axis.ticks()) {
            all.line(LEFT, y(axis, tick), width - RIGHT, y(axis, tick), Ink.HAIRLINE);
            all.text(axis.label(tick), LEFT - 8, y(axis, tick) + 4, 12, Drawing.Anchor.END, Ink.MUTED);
        }
        key(all, width);
        if (lines) {
            drawLines(all, axis, width);
        } else {
            drawBars(all, axis, width);
        }
        double middle = (LEFT + width - RIGHT) / 2;
        String name = Lettering.fit(acrossName, 12, width - LEFT);
        return all.text(name, middle, HEIGHT - 6, 12, Drawing.Anchor.MIDDLE, Ink.MUTED)
                .build();
    }

    private void key(Drawing.Builder all, double width) {
        double x = LEFT;
        for (int i = 0; i < series.size(); i++) {
            String name = Lettering.fit(series.get(i).name(), 12, (width - LEFT) / series.size() - 30);
            if (lines) {
                all.line(x, 14, x + 16, 14, ink(i));
                all.fill(marker(i, x + 8, 14), ink(i));
            } else {
                all.box(x, 8, 12, 12, ink(i));
            }
            all.text(name, x + 22, 18, 12, Drawing.Anchor.START, Ink.TEXT);
            x += 22 + Lettering.width(name, 12) + 18;
        }
    }

    /** Whether the key and the names of groups are whole where there is little room. */
    private boolean fitsNarrow() {
        double room = NARROW - LEFT;
        boolean isKeyWhole = series.stream().allMatch(s -> Lettering.width(s.name(), 12) <= room / series.size() - 30);
        double pitch = (room - RIGHT) / Math.max(1, groups.size()) - 4;
        return isKeyWhole && (lines || groups.stream().allMatch(g -> Lettering.width(g, 12) <= pitch));
    }

    private static Ink ink(int index) {
        return INKS.get(index % INKS.size());
    }

    private void drawLines(Drawing.Builder all, Axis upright, double width) {
        Axis level = Axis.over(across, false);
        double wide = width - RIGHT - LEFT;
        for (double tick : level.ticks()) {
            double x = LEFT + wide * level.share(tick);
            all.text(level.label(tick), x, HEIGHT - BOTTOM + 18, 12, Drawing.Anchor.MIDDLE, Ink.MUTED);
        }
        for (int i = 0; i < series.size(); i++) {
            double[] values = series.get(i).values();
            var path = new Path2D.Double();
            boolean pen = false;
            for (int at = 0; at < values.length; at++) {
                boolean drawn = Double.isFinite(values[at]) && Double.isFinite(across[at]);
                double x = LEFT + wide * level.share(across[at]);
                if (drawn && pen) {
                    path.lineTo(x, y(upright, values[at]));
                } else if (drawn) {
                    path.moveTo(x, y(upright, values[at]));
                }
                if (drawn && values.length <= 40) {
                    all.fill(marker(i, x, y(upright, values[at])), ink(i));
                }
                pen = drawn;
            }
            all.stroke(path, ink(i), 1.8, false);
        }
    }

    /** Series differ in the shape of their points as well as in colour. */
    private static Path2D marker(int index, double x, double y) {
        int corners = 3 + index % 4;
        double size = corners == 3 ? 5 : 4;
        var path = new Path2D.Double();
        for (int i = 0; i < corners; i++) {
            double angle = 2 * Math.PI * i / corners - Math.PI / 2;
            double px = x + size * Math.cos(angle);
            double py = y + size * Math.sin(angle);
            if (i == 0) {
                path.moveTo(px, py);
            } else {
                path.lineTo(px, py);
            }
        }
        path.closePath();
        return path;
    }

    private void drawBars(Drawing.Builder all, Axis axis, double width) {
        double pitch = (width - RIGHT - LEFT) / Math.max(1, groups.size());
        double bar = Math.min(40, pitch * 0.8 / series.size());
        for (int g = 0; g < groups.size(); g++) {
            double middle = LEFT + pitch * (g + 0.5);
            double x = middle - bar * series.size() / 2;
            for (int i = 0; i < series.size(); i++) {
                double value = series.get(i).values()[g];
                if (Double.isFinite(value)) {
                    double upper = y(axis, Math.max(0, value));
                    all.box(x + i * bar + 0.5, upper, bar - 1, y(axis, Math.min(0, value)) - upper, ink(i));
                }
            }
            String name = Lettering.fit(groups.get(g), 12, pitch - 4);
            all.text(name, middle, HEIGHT - BOTTOM + 18, 12, Drawing.Anchor.MIDDLE, Ink.TEXT);
        }
        all.line(LEFT, y(axis, 0), width - RIGHT, y(axis, 0), Ink.MUTED);
    }

    @Override
    public String html() {
        Markup out = new Markup().open("figure", "class", "wide");
        String place = fitsNarrow() ? "scroll if-wide" : "scroll";
        out.open("div", "class", place, "tabindex", "0", "role", "region", "aria-label", caption);
        out.raw(drawing().inlineSvg()).close("div");
        if (fitsNarrow()) {
            out.open("div", "class", "if-narrow")
                    .raw(drawing(NARROW).inlineSvg())
                    .close("div");
        }
        out.element("figcaption", caption);
        String[] headers = new String[series.size() + 1];
        headers[0] = acrossName;
        for (int i = 0; i < series.size(); i++) {
            headers[i + 1] = series.get(i).name();
        }
        Table table = Table.of("", headers);
        for (int g = 0; g < groups.size(); g++) {
            Table.Cell[] row = new Table.Cell[series.size() + 1];
            row[0] = Table.Cell.text(groups.get(g));
            for (int i = 0; i < series.size(); i++) {
                row[i + 1] = Table.Cell.number(series.get(i).values()[g]);
            }
            table.row(row);
        }
        out.open("details", "class", "numbers").element("summary", "Numbers of this chart");
        return out.block(table).close("details").close("figure").toString();
    }
}
