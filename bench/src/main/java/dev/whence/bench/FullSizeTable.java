package dev.whence.bench;

import dev.whence.bench.FullSizeNetworks.FullSize;
import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.explain.DeepLift;
import dev.whence.explain.Explainer;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxExport;
import dev.whence.tensor.Device;
import dev.whence.tensor.Engine;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Prints the table "Full-size networks" of {@code docs/benchmarks.md}: each network is written as an ONNX file, then read,
 * run and explained from a zero reference in a process of its own, whose peak memory is told. Times are the least of
 * three, since other work may disturb them.
 *
 * <p>Arguments: a folder for the files (about 1 GB), then names of networks (all if there are none).
 */
public final class FullSizeTable {
    private static final int REPETITIONS = 3;

    private FullSizeTable() {}

    /** Writes the files that are not there yet and prints one row for each. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 3 && args[0].equals("write")) {
            OnnxExport.write(Path.of(args[2]), find(args[1]).graph().get());
        } else if (args.length == 3 && args[0].equals("measure")) {
            measure(find(args[1]), Path.of(args[2]));
        } else if (args.length > 0) {
            table(Path.of(args[0]), List.of(args).subList(1, args.length));
        } else {
            System.err.println("Give a folder for the network files.");
            System.exit(2);
        }
    }

    private static FullSize find(String name) {
        return Objects.requireNonNull(FullSizeNetworks.all().get(name), () -> "no network is named " + name);
    }

    private static void table(Path folder, List<String> names) throws IOException, InterruptedException {
        System.out.println("| network | file | import | forward | DeepLIFT-Rescale | its processor time"
                + " | delta / change | peak after import | peak |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        for (String name : names.isEmpty() ? FullSizeNetworks.all().keySet() : names) {
            Path file = folder.resolve(name + ".onnx");
            if (!Files.exists(file)) {
                process("write", name, file.toString());
            }
            process("measure", name, file.toString());
        }
    }

    /** This program in another process, with this one's options. */
    private static void process(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(Objects.requireNonNull(System.getProperty("java.class.path"), "no class path")
                .replace(File.pathSeparator + File.pathSeparator, File.pathSeparator));
        command.add(FullSizeTable.class.getName());
        command.addAll(List.of(args));
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", args) + " ended with " + status);
        }
    }

    private static void measure(FullSize network, Path file) throws IOException {
        Engine.setThreads(2);
        long start = System.nanoTime();
        try (Explainer explainer = Explainer.load(file, Precision.FLOAT32, Device.CPU)) {
            double imported = seconds(start);
            long after = ProcessMemory.peakMegabytes();
            NdArray x = network.input(7);
            String input = explainer.graph().inputs().getFirst().name();
            double[] forward = new double[REPETITIONS];
            for (int i = 0; i < REPETITIONS; i++) {
                start = System.nanoTime();
                explainer.network().evaluate(Map.of(input, x));
                forward[i] = seconds(start);
            }
            Request request = Request.of(Map.of(input, x), DeepLift.RESCALE)
                    .target(new TargetChoice.Index(1))
                    .at(network.at().isEmpty() ? null : network.at());
            double[] explain = new double[REPETITIONS];
            double work = Double.POSITIVE_INFINITY;
            double relative = 0;
            for (int i = 0; i < REPETITIONS; i++) {
                double before = processorSeconds();
                start = System.nanoTime();
                Attribution found = explainer.explain(request).getFirst().attribution();
                explain[i] = seconds(start);
                work = Math.min(work, processorSeconds() - before);
                double change = found.target().values()[0] - found.reference().values()[0];
                relative = Math.abs(found.delta()[0] / change);
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %d MB | %.1f s | %.2f s | %.2f s | %.1f s | %.0e | %d MB | %d MB |%n",
                    network.name(),
                    Files.size(file) >> 20,
                    imported,
                    least(forward),
                    least(explain),
                    work,
                    relative,
                    after,
                    ProcessMemory.peakMegabytes());
        }
    }

    /** What all threads of this process have computed so far. */
    private static double processorSeconds() {
        Duration all = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return all.toMillis() / 1e3;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static double least(double... times) {
        double least = Double.POSITIVE_INFINITY;
        for (double time : times) {
            least = Math.min(least, time);
        }
        return least;
    }
}
