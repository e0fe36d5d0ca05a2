package dev.whence.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Signed horizontal bars: a name, its value, its score, the largest score in size first. What does not fit among the
 * first is summed into one last bar, so that the bars still add up. Immutable.
 */
public final class Bars implements Block {
    /** How many bars are drawn before the rest is summed, unless told otherwise. */
    public static final int DEFAULT_BARS = 15;

    private static final double ROW = 24;

    /**
     * One bar.
     *
     * @param name what contributes
     * @param value what it was in this example, as text; may be empty
     * @param score how much it contributed
     */
    public record Bar(String name, String value, double score) {}

    private final String caption;
    private final List<Bar> all;
    private final int most;

    private Bars(String caption, List<Bar> all, int most) {
        this.caption = caption;
        this.all = all;
        this.most = most;
    }

    /** Bars sorted by the size of their score; equal sizes keep their order. */
    public static Bars of(String caption, List<Bar> bars) {
        List<Bar> sorted = new ArrayList<>(bars);
        sorted.sort(Comparator.comparingDouble((Bar bar) -> -Math.abs(bar.score())));
        return new Bars(caption, List.copyOf(sorted), DEFAULT_BARS);
    }

    /** The same bars with at most {@code count} drawn one by one. */
    public Bars withMost(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1, found " + count);
        }
        return new Bars(caption, all, count);
    }

    /** The bars as drawn: the first ones, then the sum of the others if there are any. */
    List<Bar> shown() {
        if (all.size() <= most + 1) {
            return all;
        }
        List<Bar> shown = new ArrayList<>(all.subList(0, most));
        double rest = 0;
        for (Bar bar : all.subList(most, all.size())) {
            rest += bar.score();
        }
        shown.add(new Bar((all.size() - most) + " others", "", rest));
        return shown;
    }

    private double reach() {
        double reach = shown().stream()
                .mapToDouble(bar -> Math.abs(bar.score()))
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        return reach > 0 ? reach : 1;
    }

    @Override
    public String html() {
        List<Bar> shown = shown();
        boolean values = shown.stream().anyMatch(bar -> !bar.value().isEmpty());
        Markup out = new Markup().open("div", "class", "bars-block").open("table", "class", "bars");
        out.element("caption", caption).open("thead").open("tr").element("th", "Unit", "scope", "col");
        if (values) {
            out.element("th", "Value", "scope", "col", "class", "n value");
        }
        out.open("th", "scope", "col", "class", "track")
                .open("span")
                .text("−")
                .element("b", " lowers")
                .close("span");
        out.open("span")
                .element("b", "raises ")
                .text("+")
                .close("span")
                .close("th")
                .element("th", "Score", "scope", "col", "class", "n");
        out.close("tr").close("thead").open("tbody");
        for (int i = 0; i < shown.size(); i++) {
            boolean rest = i == most;
            out.open("tr", "class", rest ? "rest" : "bar");
            row(out, shown.get(i), values);
            out.close("tr");
        }
        out.close("tbody").close("table");
        if (all.size() > shown.size()) {
            numbers(out, values);
        }
        return out.close("div").toString();
    }

    private void row(Markup out, Bar bar, boolean values) {
        out.open("th", "scope", "row").element("span", bar.name(), "class", "name", "title", bar.name());
        out.close("th");
        if (values) {
            out.open("td", "class", "n value");
            out.element("span", bar.value(), "class", "name", "title", bar.value())
                    .close("td");
        }
        double half = 50 * Math.min(1, Math.abs(bar.score()) / reach());
        String left = Numbers.coordinate(bar.score() < 0 ? 50 - half : 50) + "%";
        out.open("td", "class", "track").open("div", "class", "rail", "aria-hidden", "true");
        out.element("i", "", "class", "axis");
        if (half > 0) {
            String style = "left:" + left + ";width:" + Numbers.coordinate(half) + "%";
            out.element("i", "", "class", bar.score() < 0 ? "step down" : "step up", "style", style);
        }
        out.close("div").close("td").element("td", Numbers.signed(bar.score()), "class", "n");
    }

    private void numbers(Markup out, boolean values) {
        Table table = values ? Table.of("", "Unit", "Value", "Score") : Table.of("", "Unit", "Score");
        int listed = Math.min(all.size(), 1000);
        for (Bar bar : all.subList(0, listed)) {
            if (values) {
                table.row(Table.Cell.text(bar.name()), Table.Cell.text(bar.value()), Table.Cell.signed(bar.score()));
            } else {
                table.row(Table.Cell.text(bar.name()), Table.Cell.signed(bar.score()));
            }
        }
        String title = listed == all.size()
                ? "All " + all.size() + " scores"
                : "The first " + listed + " of " + all.size() + " scores";
        out.open("details", "class", "numbers")
                .element("summary", title)
                .block(table)
                .close("details");
    }

    /** The bars as a picture of the given width (at least 320 units). */
    public Drawing drawing(double width) {
        List<Bar> shown = shown();
        double wide = Math.max(320, width);
        boolean values = shown.stream().anyMatch(bar -> !bar.value().isEmpty());
        double names = wide * 0.26;
        double valueEnd = names + (values ? wide * 0.13 : 0);
        double track = wide - valueEnd - 16 - 76;
        double axis = valueEnd + 16 + track / 2;
        Drawing.Builder all = Drawing.of(wide, ROW * (shown.size() + 1), caption);
        all.text("− lowers", axis - 8, 14, 11, Drawing.Anchor.END, Ink.MUTED);
        all.text("raises +", axis + 8, 14, 11, Drawing.Anchor.START, Ink.MUTED);
        for (int i = 0; i < shown.size(); i++) {
            Bar bar = shown.get(i);
            double middle = ROW * (i + 1.5);
            all.text(Lettering.fit(bar.name(), 12, names), 0, middle + 4, 12, Drawing.Anchor.START, Ink.TEXT);
            String value = Lettering.fit(bar.value(), 12, wide * 0.13 - 6);
            all.text(value, valueEnd, middle + 4, 12, Drawing.Anchor.END, Ink.MUTED);
            all.text(Numbers.signed(bar.score()), wide, middle + 4, 12, Drawing.Anchor.END, Ink.TEXT);
            double length = track / 2 * Math.min(1, Math.abs(bar.score()) / reach());
            double from = bar.score() < 0 ? axis - length : axis;
            all.box(from, middle - 7, length, 14, bar.score() < 0 ? Ink.NEGATIVE : Ink.POSITIVE);
        }
        return all.line(axis, ROW, axis, ROW * (shown.size() + 1), Ink.MUTED).build();
    }
}
