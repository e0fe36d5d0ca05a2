package dev.whence.examples.experiments;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.examples.genomics.OneHot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * The authors' test sequences with what they hold.
 *
 * @param sequences letters, 200 each
 * @param labels for each sequence whether it holds both motifs, GATA1's, TAL1's
 */
record TalGataTest(List<String> sequences, List<boolean[]> labels) {
    private static final int COLUMNS = 6;
    private static final int FIRST_LABEL = 3;
    private static final int TASKS = 3;

    /**
     * Reads {@code sequences.simdata.gz} and {@code genomics_test_ids.txt.gz} of a folder.
     *
     * @throws WhenceException {@link ErrorCode#INPUT_UNREADABLE} or {@link ErrorCode#INPUT_INVALID} if they are not these
     */
    static TalGataTest read(Path folder) {
        Set<String> names = new HashSet<>(lines(folder.resolve("genomics_test_ids.txt.gz")));
        Path file = folder.resolve("sequences.simdata.gz");
        List<String> sequences = new ArrayList<>();
        List<boolean[]> labels = new ArrayList<>();
        for (String line : lines(file)) {
            String[] fields = line.split("\t", -1);
            if (fields.length != COLUMNS) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "'" + file + "' has a line of " + fields.length + " columns, expected " + COLUMNS + ".");
            }
            if (names.contains(fields[0])) {
                sequences.add(fields[1]);
                boolean[] holds = new boolean[TASKS];
                for (int task = 0; task < TASKS; task++) {
                    holds[task] = fields[FIRST_LABEL + task].equals("1");
                }
                labels.add(holds);
            }
        }
        return new TalGataTest(List.copyOf(sequences), List.copyOf(labels));
    }

    private static List<String> lines(Path file) {
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
            return in.lines().filter(line -> !line.isBlank()).toList();
        } catch (IOException e) {
            throw new WhenceException(
                    ErrorCode.INPUT_UNREADABLE, "Cannot read '" + file + "': " + e.getMessage() + ".", e);
        }
    }

    /** The sequences as the network reads them, {@code [N, 200, 4]}. */
    NdArray encoded() {
        return OneHot.of(sequences);
    }

    /** The number of sequences. */
    int count() {
        return sequences.size();
    }

    /** Whether each sequence belongs to a task. */
    boolean[] ofTask(int task) {
        boolean[] out = new boolean[count()];
        for (int n = 0; n < out.length; n++) {
            out[n] = labels.get(n)[task];
        }
        return out;
    }

    /** What a sequence holds: {@code none}, {@code gata}, {@code tal} or {@code both}. */
    String content(int sequence) {
        boolean[] holds = labels.get(sequence);
        if (holds[0]) {
            return "both";
        }
        return holds[1] ? "gata" : holds[2] ? "tal" : "none";
    }
}
