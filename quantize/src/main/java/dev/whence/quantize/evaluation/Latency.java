package dev.whence.quantize.evaluation;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How long a network and its quantized form take in ONNX Runtime, on this machine, for one batch. The two take turns, so that
 * whatever else the machine does meets both alike.
 *
 * @param runtime the runtime and its version
 * @param settings how it was measured
 * @param batch examples in one run
 * @param original the network before quantization
 * @param quantized the quantized network
 */
public record Latency(String runtime, Settings settings, int batch, Timing original, Timing quantized) {
    /**
     * How latency is measured.
     *
     * @param threads threads of one operator; operators run one after the other
     * @param warmUps runs of each network before the clock counts
     * @param runs runs of each network that count
     */
    public record Settings(int threads, int warmUps, int runs) {
        /** One thread, ten runs to warm up, thirty that count. */
        public static final Settings USUAL = new Settings(1, 10, 30);

        /** Checks the numbers. */
        public Settings {
            if (threads < 1 || warmUps < 0 || runs < 1) {
                throw new IllegalArgumentException(threads + " threads, " + warmUps + " and " + runs + " runs");
            }
        }

        /** The same with other threads. */
        public Settings withThreads(int count) {
            return new Settings(count, warmUps, runs);
        }

        /** The same with other numbers of runs. */
        public Settings withRuns(int before, int counted) {
            return new Settings(threads, before, counted);
        }
    }

    /**
     * The times of one file.
     *
     * @param file its name
     * @param bytes its size
     * @param milliseconds the time of each run, in their order; empty if the runtime cannot run it
     * @param problem why the runtime cannot run it, as a sentence; empty if it can
     */
    public record Timing(String file, long bytes, List<Double> milliseconds, String problem) {
        /** Copies the list. */
        public Timing {
            milliseconds = List.copyOf(milliseconds);
        }

        /** The time in the middle of all, or none. */
        public OptionalDouble median() {
            return quantile(0.5);
        }

        /** The time that a share of the runs stays below, by linear interpolation, or none. */
        public OptionalDouble quantile(double share) {
            if (milliseconds.isEmpty()) {
                return OptionalDouble.empty();
            }
            List<Double> sorted = milliseconds.stream().sorted().toList();
            double place = share * (sorted.size() - 1);
            int below = (int) Math.floor(place);
            int above = Math.min(sorted.size() - 1, below + 1);
            double part = place - below;
            return OptionalDouble.of(sorted.get(below) * (1 - part) + sorted.get(above) * part);
        }
    }

    /**
     * Measures. A file that the runtime refuses leads to a {@linkplain Timing#problem sentence}, not to a failure.
     *
     * @param original the ONNX file before quantization
     * @param quantized the quantized ONNX file
     * @param inputs the inputs of one batch by name, real numbers as float32 unless the file wants others
     * @param progress told after every run
     */
    public static Latency measure(
            Path original, Path quantized, Map<String, NdArray> inputs, Settings settings, Progress progress) {
        return LatencyRun.measure(original, quantized, inputs, settings, progress);
    }

    /** How many times as long the quantized network takes, by medians; none if one of the two does not run. */
    public OptionalDouble ratio() {
        OptionalDouble before = original.median();
        OptionalDouble after = quantized.median();
        return before.isPresent() && after.isPresent() && before.getAsDouble() > 0
                ? OptionalDouble.of(after.getAsDouble() / before.getAsDouble())
                : OptionalDouble.empty();
    }

    /** Both medians and their ratio, as a person reads them; empty if one of the two does not run. */
    public String text() {
        if (ratio().isEmpty()) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "%.3g ms instead of %.3g ms a run, %.2f times as long, in %s with %d thread%s",
                quantized.median().orElse(0),
                original.median().orElse(0),
                ratio().orElse(0),
                runtime,
                settings.threads(),
                settings.threads() == 1 ? "" : "s");
    }

    /** What a user should not overlook: that a smaller file is slower, or that one does not run. */
    public List<String> warnings() {
        List<String> all = new ArrayList<>();
        for (Timing timing : List.of(original, quantized)) {
            if (!timing.problem().isEmpty()) {
                all.add(timing.problem());
            }
        }
        double ratio = ratio().orElse(0);
        if (ratio > 1 && quantized.bytes() < original.bytes()) {
            all.add(String.format(
                    Locale.ROOT,
                    "The quantized model is smaller but slower on this machine: %.3g ms instead of %.3g ms a run in"
                            + " ONNX Runtime with %d thread%s (%.2f times as long). Its size is the gain, not its speed.",
                    quantized.median().orElse(0),
                    original.median().orElse(0),
                    settings.threads(),
                    settings.threads() == 1 ? "" : "s",
                    ratio));
        }
        return all;
    }
}
