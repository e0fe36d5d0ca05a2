package dev.whence.report;

import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A grid of signed scores as coloured cells on {@link ColorScale#DIVERGING}, alone, over the picture it belongs to, and
 * beside it. Strong cells also carry a plus or minus sign. Scores beyond the clipping limit have the colour of the
 * limit, so that one outlier does not wash out the rest. Immutable.
 */
public final class HeatMap implements Block {
    /** The share of scores whose size the colour scale covers, unless told otherwise. */
    public static final double DEFAULT_CLIP = 0.98;

    private static final int LARGEST_SIDE = 512;
    private static final int SIGNS_A_SIDE = 16;
    private static final double SIGN_FROM = 0.3;

    private final String name;
    private final double[][] scores;
    private final @Nullable BufferedImage input;
    private final double clip;
    private final double limit;

    private HeatMap(String name, double[][] scores, @Nullable BufferedImage input, double clip) {
        this.name = name;
        this.scores = scores;
        this.input = input;
        this.clip = clip;
        this.limit = limit(scores, clip);
    }

    private static double limit(double[][] grid, double clip) {
        return Pixels.limit(Arrays.stream(grid).flatMapToDouble(Arrays::stream).toArray(), clip);
    }

    /**
     * A heat map of scores, row by row.
     *
     * @param name what the scores belong to, in words
     * @param scores {@code height * width} numbers; NaN is drawn gray
     */
    public static HeatMap of(String name, double[] scores, int height, int width) {
        if (height < 1 || width < 1 || scores.length != (long) height * width) {
            throw new IllegalArgumentException(
                    scores.length + " scores do not fill " + height + " rows of " + width + " columns");
        }
        double[][] grid = new double[height][];
        for (int y = 0; y < height; y++) {
            grid[y] = Arrays.copyOfRange(scores, y * width, (y + 1) * width);
        }
        return new HeatMap(name, grid, null, DEFAULT_CLIP);
    }

    /** The same scores with the picture they belong to, of any size. */
    public HeatMap over(BufferedImage picture) {
        return new HeatMap(name, scores, picture, clip);
    }

    /** The same map with another clipping: {@code share} of the scores, from above 0 to 1, lie within the colours. */
    public HeatMap withClip(double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("clip must be above 0 and at most 1, found " + share);
        }
        return new HeatMap(name, scores, input, share);
    }

    /** The size of score that gets the strongest colour. */
    public double limit() {
        return limit;
    }

    /** The scores as pixels, one a score (or one a block of scores, where the grid is very large). */
    public BufferedImage pixels() {
        double[][] grid = shown();
        BufferedImage image = Pixels.blank(grid[0].length, grid.length);
        double most = block() == 1 ? limit : limit(grid, clip);
        for (int y = 0; y < grid.length; y++) {
            for (int x = 0; x < grid[0].length; x++) {
                image.setRGB(x, y, ColorScale.DIVERGING.rgb(share(grid[y][x], most)));
            }
        }
        return image;
    }

    /** The scores blended over the picture in gray: the larger a score, the less of the picture shows through. */
    public Optional<BufferedImage> overlayPixels() {
        if (input == null) {
            return Optional.empty();
        }
        double[][] grid = shown();
        double most = block() == 1 ? limit : limit(grid, clip);
        int height = Math.max(grid.length, Math.min(LARGEST_SIDE, input.getHeight()));
        int width = Math.max(grid[0].length, Math.min(LARGEST_SIDE, input.getWidth()));
        BufferedImage image = Pixels.blank(width, height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int under = input.getRGB(x * input.getWidth() / width, y * input.getHeight() / height);
                double t = share(grid[y * grid.length / height][x * grid[0].length / width], most);
                image.setRGB(x, y, blend(under, t));
            }
        }
        return Optional.of(image);
    }

    private static int blend(int under, double t) {
        double gray = 70 + 0.72 * 255 * ColorScale.luminanceOfGray(under);
        double size = Double.isNaN(t) ? 0 : Math.abs(t);
        double alpha = Math.min(0.92, 1.05 * Math.sqrt(size));
        int over = ColorScale.DIVERGING.rgb(Double.isNaN(t) ? 0 : Math.signum(t) * (0.25 + 0.75 * size));
        int rgb = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            rgb |= (int) Math.round((1 - alpha) * Math.min(gray, 250) + alpha * ((over >> shift) & 255)) << shift;
        }
        return rgb;
    }

    private static double share(double score, double limit) {
        return limit == 0 ? (Double.isNaN(score) ? Double.NaN : 0) : score / limit;
    }

    /** How many scores a side share a pixel. */
    private int block() {
        return Math.ceilDiv(Math.max(scores.length, scores[0].length), LARGEST_SIDE);
    }

    /** The grid that is drawn: the scores, or means of blocks where there are more scores than a picture can show. */
    private double[][] shown() {
        int block = block();
        if (block == 1) {
            return scores;
        }
        double[][] means = Pixels.blockSums(scores, block, block);
        for (double[] row : means) {
            for (int x = 0; x < row.length; x++) {
                row[x] /= (double) block * block;
            }
        }
        return means;
    }

    /** The width of one panel in units. */
    double panelWidth() {
        return scores[0].length * cell();
    }

    /** The height of one panel in units. */
    double panelHeight() {
        return scores.length * cell();
    }

    private double cell() {
        int side = Math.max(scores.length, scores[0].length);
        return side <= PixelWriter.CRISP_SIDE ? Math.floor(280.0 / side) : 320.0 / side;
    }

    /** The panel of scores alone. */
    public Drawing attribution() {
        Drawing.Builder panel = panel("scores of " + name).pixels(pixels(), 0, 0, panelWidth(), panelHeight());
        signs(panel);
        return panel.build();
    }

    /** The panel of scores over the picture, if there is a picture. */
    public Optional<Drawing> overlay() {
        return overlayPixels()
                .map(image -> panel("scores of " + name + " over the input")
                        .pixels(image, 0, 0, panelWidth(), panelHeight())
                        .build());
    }

    /** The panel of the picture alone, if there is one. */
    public Optional<Drawing> input() {
        return Optional.ofNullable(input)
                .map(image -> panel("input " + name)
                        .pixels(image, 0, 0, panelWidth(), panelHeight())
                        .build());
    }

    private Drawing.Builder panel(String description) {
        return Drawing.of(panelWidth(), panelHeight(), description);
    }

    /** Plus and minus signs on the strong cells, or on the strong blocks of a fine grid. */
    private void signs(Drawing.Builder panel) {
        int block = Math.ceilDiv(Math.max(scores.length, scores[0].length), SIGNS_A_SIDE);
        double[][] sums = Pixels.blockSums(scores, block, block);
        double most = Arrays.stream(sums)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        double arm = Math.min(4, Math.max(0.16 * block, 0.3) * cell());
        for (int row = 0; row < sums.length; row++) {
            for (int column = 0; column < sums[0].length; column++) {
                double sum = sums[row][column];
                if (most > 0 && Math.abs(sum) >= SIGN_FROM * most) {
                    int[] at = block <= 2
                            ? strongest(row * block, column * block, block, Math.signum(sum))
                            : middle(row, column, block);

                    int ground = ColorScale.DIVERGING.rgb(share(scores[at[0]][at[1]], limit));
                    Path2D sign = sign((at[1] + 0.5) * cell(), (at[0] + 0.5) * cell(), arm, sum > 0);
                    panel.stroke(sign, new Paint.Fixed(ColorScale.textOn(ground)), 1.1, false);
                }
            }
        }
    }

    private int[] middle(int row, int column, int block) {
        return new int[] {
            Math.min(row * block + block / 2, scores.length - 1),
            Math.min(column * block + block / 2, scores[0].length - 1)
        };
    }

    /** Row and column of the strongest score of the given sign within a block. */
    private int[] strongest(int top, int left, int block, double sign) {
        int[] best = {top, left};
        for (int y = top; y < Math.min(top + block, scores.length); y++) {
            for (int x = left; x < Math.min(left + block, scores[0].length); x++) {
                if (sign * scores[y][x] > sign * scores[best[0]][best[1]]) {
                    best = new int[] {y, x};
                }
            }
        }
        return best;
    }

    private static Path2D sign(double x, double y, double arm, boolean plus) {
        var path = new Path2D.Double();
        path.moveTo(x - arm, y);
        path.lineTo(x + arm, y);
        if (plus) {
            path.moveTo(x, y - arm);
            path.lineTo(x, y + arm);
        }
        return path;
    }

    /** Input, scores and overlay side by side with their legend, as far as there is an input. */
    public Drawing drawing() {
        var panels = new java.util.ArrayList<Drawing>();
        var titles = new java.util.ArrayList<String>();
        input().ifPresent(panel -> {
            panels.add(panel);
            titles.add("input");
        });
        panels.add(attribution());
        titles.add("attribution");
        overlay().ifPresent(panel -> {
            panels.add(panel);
            titles.add("overlay");
        });
        double gap = 20;
        double wide = Math.max(panels.size() * (panelWidth() + gap) - gap, 260);
        Drawing.Builder all = Drawing.of(wide, panelHeight() + 64, "heat map of " + name);
        double x = 0;
        for (int i = 0; i < panels.size(); i++) {
            all.text(titles.get(i), x, 12, 12, Drawing.Anchor.START, Ink.MUTED);
            all.place(panels.get(i), x, 20);
            all.stroke(
                    new java.awt.geom.Rectangle2D.Double(x, 20, panelWidth(), panelHeight()), Ink.HAIRLINE, 1, false);
            x += panelWidth() + gap;
        }
        return all.place(Legend.drawing(limit(), Math.min(wide, 360)), 0, panelHeight() + 32)
                .build();
    }

    @Override
    public String html() {
        Markup out = new Markup().open("figure", "class", "map").open("div", "class", "panels");
        input().ifPresent(panel -> panel(out, "Input", panel));
        panel(out, "Attribution", attribution());
        overlay().ifPresent(panel -> panel(out, "Overlay", panel));
        out.close("div");
        caption(out);
        return out.close("figure").toString();
    }

    /** The scores alone, for places where the input is shown once beside several maps. */
    public Block compact() {
        return () -> {
            Markup out = new Markup().open("figure", "class", "map").open("div", "class", "panels");
            panel(out, "", attribution());
            out.close("div");
            caption(out);
            return out.close("figure").toString();
        };
    }

    private void caption(Markup out) {
        out.open("figcaption").block(Legend.block(limit(), overflow())).close("figcaption");
        out.element("output", "", "class", "readout", "aria-live", "polite");
        out.block(GridTable.of(name, scores));
    }

    private String overflow() {
        double most = Arrays.stream(scores)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        return most > limit() * 1.0001
                ? "Colours end at the " + Numbers.plain(100 * clip) + "th percentile; the strongest score is "
                        + Numbers.plain(most) + " in size."
                : "";
    }

    private void panel(Markup out, String title, Drawing drawing) {
        String wide = Numbers.coordinate(Math.max(drawing.width(), 200)) + "px";
        out.open("div", "class", "panel", "style", "--wide:" + wide);
        if (!title.isEmpty()) {
            out.element("span", title, "class", "panel-title");
        }
        out.open(
                        "div",
                        "class",
                        "plate",
                        "tabindex",
                        "0",
                        "data-rows",
                        Integer.toString(GridTable.rows(scores)),
                        "data-columns",
                        Integer.toString(GridTable.columns(scores)))
                .raw(drawing.inlineSvg())
                .close("div");
        out.close("div");
    }
}
