package dev.whence.quantize.pipeline;

import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.calibration.CalibrationSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What is wanted of a quantization.
 *
 * @param bits the mean width, of weights and of bit operations alike; need not be whole
 * @param candidates the widths that a layer may have, 2 to 8
 * @param objectives what decides who gets the bits. Of several, each is tried and the one wins whose answers diverge least
 *     from the float network's, on examples held back for it where there are enough. {@link Objective#UNIFORM} gives every layer the same
 * @param pins widths that are settled, by layer name; their order is kept
 * @param reducesErrors whether the closed-form corrections run
 * @param settings how quantizers are fitted
 */
public record Plan(
        double bits,
        List<Integer> candidates,
        List<Objective> objectives,
        Map<String, Integer> pins,
        boolean reducesErrors,
        CalibrationSettings settings) {
    /** The narrowest and the widest codes. */
    public static final int NARROWEST = 2;

    /** The widest codes. */
    public static final int WIDEST = 8;

    /** Objectives that are tried unless one is named. */
    public static final List<Objective> TRIED = List.of(Objective.LRP, Objective.SENSITIVITY, Objective.COMBINED);

    /** Checks the ranges. */
    public Plan {
        candidates = candidates.stream().distinct().sorted().toList();
        objectives = List.copyOf(objectives);
        pins = Collections.unmodifiableMap(new LinkedHashMap<>(pins));
        if (!(bits >= NARROWEST && bits <= WIDEST)) {
            throw new IllegalArgumentException("a mean width of " + bits);
        }
        if (candidates.isEmpty() || candidates.getFirst() < NARROWEST || candidates.getLast() > WIDEST) {
            throw new IllegalArgumentException("candidates " + candidates);
        }
        if (objectives.isEmpty()) {
            throw new IllegalArgumentException("no objectives");
        }
        if (candidates.size() == 1) {
            objectives = List.of(Objective.UNIFORM);
        }
    }

    /** The usual plan for a mean width. */
    public static Plan of(double bits) {
        return new Plan(bits, around(bits), TRIED, Map.of(), true, CalibrationSettings.USUAL);
    }

    /** The whole widths around a mean: one less, the same and one more; at the widest, that one alone. */
    public static List<Integer> around(double bits) {
        if (bits == WIDEST) {
            return List.of(WIDEST);
        }
        int low = Math.max(NARROWEST, (int) Math.ceil(bits) - 1);
        int high = Math.min(WIDEST, (int) Math.floor(bits) + 1);
        return IntStream.rangeClosed(Math.min(low, high), Math.max(low, high))
                .boxed()
                .toList();
    }

    /** The same with other objectives. */
    public Plan with(Objective... others) {
        return new Plan(bits, candidates, List.of(others), pins, reducesErrors, settings);
    }

    /** The same with other settings. */
    public Plan with(CalibrationSettings others) {
        return new Plan(bits, candidates, objectives, pins, reducesErrors, others);
    }

    /** Whether every layer gets the same width. */
    boolean isUniform() {
        return objectives.equals(List.of(Objective.UNIFORM));
    }
}
