package dev.whence.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Contenders that take turns, so that whatever else the machine does falls on all of them alike.
 *
 * @param rounds how many turns each of them gets
 * @param warmSeconds how long each of them works before anything is timed, at least once
 */
record Rounds(int rounds, double warmSeconds) {
    /** A turn repeats short work until it lasts about this long, so that a turn is not all waking up. */
    private static final double TURN_MILLIS = 500;

    private static final int MOST_REPETITIONS = 200;
    /** Threads of the side that has just worked spin for a while; they are given time to stop. */
    private static final long PAUSE_MILLIS = 20;

    /** All times of one contender, in milliseconds. */
    record Times(double[] sorted) {
        Times {
            sorted = sorted.clone();
            java.util.Arrays.sort(sorted);
        }

        double median() {
            int n = sorted.length;
            return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
        }

        /** Median and range, such as {@code 93.1 ms (91.0–99.4)}. */
        String text() {
            return "%s ms (%s–%s)".formatted(round(median()), round(sorted[0]), round(sorted[sorted.length - 1]));
        }

        private static String round(double millis) {
            return String.format(Locale.ROOT, millis < 10 ? "%.2f" : millis < 100 ? "%.1f" : "%.0f", millis);
        }
    }

    /** Lets all of them take turns. */
    Map<String, Times> measure(Map<String, Contender> contenders) {
        Map<String, Integer> repetitions = new LinkedHashMap<>();
        contenders.forEach((name, contender) -> repetitions.put(name, warm(contender)));
        Map<String, List<Double>> all = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            contenders.forEach((name, contender) -> {
                pause();
                List<Double> times = all.computeIfAbsent(name, _ -> new ArrayList<>());
                for (double time : contender.run(repetitions.getOrDefault(name, 1))) {
                    times.add(time);
                }
            });
        }
        Map<String, Times> out = new LinkedHashMap<>();
        all.forEach((name, times) -> out.put(
                name, new Times(times.stream().mapToDouble(Double::doubleValue).toArray())));
        return out;
    }

    /** Warms up, and finds how often the work fits into a turn. */
    private int warm(Contender contender) {
        long end = System.nanoTime() + (long) (warmSeconds * 1e9);
        double last = contender.run(1)[0];
        while (System.nanoTime() < end) {
            last = contender.run(1)[0];
        }
        return (int) Math.max(1, Math.min(MOST_REPETITIONS, TURN_MILLIS / last));
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between two turns", e);
        }
    }
}
