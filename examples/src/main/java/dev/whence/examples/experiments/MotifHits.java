package dev.whence.examples.experiments;

import dev.whence.examples.genomics.Motif;
import dev.whence.examples.genomics.SequenceSimulator;
import java.util.ArrayList;
import java.util.List;

/** Where a motif stands in a sequence, by the letters alone: the places of the highest log-odds against the background. */
final class MotifHits {
    /** Places that resemble the motif enough to be looked at. */
    static final double LEAST_LOG_ODDS = 7;

    private static final String LETTERS = "ACGT";
    private static final int MOST = 5;
    private static final double SMOOTHING = 0.001;

    /** Which places a hit excludes. */
    enum Window {
        /** Those nearer than half the motif. */
        CLEAN,
        /**
         * As the authors' notebook does it: the same, but a hit nearer to the start of the sequence than half the motif
         * excludes nothing and so comes again.
         */
        NOTEBOOK
    }

    /**
     * A place of a motif.
     *
     * @param from its first position
     * @param logOdds ln of its probability under the motif over that in the background
     */
    record Hit(int from, double logOdds) {}

    private MotifHits() {}

    /** The five best places, none of which excludes another, with log-odds of at least 7. */
    static List<Hit> find(Motif motif, String sequence, Window window) {
        double[] odds = logOdds(motif, sequence);
        int half = motif.length() / 2;
        List<Hit> hits = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            int best = 0;
            for (int at = 1; at < odds.length; at++) {
                best = odds[at] > odds[best] ? at : best;
            }
            if (odds[best] >= LEAST_LOG_ODDS) {
                hits.add(new Hit(best, odds[best]));
            }
            exclude(odds, best, half, window);
        }
        return hits;
    }

    private static void exclude(double[] odds, int hit, int half, Window window) {
        int from = hit - half;
        if (window == Window.NOTEBOOK && from < 0) {
            from += odds.length;
        }
        for (int at = Math.max(0, from); at < Math.min(odds.length, hit + half - 1); at++) {
            odds[at] = Double.NEGATIVE_INFINITY;
        }
        if (window == Window.CLEAN) {
            odds[hit] = Double.NEGATIVE_INFINITY;
        }
    }

    /** The log-odds of the motif at each place where it fits. */
    private static double[] logOdds(Motif motif, String sequence) {
        double[] background = SequenceSimulator.background();
        double[] odds = new double[sequence.length() - motif.length() + 1];
        for (int at = 0; at < odds.length; at++) {
            for (int i = 0; i < motif.length(); i++) {
                char letter = sequence.charAt(at + i);
                double p = motif.probability(i, letter) * (1 - SMOOTHING) + SMOOTHING / LETTERS.length();
                odds[at] += Math.log(p) - Math.log(background[LETTERS.indexOf(letter)]);
            }
        }
        return odds;
    }
}
