package dev.whence.examples.reviews;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Makes reviews of one to three clauses, such as {@code The film was not very good but the music is lovely.} A word of
 * praise counts 1, one of blame -1, a neutral one 0; {@code very} and its kin make it half as much again, {@code not} and
 * its kin turn it round. The sum says whether the review is praise or blame; there are no ties.
 */
public final class ReviewSimulator {
    private static final String GENERATOR = "L64X128MixRandom";
    private static final double STRONGER = 1.5;

    private final RandomGenerator random;
    private double value;

    private ReviewSimulator(long seed) {
        this.random = RandomGeneratorFactory.of(GENERATOR).create(seed);
    }

    /** So many reviews, half of them praise. */
    public static List<Review> simulate(int count, long seed) {
        ReviewSimulator simulator = new ReviewSimulator(seed);
        List<Review> out = new ArrayList<>();
        int praise = 0;
        while (out.size() < count) {
            Review review = simulator.review();
            boolean wanted = review.isPraise() ? 2 * praise <= out.size() : 2 * praise >= out.size();
            if (simulator.value != 0 && wanted) {
                out.add(review);
                praise += review.isPraise() ? 1 : 0;
            }
        }
        return List.copyOf(out);
    }

    private Review review() {
        value = 0;
        List<String> words = new ArrayList<>();
        if (random.nextInt(4) == 0) {
            words.add(one(ReviewWords.OPENINGS));
        }
        int clauses = 1 + random.nextInt(3);
        for (int i = 0; i < clauses; i++) {
            if (i > 0) {
                words.add(one(ReviewWords.JOINTS));
            }
            clause(words);
        }
        words.add(one(ReviewWords.ENDS));
        String text = sentence(String.join(" ", words));
        return new Review(text, ReviewWords.tokens(text), value > 0);
    }

    private void clause(List<String> words) {
        words.add(one(ReviewWords.SUBJECTS));
        words.add(one(ReviewWords.VERBS));
        double weight = 1;
        if (random.nextInt(3) == 0) {
            words.add(one(ReviewWords.NEGATIONS));
            weight = -1;
        }
        if (random.nextInt(3) == 0) {
            words.add(one(ReviewWords.STRONGER));
            weight *= STRONGER;
        }
        int kind = random.nextInt(9);
        if (kind == 0) {
            words.add(one(ReviewWords.NEUTRAL));
            return;
        }
        boolean praise = kind % 2 == 0;
        words.add(one(praise ? ReviewWords.PRAISE : ReviewWords.BLAME).replace("|", ""));
        value += praise ? weight : -weight;
    }

    private String one(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }

    /** Capitals at the beginnings, no spaces before the ends. */
    private static String sentence(String words) {
        StringBuilder out = new StringBuilder();
        boolean begins = true;
        for (String word : words.split(" ", -1)) {
            boolean ends = ReviewWords.ENDS.contains(word);
            out.append(ends || out.isEmpty() ? "" : " ");
            out.append(begins ? word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1) : word);
            begins = ends;
        }
        return out.toString();
    }
}
