package dev.whence.graph.onnx;

import dev.whence.testkit.GoldenTable.Outcome;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What passed last time. The checked-in file names the set of cases by number and digest, since it says nothing about any
 * other set, then counts, then names what does not pass.
 *
 * @param cases number and digest of the cases
 * @param passed how many pass
 * @param passedOfOnnxRuntime how many pass of those that ONNX Runtime passes
 * @param open the names of the others, with how they end
 */
record ConformanceRatchet(String cases, int passed, int passedOfOnnxRuntime, Set<String> open) {
    private static final String FILE = "graph/src/test/resources/conformance-ratchet.txt";

    static ConformanceRatchet of(Map<ConformanceCases.Case, ConformanceRun> runs) {
        int passed = 0;
        int ofOnnxRuntime = 0;
        Set<String> open = new TreeSet<>();
        MessageDigest digest = digest();
        for (Map.Entry<ConformanceCases.Case, ConformanceRun> entry : runs.entrySet()) {
            ConformanceCases.Case c = entry.getKey();
            Outcome outcome = entry.getValue().outcome();
            digest.update(c.name().getBytes(StandardCharsets.UTF_8));
            digest.update(c.model());
            if (outcome == Outcome.PASSED) {
                passed++;
                ofOnnxRuntime += c.verdict().equals("pass") ? 1 : 0;
            } else {
                open.add(c.name() + (outcome == Outcome.FAILED ? " fails" : " is not supported"));
            }
        }
        String id = runs.size() + " " + HexFormat.of().formatHex(digest.digest(), 0, 8);
        return new ConformanceRatchet(id, passed, ofOnnxRuntime, open);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The checked-in file; nothing passes if there is none. */
    static ConformanceRatchet read() throws IOException {
        Path file = Shared.projectRoot().resolve(FILE);
        if (!Files.exists(file)) {
            return new ConformanceRatchet("", 0, 0, Set.of());
        }
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.removeIf(line -> line.isBlank() || line.startsWith("#"));
        return new ConformanceRatchet(
                lines.get(0).substring("cases ".length()),
                Integer.parseInt(lines.get(1).substring("passed ".length())),
                Integer.parseInt(lines.get(2).substring("passedOfOnnxRuntime ".length())),
                new TreeSet<>(lines.subList(3, lines.size())));
    }

    void write() throws IOException {
        Files.writeString(Shared.projectRoot().resolve(FILE), text());
    }

    /** The content of the file. */
    String text() {
        StringBuilder out = new StringBuilder();
        out.append(
                "# How many conformance cases pass, and which do not. Written by ConformanceTest -Dwhence.write=true.\n");
        out.append("cases ").append(cases).append('\n');
        out.append("passed ").append(passed).append('\n');
        out.append("passedOfOnnxRuntime ").append(passedOfOnnxRuntime).append('\n');
        open.forEach(name -> out.append(name).append('\n'));
        return out.toString();
    }

    /** What is different, in one sentence. */
    String comparedWith(ConformanceRatchet before) {
        Set<String> worse = new TreeSet<>(open);
        worse.removeAll(before.open);
        Set<String> better = new TreeSet<>(before.open);
        better.removeAll(open);
        return passed + " cases pass (before: " + before.passed + "); new in the list of what does not pass: " + worse
                + "; no longer in it: " + better;
    }
}
