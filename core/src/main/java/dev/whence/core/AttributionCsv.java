package dev.whence.core;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes attributions as a plain table, one row for every scored element, ready for a spreadsheet or a data frame:
 *
 * <pre>
 * example,input,axis1,axis2,label,score,target,reference,delta
 * 0,pixels,0,0,,0.25,3.5,-0.5,1.0E-7
 * </pre>
 *
 * <p>{@code example} and the {@code axis} columns are indices from 0; there are as many of the latter as the input of
 * highest rank has axes after the batch, and cells that an input has no axis for are empty. {@code label} is the name
 * along the last axis or the word where there is one; where units are tokens of a text, the columns {@code begin} and
 * {@code end} follow it with the word's place in the text, in Unicode code points. {@code target} and {@code reference}
 * are the target's values for the row's example and {@code delta} is its convergence delta: they repeat in each of an
 * example's rows, so that every group of rows carries its own check, {@code sum(score) - (target - reference) = delta}.
 * Where an example is compared with several references, the delta of each follows as {@code delta1}, {@code delta2} and
 * so on.
 */
public final class AttributionCsv {
    private AttributionCsv() {}

    /**
     * Writes a file, which is either finished or not there.
     *
     * @throws WhenceException {@link ErrorCode#STORE_UNWRITABLE} if it cannot be written
     */
    public static void write(Path file, Attribution attribution) {
        FinishedFile.write(file, out -> write(out, attribution));
    }

    /** Writes to a stream in UTF-8; the stream stays open. */
    public static void write(OutputStream out, Attribution attribution) throws IOException {
        int axes = attribution.units().stream()
                .mapToInt(u -> u.scores().rank() - 1)
                .max()
                .orElse(0);
        Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        @SuppressWarnings("resource") // closing it would close the caller's stream
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text);
        List<double[]> each = attribution.reference().deltas();
        boolean tokens = attribution.units().stream().anyMatch(u -> !u.texts().isEmpty());
        csv.writeRecord(header(axes, tokens, each.size()));
        double[] targets = attribution.target().values();
        double[] references = attribution.reference().values();
        double[] deltas = attribution.delta();
        for (int example = 0; example < attribution.examples(); example++) {
            List<String> check = new ArrayList<>(List.of(
                    Double.toString(targets[example]),
                    Double.toString(references[example]),
                    Double.toString(deltas[example])));
            for (double[] one : each) {
                check.add(Double.toString(one[example]));
            }
            for (Units units : attribution.units()) {
                rows(csv, units, example, axes, tokens, check);
            }
        }
        csv.flush();
        text.flush();
    }

    private static List<String> header(int axes, boolean tokens, int references) {
        List<String> header = new ArrayList<>(List.of("example", "input"));
        for (int axis = 1; axis <= axes; axis++) {
            header.add("axis" + axis);
        }
        header.add("label");
        if (tokens) {
            header.addAll(List.of("begin", "end"));
        }
        header.addAll(List.of("score", "target", "reference", "delta"));
        for (int reference = 1; reference <= references; reference++) {
            header.add("delta" + reference);
        }
        return header;
    }

    private static void rows(CsvWriter csv, Units units, int example, int axes, boolean tokens, List<String> check) {
        UnitIndex index = new UnitIndex(units);
        for (int element = 0; element < index.size(); element++) {
            List<String> row = new ArrayList<>(axes + 7);
            row.add(Integer.toString(example));
            row.add(units.name());
            List<Long> position = index.position(element);
            for (int axis = 0; axis < axes; axis++) {
                row.add(axis < position.size() ? position.get(axis).toString() : "");
            }
            row.add(index.label(example, element));
            if (tokens) {
                row.add(index.token(example, element)
                        .map(token -> Integer.toString(token.begin()))
                        .orElse(""));
                row.add(index.token(example, element)
                        .map(token -> Integer.toString(token.end()))
                        .orElse(""));
            }
            row.add(score(units.scores(), example * index.size() + element));
            row.addAll(check);
            csv.writeRecord(row);
        }
    }

    private static String score(NdArray scores, int i) {
        return switch (scores.type()) {
            case FLOAT64 -> Double.toString(scores.getDouble(i));
            case FLOAT16, BFLOAT16, FLOAT32 -> Float.toString((float) scores.getDouble(i));
            case UINT64 -> Long.toUnsignedString(scores.getLong(i));
            default -> Long.toString(scores.getLong(i));
        };
    }
}
