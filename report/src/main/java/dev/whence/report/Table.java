package dev.whence.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A table of text and numbers; numbers stand at the right. Rows are added before it is shown. */
public final class Table implements Block {
    /** What stands in a field of a table. */
    public sealed interface Cell {
        /** Plain text. */
        record Text(String text) implements Cell {}

        /** A number in four significant digits. */
        record Figure(double value, boolean signed) implements Cell {}

        /** A dash where a column of numbers has none. */
        record Gap() implements Cell {}

        /** Text that leads to a section of the same page. */
        record Link(String text, String anchor) implements Cell {}

        /** A correlation or another number from -1 to 1 on coloured ground. */
        record Shade(double value) implements Cell {}

        /** A text on ground as dark as a share from 0 to 1; where there is little room it wraps at its spaces. */
        record Tint(String text, double share) implements Cell {}

        /** What a proof says. */
        record Judged(Proof.Verdict verdict) implements Cell {}

        /** Plain text. */
        static Cell text(String text) {
            return new Text(text);
        }

        /** A number without a plus sign. */
        static Cell number(double value) {
            return new Figure(value, false);
        }

        /** A number, or a dash where it is NaN. */
        static Cell numberIfAny(double value) {
            return Double.isNaN(value) ? new Gap() : number(value);
        }

        /** A number with its sign. */
        static Cell signed(double value) {
            return new Figure(value, true);
        }
    }

    private final String caption;
    private final List<String> headers;
    private final List<List<Cell>> rows = new ArrayList<>();

    private Table(String caption, List<String> headers) {
        this.caption = caption;
        this.headers = List.copyOf(headers);
    }

    /** An empty table with a caption (which may be empty) and a name for each column. */
    public static Table of(String caption, String... headers) {
        return new Table(caption, List.of(headers));
    }

    /** A table of two columns without a header: facts and their values. */
    public static Table facts(String caption, Map<String, String> facts) {
        Table table = new Table(caption, List.of());
        facts.forEach((name, value) -> table.row(Cell.text(name), Cell.text(value)));
        return table;
    }

    /** Adds a row; its first field names the row. */
    public Table row(Cell... cells) {
        return row(List.of(cells));
    }

    /** Adds a row; its first field names the row. */
    public Table row(List<Cell> cells) {
        if (!headers.isEmpty() && cells.size() != headers.size()) {
            throw new IllegalArgumentException(
                    "a row of " + cells.size() + " fields in a table of " + headers.size() + " columns");
        }
        rows.add(List.copyOf(cells));
        return this;
    }

    @Override
    public String html() {
        String label = caption.isEmpty() ? "table" : caption;
        Markup out =
                new Markup().open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", label);
        out.open("table", "class", headers.isEmpty() ? "facts" : "data");
        if (!caption.isEmpty()) {
            out.open("caption").element("span", caption).close("caption");
        }
        if (!headers.isEmpty()) {
            out.open("thead").open("tr");
            for (int i = 0; i < headers.size(); i++) {
                out.element("th", headers.get(i), "scope", "col", "class", columnClass(i));
            }
            out.close("tr").close("thead");
        }
        out.open("tbody");
        for (List<Cell> row : rows) {
            out.open("tr");
            for (int i = 0; i < row.size(); i++) {
                cell(out, row.get(i), i == 0);
            }
            out.close("tr");
        }
        return out.close("tbody").close("table").close("div").toString();
    }

    private String columnClass(int column) {
        if (rows.stream().anyMatch(row -> row.get(column) instanceof Cell.Tint)) {
            return "n tint";
        }
        return !rows.isEmpty() && isNumber(rows.getFirst().get(column)) ? "n" : "t";
    }

    private static boolean isNumber(Cell cell) {
        return cell instanceof Cell.Figure
                || cell instanceof Cell.Gap
                || cell instanceof Cell.Shade
                || cell instanceof Cell.Tint;
    }

    private static void cell(Markup out, Cell cell, boolean first) {
        String element = first ? "th" : "td";
        String[] attributes = first
                ? new String[] {"scope", "row", "class", isNumber(cell) ? "n" : "t"}
                : new String[] {"class", isNumber(cell) ? "n" : "t"};
        switch (cell) {
            case Cell.Text(String text) ->
                out.open(element, attributes).breakable(text).close(element);
            case Cell.Figure(double value, boolean signed) ->
                out.element(element, signed ? Numbers.signed(value) : Numbers.plain(value), attributes);
            case Cell.Gap() -> out.element(element, "–", attributes);
            case Cell.Link(String text, String anchor) ->
                out.open(element, attributes)
                        .element("a", text, "href", "#" + anchor)
                        .close(element);
            case Cell.Shade(double value) ->
                out.element(
                        element,
                        Numbers.hundredths(value),
                        "class",
                        "n",
                        "style",
                        style(ColorScale.DIVERGING.rgb(value)));
            case Cell.Tint(String text, double share) ->
                out.element(element, text, "class", "n tint", "style", style(ColorScale.SEQUENTIAL.rgb(share)));
            case Cell.Judged(Proof.Verdict verdict) ->
                out.open(element, attributes).block(verdict.badge()).close(element);
        }
    }

    private static String style(int ground) {
        return "background:" + Paint.hex(ground) + ";color:" + Paint.hex(ColorScale.textOn(ground));
    }
}
