package dev.whence.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The units of one example in the order of their scores. Units with equal scores keep the order in which they stand; NaN
 * comes last.
 */
public final class Ranking {
    private Ranking() {}

    /** What comes first. */
    public enum Order {
        /** The largest score: what spoke most for the target. */
        HIGHEST,
        /** The smallest score: what spoke most against it. */
        LOWEST,
        /** The largest absolute score: what mattered most. */
        LARGEST
    }

    /**
     * One unit in its place.
     *
     * @param input the name of the input (or inner node) that the unit belongs to
     * @param index its index along every axis after the batch
     * @param label its word or its name along the last axis, or an empty text
     * @param score its score
     */
    public record Place(String input, List<Long> index, String label, double score) {
        /** Copies the index in. */
        public Place {
            index = List.copyOf(index);
        }
    }

    /**
     * The first units of one example over all inputs.
     *
     * @param attribution the result to look into
     * @param example the example, from 0
     * @param count how many units at most
     * @param order what comes first
     */
    public static List<Place> top(Attribution attribution, int example, int count, Order order) {
        if (example < 0 || example >= attribution.examples()) {
            throw new IllegalArgumentException(
                    "example must be from 0 to " + (attribution.examples() - 1) + ", found " + example);
        }
        List<Place> candidates = new ArrayList<>();
        for (Units units : attribution.units()) {
            UnitIndex index = new UnitIndex(units);
            double[] scores = new double[index.size()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = units.scores().getDouble(example * scores.length + i);
            }
            for (int i : top(scores, count, order)) {
                candidates.add(new Place(units.name(), index.position(i), index.label(example, i), scores[i]));
            }
        }
        candidates.sort(Comparator.comparingDouble(p -> key(p.score(), order)));
        return List.copyOf(candidates.subList(0, Math.min(count, candidates.size())));
    }

    /**
     * The indices of the first elements of an array.
     *
     * @param scores the scores
     * @param count how many indices at most
     * @param order what comes first
     */
    public static int[] top(double[] scores, int count, Order order) {
        if (count < 0) {
            throw new IllegalArgumentException("count must not be negative, found " + count);
        }
        Integer[] indices = new Integer[scores.length];
        Arrays.setAll(indices, i -> i);
        Arrays.sort(indices, Comparator.comparingDouble(i -> key(scores[i], order)));
        int[] out = new int[Math.min(count, indices.length)];
        Arrays.setAll(out, i -> indices[i]);
        return out;
    }

    /** What ascending order sorts by; adding zero makes both zeros equal. */
    private static double key(double score, Order order) {
        return switch (order) {
            case HIGHEST -> -score + 0.0;
            case LOWEST -> score + 0.0;
            case LARGEST -> -Math.abs(score) + 0.0;
        };
    }
}
