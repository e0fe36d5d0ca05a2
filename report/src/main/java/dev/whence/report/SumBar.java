package dev.whence.report;

import java.awt.geom.Path2D;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Draws the proof: the value at the reference, the step up of all positive scores, the step down of all negative scores,
 * and the value at the input where the steps should end. The axis spans these values and need not hold zero, so values
 * are marked as points, and only steps as bars.
 */
public final class SumBar implements Block {
    private static final double LABEL_WIDTH = 120;
    private static final double NUMBER_WIDTH = 84;
    private static final double ROW = 26;

    private final Proof proof;

    private SumBar(Proof proof) {
        this.proof = proof;
    }

    /** The picture of a proof. */
    public static SumBar of(Proof proof) {
        return new SumBar(proof);
    }

    /** One line of the picture: a point where {@code from} equals {@code to} by meaning, else a step. */
    private record Row(String label, String number, double from, double to, boolean point) {}

    private List<Row> rows() {
        double up = proof.reference() + proof.positive();
        double end = up + proof.negative();
        return List.of(
                new Row(
                        "At the reference",
                        Numbers.plain(proof.reference()),
                        proof.reference(),
                        proof.reference(),
                        true),
                new Row("Raised by", Numbers.signed(proof.positive()), proof.reference(), up, false),
                new Row("Lowered by", Numbers.signed(proof.negative()), up, end, false),
                new Row("At the input", Numbers.plain(proof.target()), proof.target(), proof.target(), true));
    }

    /** Where on the axis a value stands, from 0 to 1, with a margin at both ends. */
    private double place(double value) {
        double up = proof.reference() + proof.positive();
        double[] all = {proof.reference(), up, up + proof.negative(), proof.target()};
        double least = DoubleStream.of(all).filter(Double::isFinite).min().orElse(0);
        double most = DoubleStream.of(all).filter(Double::isFinite).max().orElse(0);
        if (!(most > least) || !Double.isFinite(value)) {
            return 0.5;
        }
        return 0.03 + 0.94 * (value - least) / (most - least);
    }

    @Override
    public String html() {
        Markup out = new Markup().open("div", "class", "proof");
        out.open("table", "class", "sum").element("caption", "Reference + scores = value at the input");
        out.open("tbody");
        List<Row> rows = rows();
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            out.open("tr").element("th", row.label(), "scope", "row");
            out.open("td", "class", "track").open("div", "class", "rail", "aria-hidden", "true");
            guide(out, i, rows);
            mark(out, row);
            out.close("div")
                    .close("td")
                    .element("td", row.number(), "class", "n")
                    .close("tr");
        }
        out.close("tbody").close("table");
        out.open("p", "class", "check").block(proof.verdict().badge());
        out.open("span", "class", "delta")
                .text("δ = " + Numbers.signed(proof.delta()))
                .close("span");
        out.element("span", explanation(), "class", "muted");
        return out.close("p").close("div").toString();
    }

    private String explanation() {
        return switch (proof.verdict()) {
            case PASS -> "scores add up (|δ| ≤ " + Numbers.plain(proof.tolerance()) + ")";
            case FAIL -> "scores do not add up (|δ| > " + Numbers.plain(proof.tolerance()) + ")";
            case NO_PROMISE -> "this method does not promise that scores add up";
        };
    }

    private void mark(Markup out, Row row) {
        if (row.point()) {
            out.element("i", "", "class", "point", "style", "left:" + percent(place(row.from())));
            return;
        }
        double left = Math.min(place(row.from()), place(row.to()));
        double width = Math.abs(place(row.to()) - place(row.from()));
        String style = row.to() >= row.from() ? "step up" : "step down";
        out.element("i", "", "class", style, "style", "left:" + percent(left) + ";width:" + percent(width));
    }

    /** The thin line that leads from the end of one row to the start of the next. */
    private void guide(Markup out, int index, List<Row> rows) {
        if (index > 0) {
            String at = percent(place(rows.get(index - 1).to()));
            out.element("i", "", "class", "guide above", "style", "left:" + at);
        }
        if (index + 1 < rows.size()) {
            out.element(
                    "i",
                    "",
                    "class",
                    "guide below",
                    "style",
                    "left:" + percent(place(rows.get(index).to())));
        }
    }

    private static String percent(double share) {
        return Numbers.coordinate(100 * share) + "%";
    }

    /** The picture of the given width (at least 320 units); its height is fixed. */
    public Drawing drawing(double width) {
        double track = Math.max(320, width) - LABEL_WIDTH - NUMBER_WIDTH;
        List<Row> rows = rows();
        Drawing.Builder all = Drawing.of(
                LABEL_WIDTH + track + NUMBER_WIDTH, ROW * (rows.size() + 1) + 4, "the sum: " + proof.sentence());
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            double middle = ROW * (i + 0.5);
            all.text(row.label(), 0, middle + 4, 12, Drawing.Anchor.START, Ink.TEXT);
            all.text(row.number(), all(track), middle + 4, 12, Drawing.Anchor.END, Ink.TEXT);
            double from = LABEL_WIDTH + track * place(row.from());
            double to = LABEL_WIDTH + track * place(row.to());
            if (i + 1 < rows.size()) {
                all.line(to, middle, to, middle + ROW, Ink.MUTED);
            }
            if (row.point()) {
                all.fill(diamond(from, middle), Ink.FIRST);
            } else {
                Ink ink = row.to() >= row.from() ? Ink.POSITIVE : Ink.NEGATIVE;
                all.box(Math.min(from, to), middle - 7, Math.abs(to - from), 14, ink);
            }
        }
        double check = ROW * rows.size() + 18;
        all.bold(proof.verdict().text(), 0, check, 12, Drawing.Anchor.START, Ink.TEXT);
        all.text(
                "δ = " + Numbers.signed(proof.delta()) + ", " + explanation(),
                LABEL_WIDTH,
                check,
                12,
                Drawing.Anchor.START,
                Ink.MUTED);
        return all.build();
    }

    private static double all(double track) {
        return LABEL_WIDTH + track + NUMBER_WIDTH;
    }

    private static Path2D diamond(double x, double y) {
        var path = new Path2D.Double();
        path.moveTo(x - 6, y);
        path.lineTo(x, y - 6);
        path.lineTo(x + 6, y);
        path.lineTo(x, y + 6);
        path.closePath();
        return path;
    }
}
