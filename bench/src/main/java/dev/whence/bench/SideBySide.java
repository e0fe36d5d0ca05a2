package dev.whence.bench;

import dev.whence.tensor.Engine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Whence beside Captum and zennit: a markdown table of medians, ranges, ratios and peak memory. Both sides take turns on the
 * same machine. Every row has processes of its own on either side, so that its peak memory is its own; before it is timed,
 * another pair of processes checks that both sides compute the same scores. {@code bench/side-by-side/run} starts it.
 */
public final class SideBySide {
    private SideBySide() {}

    /** Compares; see {@link SideBySideOptions#HELP}. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        SideBySideOptions options;
        try {
            options = SideBySideOptions.of(arguments);
        } catch (IllegalArgumentException e) {
            System.err.print(e.getMessage() + "\n" + SideBySideOptions.HELP);
            ComparedWork.ALL.forEach(row -> System.err.println("  " + row.name()));
            System.exit(2);
            return;
        }
        switch (options.stage()) {
            case "" -> compare(options);
            case "check" -> System.out.println(new SideBySideRow(options).check());
            case "time" -> System.out.println(new SideBySideRow(options).time());
            default -> throw new IllegalArgumentException("there is no stage '" + options.stage() + "'");
        }
    }

    private static void compare(SideBySideOptions options) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("whence-side-by-side");
        try {
            BenchData.writeWeights(BenchNetworks.genomics().graph(), folder.resolve("genomics.safetensors"));
            BenchData.writeWeights(BenchNetworks.resnet18().graph(), folder.resolve("resnet18.safetensors"));
            System.out.println(versions(options));
            System.out.println();
            System.out.println("| work | batch | Whence, median (range) | against | its median (range) | ratio"
                    + " | floor: convolutions alone | Whence / floor | peak MB, Whence | peak MB, peer | agreement |");
            System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
            for (ComparedWork row : options.rows()) {
                if (OwnWork.method(row.method()).isEmpty()) {
                    System.err.println(row.name() + ": Whence has no method '" + row.method() + "'");
                    continue;
                }
                Optional<String> agreement = child(options.child("check", row, folder));
                Optional<String> cells = child(options.child("time", row, folder));
                int atOnce = options.peerAtOnce(row);
                String parts = atOnce == 0 ? "" : " (peer: " + atOnce + " inputs at a time)";
                System.out.println("| " + row.title() + parts + " | " + row.batch() + " | " + cells.orElse("failed")
                        + " | " + agreement.orElse("failed") + " |");
            }
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    /** The last line that a process prints, if it ends well. */
    private static Optional<String> child(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 ? text.lines().reduce((_, last) -> last) : Optional.empty();
    }

    private static String versions(SideBySideOptions options) throws IOException {
        try (PeerProcess peer =
                new PeerProcess(options.python(), options.script(), options.peers(), options.threads())) {
            JsonNode theirs = peer.versions();
            return String.format(
                    Locale.ROOT,
                    "%d threads a side, %d rounds, %s, %d processors. Whence: libtorch %s, Java %s. Peers: Captum %s,"
                            + " zennit as given, PyTorch %s, torchvision %s, Python %s.",
                    options.threads(),
                    options.rounds(),
                    processor(),
                    Runtime.getRuntime().availableProcessors(),
                    Engine.version(),
                    System.getProperty("java.version"),
                    theirs.required("captum").asString(),
                    theirs.required("torch").asString(),
                    theirs.required("torchvision").asString(),
                    theirs.required("python").asString());
        }
    }

    private static String processor() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        }
    }
}
