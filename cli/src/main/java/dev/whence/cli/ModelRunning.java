package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.FinishedFile;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.Npz;
import dev.whence.core.Ranking;
import dev.whence.core.WhenceException;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Value;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The work of {@code whence model run}. */
final class ModelRunning {
    private static final int EXAMPLES_AT_ONCE = 64;

    private ModelRunning() {}

    static int run(ModelRunCommand command) {
        int most = Work.batch(command.batch);
        ResultFiles files = ResultFiles.of(
                command.results,
                EnumSet.of(ResultFiles.Kind.NPY, ResultFiles.Kind.NPZ, ResultFiles.Kind.JSON),
                Work.filesRead(command.model, command.files, List.of()));
        try (ConsoleProgress progress = command.common.progress(command.console, command.cancellation);
                Session session = Session.open(command.model, command.files, progress)) {
            List<String> values = values(session.graph(), command.outputs);
            requireOne(files, values);
            Map<String, NdArray> outputs = outputs(session, values, most, progress);
            progress.close();
            command.cancellation.check();
            write(files, outputs);
            session.notices().forEach(sentence -> command.common.notice(command.console, "note: " + sentence));
            if (command.common.json) {
                command.console.out().println(toJson(outputs));
            } else if (files.isEmpty()) {
                print(command, session, outputs);
            } else {
                outputs.forEach((name, array) -> command.console.out().println(name + ": " + array));
                command.console.out().println("written: " + files.text());
            }
            return ExitCode.DONE;
        }
    }

    private static List<String> values(Graph graph, List<String> named) {
        if (named.isEmpty()) {
            return graph.outputs().stream().map(Value::name).toList();
        }
        Set<String> out = new LinkedHashSet<>();
        for (String name : named) {
            if (graph.producer(name).isPresent()) {
                out.add(name);
                continue;
            }
            Node node = graph.node(name).orElse(null);
            if (node == null) {
                Set<String> known = new LinkedHashSet<>();
                graph.nodes().forEach(n -> known.addAll(n.outputs()));
                graph.nodes().forEach(n -> known.add(n.name()));
                throw new WhenceException(
                        ErrorCode.TARGET_INVALID,
                        "The model has no value or node '" + name + "'" + Suggestions.ending(name, known)
                                + " 'whence model show' lists them.");
            }
            out.add(node.outputs().getFirst());
        }
        return List.copyOf(out);
    }

    private static void requireOne(ResultFiles files, List<String> values) {
        Path npy = files.first(ResultFiles.Kind.NPY);
        if (npy != null && values.size() > 1) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Cannot write '" + npy + "': an npy file holds one array, but there are " + values.size()
                            + " outputs (" + String.join(", ", values)
                            + "); choose one with --output, or write an .npz file.");
        }
    }

    private static Map<String, NdArray> outputs(
            Session session, List<String> values, int most, ConsoleProgress progress) {
        Map<String, NdArray> inputs = session.arrays();
        int examples = inputs.values().stream()
                .mapToInt(a -> a.rank() == 0 ? 1 : (int) a.dimension(0))
                .max()
                .orElse(1);
        int batch = batch(session.graph(), most, examples);
        String[] names = values.toArray(String[]::new);
        Map<String, List<NdArray>> parts = new LinkedHashMap<>();
        values.forEach(name -> parts.put(name, new ArrayList<>()));
        for (int first = 0; first < examples; first += batch) {
            int from = first;
            int count = Math.min(batch, examples - first);
            Map<String, NdArray> some = new LinkedHashMap<>();
            inputs.forEach((name, array) -> some.put(
                    name, array.rank() > 0 && array.dimension(0) == examples ? array.rows(from, from + count) : array));
            session.explainer()
                    .network()
                    .evaluate(some, names)
                    .forEach(
                            (name, array) -> parts.getOrDefault(name, List.of()).add(array));
            progress.step((long) first + count, examples, "examples");
        }
        Map<String, NdArray> out = new LinkedHashMap<>();
        parts.forEach((name, list) -> out.put(name, joined(name, list)));
        return out;
    }

    private static int batch(Graph graph, int most, int examples) {
        for (Value input : graph.inputs()) {
            List<Dimension> shape = input.shape();
            if (shape != null && !shape.isEmpty() && shape.getFirst() instanceof Dimension.Fixed(long size)) {
                if (size < 1 || examples % size != 0) {
                    throw new WhenceException(
                            ErrorCode.SHAPE_MISMATCH,
                            "Input '" + input.name() + "' has a fixed batch of " + size + ", but " + examples
                                    + " examples are given; a multiple is wanted.");
                }
                return (int) size;
            }
        }
        return Math.min(examples, most > 0 ? most : EXAMPLES_AT_ONCE);
    }

    private static NdArray joined(String name, List<NdArray> parts) {
        NdArray first = parts.getFirst();
        if (parts.size() == 1) {
            return first;
        }
        if (first.rank() == 0) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "Value '" + name + "' is one number for a whole batch; take all examples at once with --batch.");
        }
        long[] shape = first.shape();
        shape[0] = parts.stream().mapToLong(p -> p.dimension(0)).sum();
        if (first.type().isFloating()) {
            double[] all = parts.stream()
                    .flatMapToDouble(p -> java.util.Arrays.stream(p.toDoubles()))
                    .toArray();
            NdArray doubles = NdArray.of(all, shape);
            return first.type() == NdArray.Type.FLOAT64 ? doubles : NdArray.of(doubles.toFloats(), shape);
        }
        long[] all = parts.stream()
                .flatMapToLong(p -> java.util.Arrays.stream(p.toLongs()))
                .toArray();
        return NdArray.ofIntegers(first.type(), all, shape);
    }

    private static void write(ResultFiles files, Map<String, NdArray> outputs) {
        for (ResultFiles.Entry entry : files.entries()) {
            switch (entry.kind()) {
                case NPY -> Npy.write(entry.path(), outputs.values().iterator().next());
                case NPZ -> Npz.write(entry.path(), outputs);
                default -> FinishedFile.writeText(entry.path(), toJson(outputs) + "\n");
            }
        }
    }

    private static String toJson(Map<String, NdArray> outputs) {
        Map<String, Object> all = new LinkedHashMap<>();
        List<Object> list = new ArrayList<>();
        outputs.forEach((name, array) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", name);
            one.put("type", array.type().name().toLowerCase(Locale.ROOT));
            one.put("shape", array.shape());
            one.put("data", array.type().isFloating() ? array.toDoubles() : array.toLongs());
            list.add(one);
        });
        all.put("outputs", list);
        return JsonLine.write(all);
    }

    private static void print(ModelRunCommand command, Session session, Map<String, NdArray> outputs) {
        PrintWriter out = command.console.out();
        Ink ink = new Ink(command.console);
        outputs.forEach((name, array) -> {
            out.println(ink.bold(name) + ": " + array);
            int examples = array.rank() == 0 || array.size() == 0 ? 1 : (int) array.dimension(0);
            int row = array.size() / examples;
            for (int i = 0; i < Math.min(command.show, examples); i++) {
                double[] values = new double[row];
                for (int j = 0; j < row; j++) {
                    values[j] = array.getDouble(i * row + j);
                }
                StringBuilder line = new StringBuilder("  " + ExampleViews.name(session, i) + ":");
                for (int j : Ranking.top(values, command.top, Ranking.Order.HIGHEST)) {
                    String label = session.className(j);
                    line.append("  [")
                            .append(label.isEmpty() ? Integer.toString(j) : j + " " + label)
                            .append("] ");
                    line.append(Summary.number(values[j]));
                }
                out.println(line);
            }
            if (examples > command.show) {
                out.println(ink.faint("  and " + (examples - command.show) + " more examples"));
            }
        });
    }
}
