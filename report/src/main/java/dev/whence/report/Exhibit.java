package dev.whence.report;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.core.TokenizedText;
import dev.whence.core.Units;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The scores of one example of one input, matched with what that input looks like. Scores that do not fit the view, such
 * as those of an inner node, are shown in the generic way rather than wrongly.
 */
final class Exhibit {
    private static final int LONGEST_ASPECT = 24;

    private final Units units;
    private final long[] shape;
    private final double[] scores;
    private final InputView view;
    private final double clip;

    private Exhibit(Units units, long[] shape, double[] scores, InputView view, double clip) {
        this.units = units;
        this.shape = shape;
        this.scores = scores;
        this.view = view;
        this.clip = clip;
    }

    static Exhibit of(Units units, int example, InputView given, double clip) {
        InputView view = units.texts().isEmpty()
                ? given
                : new InputView.Text(units.texts().get(example));
        NdArray row = units.scores().rows(example, example + 1);
        long[] shape = Arrays.copyOfRange(row.shape(), 1, row.rank());
        return new Exhibit(units, shape, row.toDoubles(), view, clip);
    }

    /** All scores of one example, all inputs in a row. */
    static double[] allScores(Attribution attribution, int example) {
        return attribution.units().stream()
                .flatMapToDouble(
                        u -> Arrays.stream(u.scores().rows(example, example + 1).toDoubles()))
                .toArray();
    }

    /** The scores with the input beside them. */
    Block block() {
        return heatMap().<Block>map(map -> map).orElseGet(this::withoutImage);
    }

    /** The scores alone, for places where several stand side by side. */
    Block compact() {
        return heatMap().map(HeatMap::compact).orElseGet(this::withoutImage);
    }

    /** The scores with the input as a picture. */
    Drawing drawing() {
        return heatMap()
                .map(HeatMap::drawing)
                .or(() -> logo().map(SequenceLogo::drawing))
                .or(() -> series().map(SeriesPlot::drawing))
                .or(() -> text().map(spans -> spans.drawing(640)))
                .or(() -> grid().map(HeatMap::drawing))
                .orElseGet(() -> bars().drawing(640));
    }

    private Block withoutImage() {
        return logo().<Block>map(logo -> logo)
                .or(() -> series().map(plot -> plot))
                .or(() -> text().map(spans -> spans))
                .or(() -> grid().map(grid -> () -> grid.html() + bars().html()))
                .orElseGet(this::bars);
    }

    private Optional<HeatMap> heatMap() {
        if (!(view instanceof InputView.Image(var picture, Layout layout)) || scores.length == 0) {
            return Optional.empty();
        }
        return imageSize(picture.getHeight(), picture.getWidth(), layout).map(size -> {
            double[] sums = new double[size[1] * size[2]];
            for (int y = 0; y < size[1]; y++) {
                for (int x = 0; x < size[2]; x++) {
                    for (int c = 0; c < size[0]; c++) {
                        sums[y * size[2] + x] += scores[layout.index(size, c, y, x)];
                    }
                }
            }
            return HeatMap.of(units.name(), sums, size[1], size[2])
                    .over(picture)
                    .withClip(clip);
        });
    }

    /** Channels, height and width of the scores, if they can be those of an image. */
    private Optional<int[]> imageSize(int height, int width, Layout layout) {
        NdArray array = NdArray.of(scores, shape);
        long[] inner = Arrays.stream(shape).filter(length -> length != 1).toArray();
        if (inner.length == 2 || shape.length == 3) {
            return Optional.of(layout.size(inner.length == 2 ? array.reshape(inner) : array));
        }
        long pixels = (long) height * width;
        if (shape.length == 1 && scores.length % pixels == 0) {
            return Optional.of(new int[] {(int) (scores.length / pixels), height, width});
        }
        int side = (int) Math.rint(Math.sqrt(scores.length));
        if (shape.length == 1 && height == width && side * side == scores.length) {
            return Optional.of(new int[] {1, side, side});
        }
        return Optional.empty();
    }

    /** One score a position, where the scores have an axis of the given length. */
    private Optional<double[]> sums(int positions) {
        if (positions == 0 || scores.length == 0 || scores.length % positions != 0) {
            return Optional.empty();
        }
        if (scores.length == positions) {
            return Optional.of(scores);
        }
        try {
            Positions found = Positions.of(shape, scores.length / positions);
            return found.count() == positions ? Optional.of(found.sums(scores)) : Optional.empty();
        } catch (IllegalArgumentException noSuchAxis) {
            return Optional.empty();
        }
    }

    private Optional<SequenceLogo> logo() {
        return view instanceof InputView.Sequence(String letters, var highlights)
                ? sums(letters.length())
                        .map(sums ->
                                SequenceLogo.of(units.name(), letters, sums).withHighlights(highlights))
                : Optional.empty();
    }

    private Optional<TextSpans> text() {
        return switch (view) {
            case InputView.Text(TokenizedText text) ->
                sums(text.tokens().size()).map(sums -> TextSpans.of(units.name(), text, sums));
            case InputView.Tokens(var tokens) ->
                sums(tokens.size()).map(sums -> TextSpans.of(units.name(), tokens, sums));
            default -> Optional.empty();
        };
    }

    private Optional<SeriesPlot> series() {
        if (!(view instanceof InputView.Series(NdArray values, var channels)) || values.size() != scores.length) {
            return Optional.empty();
        }
        int count = (int) values.dimension(0);
        int times = (int) values.dimension(1);
        Positions at;
        try {
            at = Positions.of(shape, count);
        } catch (IllegalArgumentException noSuchAxis) {
            at = new Positions(times, count, true);
        }
        double[][] shown = new double[count][times];
        double[][] scored = new double[count][times];
        for (int c = 0; c < count; c++) {
            for (int t = 0; t < times; t++) {
                shown[c][t] = values.getDouble(c * times + t);
                scored[c][t] = scores[at.index(t, c)];
            }
        }
        return Optional.of(SeriesPlot.of(units.name(), channels, shown, scored));
    }

    /** A plain grid of the scores: the last axis across, all others down; empty where it would be a thin line. */
    private Optional<HeatMap> grid() {
        if (view instanceof InputView.TableRow || scores.length == 0) {
            return Optional.empty();
        }
        int columns = shape.length == 0 ? 1 : (int) shape[shape.length - 1];
        int rows = scores.length / columns;
        boolean thin = Math.max(rows, columns) > LONGEST_ASPECT * Math.min(rows, columns);
        return rows < 2 || columns < 2 || thin
                ? Optional.empty()
                : Optional.of(HeatMap.of(units.name(), scores, rows, columns).withClip(clip));
    }

    private Bars bars() {
        List<Bars.Bar> bars = new ArrayList<>();
        boolean named = view instanceof InputView.TableRow row && row.names().size() == scores.length;
        for (int i = 0; i < scores.length; i++) {
            if (named && view instanceof InputView.TableRow(var names, var values)) {
                bars.add(new Bars.Bar(names.get(i), values.get(i), scores[i]));
            } else {
                bars.add(new Bars.Bar(position(i), "", scores[i]));
            }
        }
        return Bars.of("Scores of " + units.name(), bars);
    }

    /** A name for a flat index, such as {@code width} or {@code [3, 5]}. */
    private String position(int flat) {
        List<String> parts = new ArrayList<>();
        int rest = flat;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            int at = (int) (rest % shape[axis]);
            rest = (int) (rest / shape[axis]);
            boolean labelled = axis == shape.length - 1 && units.labels().size() == shape[axis];
            if (shape[axis] > 1 || shape.length == 1) {
                parts.addFirst(labelled ? units.labels().get(at) : Integer.toString(at));
            }
        }
        boolean single = parts.size() == 1 && !units.labels().isEmpty();
        return single ? parts.getFirst() : units.name() + "[" + String.join(", ", parts) + "]";
    }
}
