package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads DNA sequences from FASTA and simdata files, plain or under gzip. Letters are A, C, G, T and N (unknown), in
 * either case; anything else is refused with record and column.
 */
final class SequenceReader {
    /** A single line may not be longer than this. */
    private static final int LONGEST_LINE = 1 << 24;

    private final Path file;
    private final long mostLetters;
    private final List<Letters> records = new ArrayList<>();
    private final StringBuilder letters = new StringBuilder();
    private @Nullable String name;
    private long total;

    private SequenceReader(Path file, InputLimits limits) {
        this.file = file;
        this.mostLetters = limits.elements() / OneHot.CHANNELS;
    }

    /** Reads FASTA: lines of letters under a line {@code >name description}. */
    static List<Letters> fasta(Path file, InputLimits limits) throws IOException {
        SequenceReader reader = new SequenceReader(file, limits);
        try (Lines lines = new Lines(file, limits.textBytes())) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                reader.fastaLine(line.strip(), lines.number());
            }
        }
        reader.finish();
        if (reader.records.isEmpty()) {
            throw invalid(file, "holds no sequence; a FASTA record starts with '>'");
        }
        return reader.records;
    }

    private void fastaLine(String line, long number) {
        if (line.isEmpty() || line.startsWith(";")) {
            return;
        }
        if (line.startsWith(">")) {
            finish();
            String header = line.substring(1).strip();
            int end = header.indexOf(' ');
            String first = end < 0 ? header : header.substring(0, end);
            name = first.isEmpty() ? "record " + (records.size() + 1) : first;
            return;
        }
        if (name == null) {
            throw invalid(file, "line " + number + " holds letters before the first record; one starts with '>'");
        }
        append(name, line);
    }

    private void finish() {
        if (name != null) {
            add(name, letters.toString());
        }
        letters.setLength(0);
        name = null;
    }

    private void append(String record, String line) {
        check(record, line, letters.length());
        letters.append(line);
    }

    private void add(String record, String sequence) {
        if (sequence.isEmpty()) {
            throw invalid(file, "record " + (records.size() + 1) + " '" + record + "' holds no letters");
        }
        records.add(new Letters(record, sequence));
    }

    private void check(String record, String part, int before) {
        for (int i = 0; i < part.length(); i++) {
            if (OneHot.channel(part.charAt(i)) < 0) {
                throw invalid(
                        file,
                        "record " + (records.size() + 1) + " '" + record + "', column " + (before + i + 1)
                                + ": the letter '" + part.charAt(i) + "' found; A, C, G, T and N are possible");
            }
        }
        total += part.length();
        if (total > mostLetters) {
            throw invalid(file, "more than the " + mostLetters + " letters that are allowed");
        }
    }

    /** Reads simdata: tab-separated columns under a header {@code seqName sequence ...}. */
    static List<Letters> simdata(Path file, InputLimits limits) throws IOException {
        SequenceReader reader = new SequenceReader(file, limits);
        try (Lines lines = new Lines(file, limits.textBytes())) {
            String header = lines.next();
            List<String> columns = header == null ? List.of() : Arrays.asList(header.split("\t", -1));
            int named = columns.indexOf("seqName");
            int sequence = columns.indexOf("sequence");
            if (named < 0 || sequence < 0) {
                throw invalid(file, "the first line must name the columns 'seqName' and 'sequence', between tabs");
            }
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (!line.isBlank()) {
                    String[] fields = line.split("\t", -1);
                    if (fields.length <= Math.max(named, sequence)) {
                        throw invalid(
                                file,
                                "line " + lines.number() + " has " + fields.length + " columns; " + columns.size()
                                        + " are wanted, between tabs");
                    }
                    reader.check(fields[named], fields[sequence], 0);
                    reader.add(fields[named], fields[sequence]);
                }
            }
        }
        if (reader.records.isEmpty()) {
            throw invalid(file, "holds a header but no sequence");
        }
        return reader.records;
    }

    private static WhenceException invalid(Path file, String what) {
        return new WhenceException(ErrorCode.INPUT_INVALID, file + ": " + what + ".");
    }

    /** Lines of text, none longer than allowed. */
    private static final class Lines implements AutoCloseable {
        private final Path file;
        private final InputStream in;
        private final StringBuilder line = new StringBuilder();
        private long number;

        Lines(Path file, long most) throws IOException {
            this.file = file;
            this.in = Sources.open(file, most);
        }

        long number() {
            return number;
        }

        /** The next line without its end, null at the end of the file. */
        @Nullable
        String next() throws IOException {
            line.setLength(0);
            number++;
            int value = in.read();
            if (value < 0) {
                return null;
            }
            while (value >= 0 && value != '\n') {
                if (line.length() >= LONGEST_LINE) {
                    throw invalid(file, "line " + number + " is longer than " + LONGEST_LINE + " letters");
                }
                if (value != '\r') {
                    line.append((char) value);
                }
                value = in.read();
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
