package dev.whence.report;

import dev.whence.core.TokenizedText;
import java.util.ArrayList;
import java.util.List;

/**
 * Text whose tokens lie on coloured ground; tokens that raise the result are underlined with a solid line, tokens that
 * lower it with a dotted one. Immutable.
 */
public final class TextSpans implements Block {
    private static final double MARK_FROM = 0.05;

    /** Brackets weigh more than a faint colour, so they are kept for what matters. */
    private static final double BRACKET_FROM = 0.15;

    /** What stands for a token that shares its characters with the one before, as bytes of one character do. */
    private static final String SAME_PLACE = "\u00B7";

    /**
     * A token as it is shown.
     *
     * @param before characters between the token before and this one, which belong to none
     * @param text the token
     * @param special whether it stands for no part of the text
     */
    private record Piece(String before, String text, boolean special) {}

    private final String name;
    private final List<Piece> pieces;
    private final String after;
    private final double[] scores;

    private TextSpans(String name, List<Piece> pieces, String after, double[] scores) {
        if (pieces.size() != scores.length) {
            throw new IllegalArgumentException(scores.length + " scores for " + pieces.size() + " tokens");
        }
        this.name = name;
        this.pieces = List.copyOf(pieces);
        this.after = after;
        this.scores = scores.clone();
    }

    /** Tokens, spaces included, with one score each. */
    public static TextSpans of(String name, List<String> tokens, double[] scores) {
        return new TextSpans(
                name, tokens.stream().map(token -> new Piece("", token, false)).toList(), "", scores);
    }

    /** A text, with one score for each of its tokens. */
    public static TextSpans of(String name, TokenizedText text, double[] scores) {
        List<String> words = text.words();
        List<Piece> pieces = new ArrayList<>();
        int place = 0;
        for (int i = 0; i < words.size(); i++) {
            TokenizedText.Token token = text.tokens().get(i);
            if (token.begin() == token.end()) {
                pieces.add(new Piece("", words.get(i), true));
                continue;
            }
            boolean repeated = token.begin() < place;
            String before = repeated ? "" : text.part(place, token.begin());
            String shown = !repeated ? words.get(i) : token.end() > place ? text.part(place, token.end()) : SAME_PLACE;
            pieces.add(new Piece(before, shown, token.special()));
            place = Math.max(place, token.end());
        }
        String after =
                text.part(place, text.text().codePointCount(0, text.text().length()));
        return new TextSpans(name, pieces, after, scores);
    }

    /**
     * How a token is shown: of several equal ones in a row that were added around the text and scored 0, as padding is,
     * the first stands for all.
     */
    private String shown(int at) {
        if (isLikeNext(at - 1)) {
            return "";
        }
        int last = at;
        while (isLikeNext(last)) {
            last++;
        }
        return pieces.get(at).text() + (last == at ? "" : "\u00D7" + (last - at + 1));
    }

    private boolean isLikeNext(int at) {
        return at >= 0
                && at + 1 < scores.length
                && pieces.get(at).special()
                && pieces.get(at).equals(pieces.get(at + 1))
                && scores[at] == 0
                && scores[at + 1] == 0;
    }

    private double limit() {
        return Pixels.limit(scores, HeatMap.DEFAULT_CLIP);
    }

    private double share(int at, double limit) {
        return limit > 0 ? Math.clamp(scores[at] / limit, -1.0, 1.0) : 0;
    }

    @Override
    public String html() {
        double limit = limit();
        Markup out = new Markup().open("figure", "class", "text").open("p", "class", "tokens");
        for (int i = 0; i < scores.length; i++) {
            Piece piece = pieces.get(i);
            out.text(piece.before());
            double share = share(i, limit);
            String special = piece.special() ? "special" : "";
            if (Math.abs(share) < MARK_FROM) {
                if (piece.special()) {
                    if (!shown(i).isEmpty()) {
                        out.element("span", shown(i), "class", special);
                    }
                } else {
                    out.text(piece.text());
                }
                continue;
            }
            int ground = ColorScale.DIVERGING.rgb(share);
            String style = "background:" + Paint.hex(ground) + ";color:" + Paint.hex(ColorScale.textOn(ground));
            String sign = share > 0 ? "plus" : "minus";
            out.element(
                    "span",
                    piece.text(),
                    "class",
                    piece.special() ? sign + " " + special : sign,
                    "style",
                    style,
                    "title",
                    Numbers.signed(scores[i]));
        }
        out.text(after);
        out.close("p").open("figcaption").block(Legend.block(limit, "")).close("figcaption");
        Table table = Table.of("", "Token", "Score");
        for (int i = 0; i < scores.length; i++) {
            table.row(Table.Cell.text((i + 1) + " " + pieces.get(i).text().strip()), Table.Cell.signed(scores[i]));
        }
        out.open("details", "class", "numbers")
                .element("summary", "Scores of " + name + ", " + scores.length + " tokens");
        return out.block(table).close("details").close("figure").toString();
    }

    /**
     * The text for a terminal of 256 colours: orange ground raises the result, blue ground lowers it, and what lowers it is
     * underlined as well. Control characters are replaced.
     */
    public String ansi() {
        double limit = limit();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < scores.length; i++) {
            Piece piece = pieces.get(i);
            double share = share(i, limit);
            out.append(harmless(piece.before()));
            if (Math.abs(share) < MARK_FROM) {
                String faint = harmless(shown(i));
                out.append(piece.special() && !faint.isEmpty() ? "\u001b[2m" + faint + "\u001b[0m" : faint);
                continue;
            }
            int ground = ColorScale.DIVERGING.rgb(share);
            int ink = ColorScale.textOn(ground) == 0 ? 16 : 231;
            out.append("\u001b[48;5;" + cube(ground) + ";38;5;" + ink + (share < 0 ? ";4m" : "m"));
            out.append(harmless(piece.text())).append("\u001b[0m");
        }
        return out.append(harmless(after)).toString();
    }

    /** The text without colours: marked tokens stand in brackets with the sign of their score. */
    public String plain() {
        double limit = limit();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < scores.length; i++) {
            Piece piece = pieces.get(i);
            double share = share(i, limit);
            String text = harmless(shown(i));
            String bare = text.strip();
            out.append(harmless(piece.before()));
            if (Math.abs(share) < BRACKET_FROM || bare.isEmpty()) {
                out.append(text);
            } else {
                int at = text.indexOf(bare);
                out.append(text, 0, at).append(share > 0 ? "[+" : "[-");
                out.append(bare).append(']').append(text.substring(at + bare.length()));
            }
        }
        return out.append(harmless(after)).toString();
    }

    /** The nearest colour of the 6 by 6 by 6 cube that 256-colour terminals share. */
    private static int cube(int rgb) {
        return 16 + 36 * level((rgb >> 16) & 255) + 6 * level((rgb >> 8) & 255) + level(rgb & 255);
    }

    private static int level(int channel) {
        return channel < 48 ? 0 : channel < 115 ? 1 : (channel - 35) / 40;
    }

    private static String harmless(String text) {
        return text.replaceAll("[\\p{Cc}&&[^\n\t]]|[\u202A-\u202E\u2066-\u2069]", "\uFFFD");
    }

    /** The tokens as bars, for files that hold a picture. */
    Drawing drawing(double width) {
        List<Bars.Bar> bars = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            bars.add(new Bars.Bar(pieces.get(i).text().strip(), "token " + (i + 1), scores[i]));
        }
        return Bars.of(name, bars).drawing(width);
    }
}
