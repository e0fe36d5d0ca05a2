package dev.whence.graph.onnx;

import dev.whence.testkit.Shared;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The operator test cases beside the project: whatever lies in {@code shared/conformance} as a {@code .tar.xz}, or as
 * folders, in the layout of ONNX's node tests ({@code CASE/model.onnx}, {@code CASE/test_data_set_K/input_I.pb} and
 * {@code output_I.pb}); tables beside them ({@code .tsv}) tell the operators and the verdict of ONNX Runtime.
 */
public final class ConformanceCases {
    private static final String FOLDER = "conformance";
    private static final Pattern DATA = Pattern.compile("test_data_set_(\\d+)/(input|output)_(\\d+)\\.pb");

    private ConformanceCases() {}

    /**
     * One case.
     *
     * @param operators what the table says the case is about; the case's name if there is no row
     * @param verdict what ONNX Runtime makes of it: {@code pass}, {@code fail}, {@code not run}; empty if unknown
     */
    public record Case(String name, byte[] model, List<DataSet> dataSets, String operators, String verdict) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Serialised inputs and expected outputs in order; null where a number is left out. */
    public record DataSet(List<byte @Nullable []> inputs, List<byte @Nullable []> outputs) {}

    /** All cases, sorted by name; empty if the shared data are not there. */
    public static List<Case> list() {
        Map<String, Map<String, byte[]>> files = new TreeMap<>();
        Shared.list(FOLDER, ".tar.xz").forEach(archive -> unpack(archive, files));
        Shared.find(FOLDER).filter(Files::isDirectory).ifPresent(folder -> walk(folder, files));
        Map<String, String[]> table = new TreeMap<>();
        Shared.list(FOLDER, ".tsv").forEach(tsv -> rows(tsv, table));
        List<Case> out = new ArrayList<>();
        files.forEach((name, content) -> {
            byte[] model = content.get("model.onnx");
            if (model != null) {
                String[] row = table.getOrDefault(name, new String[] {name, name, ""});
                out.add(new Case(name, model, dataSets(content), row[1], row[2]));
            }
        });
        return out;
    }

    private static void unpack(Path archive, Map<String, Map<String, byte[]>> files) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive));
                TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(in))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.isFile()) {
                    add(entry.getName(), tar.readAllBytes(), files);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void walk(Path folder, Map<String, Map<String, byte[]>> files) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (name.endsWith(".onnx") || name.endsWith(".pb")) {
                    add(name, Files.readAllBytes(file), files);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files a path under its case: the folder that holds {@code model.onnx} or the data set's folder. */
    private static void add(String path, byte[] bytes, Map<String, Map<String, byte[]>> files) {
        String[] parts = path.split("/");
        int inside = path.endsWith(".pb") ? 2 : 1;
        if (parts.length > inside) {
            String name = parts[parts.length - inside - 1];
            String rest = String.join("/", List.of(parts).subList(parts.length - inside, parts.length));
            files.computeIfAbsent(name, n -> new TreeMap<>()).put(rest, bytes);
        }
    }

    private static void rows(Path tsv, Map<String, String[]> table) {
        try {
            List<String> lines = Files.readAllLines(tsv, StandardCharsets.UTF_8);
            for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
                String[] cells = line.split("\t", -1);
                if (cells.length >= 3) {
                    table.put(cells[0], cells);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<DataSet> dataSets(Map<String, byte[]> content) {
        Map<Integer, DataSet> out = new TreeMap<>();
        content.forEach((path, bytes) -> {
            Matcher m = DATA.matcher(path);
            if (m.matches()) {
                DataSet set = out.computeIfAbsent(
                        Integer.valueOf(m.group(1)), k -> new DataSet(new ArrayList<>(), new ArrayList<>()));
                List<byte @Nullable []> list = m.group(2).equals("input") ? set.inputs() : set.outputs();
                int place = Integer.parseInt(m.group(3));
                while (list.size() <= place) {
                    list.add(null);
                }
                list.set(place, bytes);
            }
        });
        return List.copyOf(out.values());
    }
}
