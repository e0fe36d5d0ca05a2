package dev.whence.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link SideBySide} was asked to do.
 *
 * @param peers folder with the peers' sources: {@code captum/} and {@code zennit/}
 * @param script our driver for the peers
 * @param python the Python that has PyTorch
 * @param rows the works
 * @param rounds turns for each side
 * @param warmSeconds how long each side warms up
 * @param threads threads for each side
 * @param heap largest Java heap, such as {@code 1g}
 * @param atOnce most examples that our side takes at a time, 0 to let it choose
 * @param peerAtOnce most inputs that the peer takes at a time where it compares each with many references
 * @param stage empty for the whole comparison, else the part of one row that this process does
 * @param folder where weights and data lie; empty before they are written
 */
record SideBySideOptions(
        Path peers,
        Path script,
        String python,
        List<ComparedWork> rows,
        int rounds,
        double warmSeconds,
        int threads,
        String heap,
        int atOnce,
        int peerAtOnce,
        String stage,
        String folder) {

    static final String HELP = """
            Usage: run --peers DIR [--rows NAME,...] [--rounds 9] [--warm-up SECONDS] [--threads 2]
                       [--python /usr/bin/python3] [--heap 1g] [--at-once EXAMPLES]
                       [--peer-at-once INPUTS]
            DIR holds the sources of the peers in captum/ and zennit/. Rows:
            """;

    /** Reads the command line. */
    static SideBySideOptions of(String... arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (!arguments[i].startsWith("--") || i + 1 == arguments.length) {
                throw new IllegalArgumentException("unexpected '" + arguments[i] + "'");
            }
            given.put(arguments[i].substring(2), arguments[i + 1]);
        }
        Map<String, String> left = new LinkedHashMap<>(given);
        SideBySideOptions options = new SideBySideOptions(
                Path.of(take(left, "peers", "")).toAbsolutePath(),
                Path.of(take(left, "script", "bench/side-by-side/peers.py")).toAbsolutePath(),
                take(left, "python", "/usr/bin/python3"),
                rows(take(left, "rows", "")),
                Integer.parseInt(take(left, "rounds", "9")),
                Double.parseDouble(take(left, "warm-up", "4")),
                Integer.parseInt(take(left, "threads", "2")),
                take(left, "heap", "1g"),
                Integer.parseInt(take(left, "at-once", "0")),
                Integer.parseInt(take(left, "peer-at-once", "2")),
                take(left, "stage", ""),
                take(left, "folder", ""));
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("there is no option " + left.keySet());
        }
        if (!given.containsKey("peers")) {
            throw new IllegalArgumentException("--peers is missing");
        }
        return options;
    }

    private static String take(Map<String, String> left, String name, String otherwise) {
        String value = left.remove(name);
        return value == null ? otherwise : value;
    }

    private static List<ComparedWork> rows(String names) {
        if (names.isBlank()) {
            return ComparedWork.ALL;
        }
        List<ComparedWork> rows = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            rows.add(ComparedWork.find(name)
                    .orElseThrow(() -> new IllegalArgumentException("there is no row '" + name + "'")));
        }
        return rows;
    }

    /**
     * Inputs that the peer takes at a time, or 0 for all: with 20 references, all 8 images at once would take it more than
     * 20 GB.
     */
    int peerAtOnce(ComparedWork work) {
        return work.references() > 1 ? peerAtOnce : 0;
    }

    /** The command line of a process of its own that does one stage of one row. */
    List<String> child(String wanted, ComparedWork row, Path data) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-cp",
                System.getProperty("java.class.path"),
                SideBySide.class.getName()));
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("stage", wanted);
        arguments.put("folder", data);
        arguments.put("rows", row.name());
        arguments.put("peers", peers);
        arguments.put("script", script);
        arguments.put("python", python);
        arguments.put("rounds", rounds);
        arguments.put("warm-up", warmSeconds);
        arguments.put("threads", threads);
        arguments.put("at-once", atOnce);
        arguments.put("peer-at-once", peerAtOnce);
        arguments.forEach((name, value) -> command.addAll(List.of("--" + name, value.toString())));
        return command;
    }
}
