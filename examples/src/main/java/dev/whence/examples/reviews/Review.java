package dev.whence.examples.reviews;

import dev.whence.core.NdArray;
import java.util.ArrayList;
import java.util.List;

/**
 * A made-up review.
 *
 * @param text what it says
 * @param tokens the same as {@linkplain ReviewWords pieces}, with a start and an end
 * @param isPraise whether it says more good than bad
 */
public record Review(String text, List<String> tokens, boolean isPraise) {
    /** Copies the tokens in. */
    public Review {
        tokens = List.copyOf(tokens);
    }

    /** The ids of several reviews, {@code [N, T]}, shorter ones filled up with padding. */
    public static NdArray ids(List<Review> reviews) {
        return filled(reviews, false);
    }

    /** 1 at every token of several reviews and 0 at padding, {@code [N, T]}. */
    public static NdArray mask(List<Review> reviews) {
        return filled(reviews, true);
    }

    private static NdArray filled(List<Review> reviews, boolean isMask) {
        int longest = reviews.stream().mapToInt(r -> r.tokens().size()).max().orElse(0);
        long[] out = new long[reviews.size() * longest];
        for (int n = 0; n < reviews.size(); n++) {
            List<String> tokens = reviews.get(n).tokens();
            for (int t = 0; t < tokens.size(); t++) {
                out[n * longest + t] = isMask ? 1 : ReviewWords.id(tokens.get(t));
            }
        }
        return NdArray.of(out, reviews.size(), longest);
    }

    /** Reviews as a table of label and text, one a line. */
    static String write(List<Review> reviews) {
        StringBuilder out = new StringBuilder();
        reviews.forEach(r -> out.append(r.isPraise() ? "praise" : "blame")
                .append('\t')
                .append(r.text())
                .append('\n'));
        return out.toString();
    }

    /** Reads what {@link #write} wrote; only words that the network knows are possible. */
    public static List<Review> read(String table) {
        List<Review> out = new ArrayList<>();
        table.lines().forEach(line -> {
            int tab = line.indexOf('\t');
            String text = line.substring(tab + 1);
            out.add(new Review(text, ReviewWords.tokens(text), line.startsWith("praise")));
        });
        return List.copyOf(out);
    }
}
