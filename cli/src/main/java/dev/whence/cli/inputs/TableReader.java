package dev.whence.cli.inputs;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a table of numbers (CSV, RFC 4180: quoted fields, UTF-8, a header), plain or under gzip. Fields are separated by
 * commas, or by semicolons or tabs if the header has more of those.
 *
 * <p>A column is taken if it is asked for, or else if it holds at least one number; columns of text are left out with a
 * notice, and a first column without a name gives names to the rows. In a column that is taken everything must be a
 * number.
 */
final class TableReader {
    private static final int HEADER_PEEK = 1 << 16;
    private static final int LONGEST_FIELD = 1 << 20;

    private final Path file;
    private final InputOptions options;
    private final List<Column> columns = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    private final Set<String> unnamed = new LinkedHashSet<>();
    private int nameColumn = -1;
    private long cells;

    private TableReader(Path file, InputOptions options) {
        this.file = file;
        this.options = options;
    }

    /** A column being read: its numbers so far, and the first field that is none. */
    private static final class Column {
        private final String name;
        private final int index;
        private final boolean asked;
        private double[] values = new double[64];
        private int count;
        private boolean sawNumber;
        private @Nullable String wrong;

        Column(String name, int index, boolean asked) {
            this.name = name;
            this.index = index;
            this.asked = asked;
        }

        void add(double value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = value;
        }
    }

    /** Reads all rows. */
    static LoadedInput read(Path file, InputOptions options) throws IOException {
        TableReader reader = new TableReader(file, options);
        try (InputStream in = Sources.open(file, options.limits().textBytes())) {
            reader.rows(new BufferedInputStream(in, HEADER_PEEK));
        } catch (CsvParseException e) {
            throw reader.broken(e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return reader.finished();
    }

    private WhenceException broken(CsvParseException e) {
        if (e.getCause() instanceof WhenceException inner) {
            return inner;
        }
        Throwable cause = e.getCause();
        String reason = cause == null || cause.getMessage() == null ? e.getMessage() : cause.getMessage();
        return new WhenceException(ErrorCode.INPUT_INVALID, file + ": this is not a CSV table: " + reason + ".", e);
    }

    private void rows(BufferedInputStream in) throws IOException {
        CsvReader<CsvRecord> csv = CsvReader.builder()
                .fieldSeparator(separator(in))
                .detectBomHeader(true)
                .skipEmptyLines(true)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false)
                .maxBufferSize(16 * LONGEST_FIELD)
                .ofCsvRecord(in, StandardCharsets.UTF_8);
        Iterator<CsvRecord> records = csv.iterator();
        if (!records.hasNext()) {
            throw invalid("the table is empty; a header and at least one row are wanted");
        }
        CsvRecord first = records.next();
        int width = first.getFieldCount();
        header(first);
        if (!options.header()) {
            row(first, width);
        }
        while (records.hasNext()) {
            row(records.next(), width);
        }
    }

    /** The separator that stands most often in the first line, outside quotes; a comma if none does. */
    private static char separator(BufferedInputStream in) throws IOException {
        in.mark(HEADER_PEEK);
        int commas = 0;
        int semicolons = 0;
        int tabs = 0;
        boolean quoted = false;
        for (int i = 0; i < HEADER_PEEK - 1; i++) {
            int value = in.read();
            if (value < 0 || (value == '\n' && !quoted)) {
                break;
            }
            quoted ^= value == '"';
            if (!quoted) {
                commas += value == ',' ? 1 : 0;
                semicolons += value == ';' ? 1 : 0;
                tabs += value == '\t' ? 1 : 0;
            }
        }
        in.reset();
        if (semicolons > commas) {
            return tabs > semicolons ? '\t' : ';';
        }
        return tabs > commas ? '\t' : ',';
    }

    private void header(CsvRecord first) {
        List<String> header = new ArrayList<>();
        for (int i = 0; i < first.getFieldCount(); i++) {
            String text = first.getField(i).strip();
            header.add(options.header() && !text.isEmpty() ? text : "column " + (i + 1));
            if (options.header() && text.isEmpty()) {
                unnamed.add(header.getLast());
            }
        }
        checkHeader(first, header);
        nameColumn = options.nameColumn() == null ? -1 : indexOf(header, options.nameColumn());
        if (nameColumn < 0 && options.columns().isEmpty() && unnamed.contains(header.getFirst()) && header.size() > 1) {
            nameColumn = 0;
        }
        for (String skipped : options.skip()) {
            if (!header.contains(skipped)) {
                notices.add(file + ": there is no column '" + skipped + "' to leave out.");
            }
        }
        if (options.columns().isEmpty()) {
            for (int i = 0; i < header.size(); i++) {
                if (i != nameColumn && !options.skip().contains(header.get(i))) {
                    columns.add(new Column(header.get(i), i, false));
                }
            }
        } else {
            for (String name : options.columns()) {
                columns.add(new Column(name, indexOf(header, name), true));
            }
        }
    }

    private void checkHeader(CsvRecord first, List<String> header) {
        Set<String> seen = new LinkedHashSet<>();
        for (String name : header) {
            if (!seen.add(name)) {
                throw invalid("the column '" + name + "' stands twice in the header");
            }
        }
        boolean numbers = first.getFields().stream().allMatch(field -> isNumber(field.strip()));
        if (options.header() && numbers) {
            throw invalid("the first line must name the columns, but all its " + header.size()
                    + " fields are numbers; say --no-header if the table has no header");
        }
    }

    private int indexOf(List<String> header, String name) {
        int index = header.indexOf(name);
        if (index < 0) {
            throw invalid("there is no column '" + name + "'; there are " + listed(header));
        }
        return index;
    }

    private static String listed(List<String> names) {
        int most = 12;
        String shown = String.join(", ", names.subList(0, Math.min(most, names.size())));
        return names.size() <= most ? shown : shown + " and " + (names.size() - most) + " more";
    }

    private void row(CsvRecord row, int width) {
        if (row.getFieldCount() != width) {
            throw invalid("line " + row.getStartingLineNumber() + " has " + row.getFieldCount() + " fields; the "
                    + (options.header() ? "header" : "first line") + " has " + width);
        }
        cells += columns.size();
        if (cells > options.limits().elements()) {
            throw invalid("more than the " + options.limits().elements() + " numbers allowed");
        }
        for (Column column : columns) {
            String field = row.getField(column.index).strip();
            boolean number = isNumber(field);
            double value = number ? Double.parseDouble(field) : Double.NaN;
            column.sawNumber |= number;
            if (!Double.isFinite(value)) {
                wrong(column, field, row.getStartingLineNumber());
            }
            column.add(value);
        }
        if (nameColumn >= 0) {
            names.add(row.getField(nameColumn).strip());
        }
    }

    private void wrong(Column column, String field, long line) {
        if (column.wrong == null) {
            String shown = field.length() > 40 ? field.substring(0, 40) + "..." : field;
            String what = field.isEmpty()
                    ? "the field is empty"
                    : isNotFinite(field) ? "'" + shown + "' is not finite" : "'" + shown + "' is not a number";
            column.wrong = "line " + line + ", column '" + column.name + "': " + what;
        }
        if (column.asked) {
            throw invalid(column.wrong);
        }
    }

    private static boolean isNotFinite(String field) {
        String lower = field.toLowerCase(Locale.ROOT);
        return Set.of("nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity")
                        .contains(lower)
                || isNumber(field);
    }

    /** Whether a field is a decimal number, possibly with an exponent. */
    private static boolean isNumber(String field) {
        if (field.isEmpty()) {
            return false;
        }
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
                return false;
            }
        }
        try {
            Double.parseDouble(field);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private LoadedInput finished() {
        List<Column> taken = new ArrayList<>();
        List<String> text = new ArrayList<>();
        for (Column column : columns) {
            if (column.count == 0) {
                throw invalid("the table has a header but no row");
            }
            if (column.sawNumber && column.wrong != null) {
                throw invalid(column.wrong);
            }
            if (column.wrong == null) {
                taken.add(column);
            } else {
                text.add(column.name);
            }
        }
        if (taken.isEmpty()) {
            throw invalid("no column holds numbers");
        }
        if (!text.isEmpty()) {
            notices.add(file + ": columns without numbers left out: " + listed(text) + ".");
        }
        int rows = taken.getFirst().count;
        double[] values = new double[Math.multiplyExact(rows, taken.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = taken.get(i % taken.size()).values[i / taken.size()];
        }
        return new LoadedInput(
                file.toString(),
                InputKind.TABLE,
                NdArray.of(values, rows, taken.size()),
                -1,
                taken.stream().map(column -> column.name).toList(),
                names,
                List.of(),
                List.of(),
                notices);
    }

    private WhenceException invalid(String what) {
        return new WhenceException(ErrorCode.INPUT_INVALID, file + ": " + what + ".");
    }
}
