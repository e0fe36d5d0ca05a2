package dev.whence.bench;

import dev.whence.core.NdArray;
import dev.whence.explain.DeepLift;
import dev.whence.explain.Explainer;
import dev.whence.explain.Gradient;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Precision;
import dev.whence.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints the first table of {@code docs/benchmarks.md}: forward, gradient and DeepLIFT on two networks. The works of one row
 * take turns, so that whatever else the machine does falls on all of them alike; medians are compared with our own gradient.
 * Arguments: seconds a row (20 by default) and threads (2).
 */
public final class PropagationTable {
    private PropagationTable() {}

    /** Runs every row. */
    public static void main(String[] args) throws IOException {
        double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 20;
        Engine.setThreads(args.length > 1 ? Integer.parseInt(args[1]) : 2);
        System.out.println(
                "| network | batch | forward | gradient | DeepLIFT-Rescale | RevealCancel | Rescale / gradient"
                        + " | RevealCancel / Rescale | peak memory |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        for (int batch : new int[] {1, 8, 64}) {
            row("genomics", BenchNetworks.genomics(), batch, seconds);
        }
        for (int batch : new int[] {1, 8}) {
            row("ResNet-18, 224²", BenchNetworks.resnet18(), batch, seconds);
        }
    }

    private static void row(String name, BenchNetworks.Subject subject, int batch, double seconds) throws IOException {
        try (Explainer explainer = Explainer.of(subject.graph(), Precision.FLOAT32)) {
            NdArray x = subject.batch(batch, 3);
            Request request = Request.of(Map.of(subject.input(), x), Gradient.PLAIN)
                    .target(new TargetChoice.Index(1))
                    .batch(batch);
            Map<String, Runnable> works = new LinkedHashMap<>();
            works.put("forward", () -> explainer.network().evaluate(Map.of(subject.input(), x)));
            works.put("gradient", () -> explainer.explain(request));
            works.put("rescale", () -> explainer.explain(request.with(DeepLift.RESCALE)));
            works.put("revealcancel", () -> explainer.explain(request.with(DeepLift.REVEAL_CANCEL)));
            Map<String, List<Double>> times = new LinkedHashMap<>();
            works.forEach((work, run) -> {
                times.put(work, new ArrayList<>());
                run.run();
            });
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
            long end = System.nanoTime() + (long) (seconds * 1e9);
            for (int round = 0; round < 3 || System.nanoTime() < end; round++) {
                works.forEach((work, run) -> {
                    long start = System.nanoTime();
                    run.run();
                    times.computeIfAbsent(work, w -> new ArrayList<>()).add((System.nanoTime() - start) / 1e6);
                });
            }
            double forward = median(times, "forward");
            double gradient = median(times, "gradient");
            double rescale = median(times, "rescale");
            double reveal = median(times, "revealcancel");
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %d | %.1f ms | %.1f ms | %.1f ms | %.1f ms | %.2f | %.2f | %d MB |%n",
                    name,
                    batch,
                    forward,
                    gradient,
                    rescale,
                    reveal,
                    rescale / gradient,
                    reveal / rescale,
                    ProcessMemory.peakMegabytes());
        }
    }

    private static double median(Map<String, List<Double>> times, String work) {
        double[] sorted = times.getOrDefault(work, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
