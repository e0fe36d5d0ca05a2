package dev.whence.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Text whose tokens lie on coloured ground; tokens that raise the result are underlined with a solid line, tokens that
 * lower it with a dotted one. Immutable.
 */
public final class TextSpans implements Block {
    private static final double MARK_FROM = 0.05;

    private final String name;
    private final List<String> tokens;
    private final double[] scores;

    private TextSpans(String name, List<String> tokens, double[] scores) {
        this.name = name;
        this.tokens = List.copyOf(tokens);
        this.scores = scores.clone();
    }

    /** Tokens, spaces included, with one score each. */
    public static TextSpans of(String name, List<String> tokens, double[] scores) {
        if (tokens.size() != scores.length) {
            throw new IllegalArgumentException(scores.length + " scores for " + tokens.size() + " tokens");
        }
        return new TextSpans(name, tokens, scores);
    }

    private double share(int at, double limit) {
        return limit > 0 ? Math.clamp(scores[at] / limit, -1.0, 1.0) : 0;
    }

    @Override
    public String html() {
        double limit = Pixels.limit(scores, HeatMap.DEFAULT_CLIP);
        Markup out = new Markup().open("figure", "class", "text").open("p", "class", "tokens");
        for (int i = 0; i < scores.length; i++) {
            double share = share(i, limit);
            if (Math.abs(share) < MARK_FROM) {
                out.text(tokens.get(i));
                continue;
            }
            int ground = ColorScale.DIVERGING.rgb(share);
            String style = "background:" + Paint.hex(ground) + ";color:" + Paint.hex(ColorScale.textOn(ground));
            out.element(
                    "span",
                    tokens.get(i),
                    "class",
                    share > 0 ? "plus" : "minus",
                    "style",
                    style,
                    "title",
                    Numbers.signed(scores[i]));
        }
        out.close("p").open("figcaption").block(Legend.block(limit, "")).close("figcaption");
        Table table = Table.of("", "Token", "Score");
        for (int i = 0; i < scores.length; i++) {
            table.row(Table.Cell.text((i + 1) + " " + tokens.get(i)), Table.Cell.signed(scores[i]));
        }
        out.open("details", "class", "numbers")
                .element("summary", "Scores of " + name + ", " + scores.length + " tokens");
        return out.block(table).close("details").close("figure").toString();
    }

    /**
     * The text for a terminal of 24-bit colour. Marked tokens are wrapped in brackets with their sign, so the text can
     * be read without colour; control characters in tokens are replaced.
     */
    public String ansi() {
        double limit = Pixels.limit(scores, HeatMap.DEFAULT_CLIP);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < scores.length; i++) {
            String token = tokens.get(i).replaceAll("[\\p{Cc}&&[^\n\t]]", "\uFFFD");
            double share = share(i, limit);
            if (Math.abs(share) < MARK_FROM) {
                out.append(token);
                continue;
            }
            int ground = ColorScale.DIVERGING.rgb(share);
            int ink = ColorScale.textOn(ground);
            out.append("\u001b[48;2;")
                    .append(channels(ground))
                    .append("m\u001b[38;2;")
                    .append(channels(ink));
            out.append('m')
                    .append(share > 0 ? "[+" : "[−")
                    .append(token)
                    .append(']')
                    .append("\u001b[0m");
        }
        return out.toString();
    }

    private static String channels(int rgb) {
        return ((rgb >> 16) & 255) + ";" + ((rgb >> 8) & 255) + ";" + (rgb & 255);
    }

    /** The tokens as bars, for files that hold a picture. */
    Bars bars() {
        List<Bars.Bar> bars = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            bars.add(new Bars.Bar(tokens.get(i).strip(), "token " + (i + 1), scores[i]));
        }
        return Bars.of(name, bars);
    }
}
