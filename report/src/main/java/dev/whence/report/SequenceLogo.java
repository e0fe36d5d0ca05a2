package dev.whence.report;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A sequence whose letters are as tall as their scores: above the line where they raise the result, below it where they
 * lower it. Long sequences are wrapped into rows of the same scale. Immutable.
 */
public final class SequenceLogo implements Block {
    private static final int MOST_LETTERS = 2000;
    private static final int LETTERS_ON_PAGE = 40;
    private static final int LETTERS_IN_FILE = 100;
    private static final double LEFT = 50;
    private static final double PITCH = 10;
    private static final double PLOT = 92;
    private static final double MOTIF_ROW = 16;

    private final String name;
    private final String letters;
    private final double[] scores;
    private final List<InputView.Range> highlights;
    private final double top;
    private final double bottom;

    private SequenceLogo(String name, String letters, double[] scores, List<InputView.Range> highlights) {
        this.name = name;
        this.letters = letters;
        this.scores = scores;
        this.highlights = highlights;
        this.top = Math.max(
                0, DoubleStream.of(scores).filter(Double::isFinite).max().orElse(0));
        this.bottom = Math.min(
                0, DoubleStream.of(scores).filter(Double::isFinite).min().orElse(0));
    }

    /** A logo of letters and one score a letter. */
    public static SequenceLogo of(String name, String letters, double[] scores) {
        if (letters.length() != scores.length || scores.length == 0) {
            throw new IllegalArgumentException(scores.length + " scores for " + letters.length() + " letters");
        }
        return new SequenceLogo(name, letters, scores.clone(), List.of());
    }

    /** The same logo with ranges pointed at. */
    public SequenceLogo withHighlights(List<InputView.Range> ranges) {
        return new SequenceLogo(name, letters, scores, List.copyOf(ranges));
    }

    private double head() {
        return 6 + (highlights.isEmpty() ? 0 : MOTIF_ROW);
    }

    private double rowHeight() {
        return head() + PLOT + 20;
    }

    /** Height of a score above the upper edge of the plot. */
    private double y(double score) {
        double range = top - bottom;
        return head() + (range > 0 ? PLOT * (top - score) / range : PLOT);
    }

    /** One row of letters from {@code from} on; it has the width of a full row even where the sequence ends early. */
    private Drawing row(int from, int length) {
        int to = Math.min(letters.length(), from + length);
        int width = Math.min(length, letters.length());
        String description = "logo of " + name + ", positions " + (from + 1) + " to " + to;
        Drawing.Builder row = Drawing.of(LEFT + width * PITCH + 4, rowHeight(), description);
        for (InputView.Range range : highlights) {
            highlight(row, range, from, to);
        }
        double zero = y(0);
        row.line(LEFT, zero, LEFT + (to - from) * PITCH, zero, Ink.MUTED);
        tick(row, top, 4);
        tick(row, 0, top > 0 && zero - y(top) < 12 ? 14 : 4);
        tick(row, bottom, bottom < 0 && y(bottom) - zero < 12 ? 14 : 4);
        for (int at = from; at < to; at++) {
            letter(row, at, LEFT + (at - from) * PITCH);
            if (at % 10 == 0) {
                String number = Integer.toString(at + 1);
                double x = LEFT + (at - from + 0.5) * PITCH;
                row.text(number, x, rowHeight() - 4, 11.5, Drawing.Anchor.MIDDLE, Ink.MUTED);
            }
        }
        return row.build();
    }

    private void tick(Drawing.Builder row, double value, double down) {
        if (value != 0 || down == 4) {
            row.text(Numbers.shortSigned(value), LEFT - 6, y(value) + down, 11.5, Drawing.Anchor.END, Ink.MUTED);
        }
    }

    private void letter(Drawing.Builder row, int at, double x) {
        double score = scores[at];
        double tall = Math.abs(y(score) - y(0));
        if (tall > 0.05) {
            char letter = letters.charAt(at);
            double upper = score > 0 ? y(score) : y(0);
            row.fill(LetterGlyphs.in(letter, x + 0.4, upper, PITCH - 0.8, tall), LetterGlyphs.ink(letter));
        }
    }

    private void highlight(Drawing.Builder row, InputView.Range range, int from, int to) {
        int first = Math.max(from, range.from());
        int last = Math.min(to, range.to());
        if (first < last) {
            double x = LEFT + (first - from) * PITCH;
            double wide = (last - first) * PITCH;
            row.box(x, MOTIF_ROW, wide, rowHeight() - MOTIF_ROW - 18, Ink.SHADE);
            row.line(x, MOTIF_ROW, x + wide, MOTIF_ROW, Ink.TEXT);
            int room = highlights.stream()
                    .mapToInt(InputView.Range::from)
                    .filter(next -> next > first)
                    .reduce(to, Math::min);
            String label = Lettering.fit(range.label(), 11, (room - first) * PITCH);
            row.text(label, x, MOTIF_ROW - 4, 11, Drawing.Anchor.START, Ink.TEXT);
        }
    }

    /** Where the drawn rows of the given length start: all of them, or those with the strongest scores. */
    private List<Integer> starts(int length) {
        return IntStream.iterate(0, from -> from < letters.length(), from -> from + length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer from) -> -strongest(from, length)))
                .limit(Math.ceilDiv(MOST_LETTERS, length))
                .sorted()
                .toList();
    }

    private double strongest(int from, int length) {
        return IntStream.range(from, Math.min(letters.length(), from + length))
                .mapToDouble(at -> Math.abs(scores[at]))
                .filter(Double::isFinite)
                .max()
                .orElse(0);
    }

    private String remark() {
        return letters.length() > MOST_LETTERS
                ? "Only the rows with the strongest scores are drawn, of " + letters.length() + " positions. "
                : "";
    }

    /** The logo in rows of 100 letters; of a sequence longer than 2000 letters only its strongest rows. */
    public Drawing drawing() {
        List<Integer> starts = starts(LETTERS_IN_FILE);
        double width = row(0, LETTERS_IN_FILE).width();
        Drawing.Builder all = Drawing.of(width, starts.size() * rowHeight(), remark() + "sequence logo of " + name);
        for (int i = 0; i < starts.size(); i++) {
            all.place(row(starts.get(i), LETTERS_IN_FILE), 0, i * rowHeight());
        }
        return all.build();
    }

    @Override
    public String html() {
        Markup out = new Markup().open("figure", "class", "logo").open("div", "class", "rows");
        List<Integer> starts = starts(LETTERS_ON_PAGE);
        for (int i = 0; i < starts.size(); i++) {
            plate(out, row(starts.get(i), LETTERS_ON_PAGE), starts.get(i), i * LETTERS_ON_PAGE);
        }
        out.close("div");
        String caption = remark() + "Letters above the line raise the result, letters below it lower the result.";
        out.element("figcaption", caption);
        out.element("output", "", "class", "readout", "aria-live", "polite");
        numbers(out, starts);
        return out.close("figure").toString();
    }

    /** One row with what the page's script needs to find the score of a letter. */
    private void plate(Markup out, Drawing row, int from, int firstInTable) {
        int columns = Math.min(LETTERS_ON_PAGE, letters.length() - from);
        String left = Numbers.coordinate(100 * LEFT / row.width());
        String span = Numbers.coordinate(100 * columns * PITCH / row.width());
        List<String> attributes = List.of(
                "class plate",
                "tabindex 0",
                "data-rows 1",
                "data-columns " + columns,
                "data-first " + firstInTable,
                "data-left " + left,
                "data-span " + span);
        out.open(
                "div",
                attributes.stream()
                        .flatMap(pair -> Arrays.stream(pair.split(" ")))
                        .toArray(String[]::new));
        out.raw(row.inlineSvg()).close("div");
    }

    private void numbers(Markup out, List<Integer> starts) {
        String title = "Scores of " + name + ", " + letters.length() + " positions";
        out.open("details", "class", "numbers").element("summary", title);
        out.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", title);
        out.open("table", "class", "data").open("thead").open("tr").element("th", "Position", "scope", "col");
        out.element("th", "Score", "scope", "col", "class", "n")
                .close("tr")
                .close("thead")
                .open("tbody");
        for (int from : starts) {
            for (int at = from; at < Math.min(letters.length(), from + LETTERS_ON_PAGE); at++) {
                out.open("tr").element("th", (at + 1) + " " + letters.charAt(at), "scope", "row");
                out.element("td", Numbers.signed(scores[at]), "class", "n v").close("tr");
            }
        }
        out.close("tbody").close("table").close("div").close("details");
    }
}
