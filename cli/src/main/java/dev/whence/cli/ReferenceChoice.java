package dev.whence.cli;

import dev.whence.cli.inputs.Declared;
import dev.whence.cli.inputs.InputKind;
import dev.whence.cli.inputs.InputOptions;
import dev.whence.cli.inputs.Inputs;
import dev.whence.cli.inputs.LoadedInput;
import dev.whence.cli.inputs.ReferenceSpec;
import dev.whence.cli.inputs.RowSelection;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.explain.ReferenceInputs;
import dev.whence.explain.References;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes what inputs are compared with, as the user says it, out of the inputs and of files. */
final class ReferenceChoice {
    private static final int LETTERS = 4;

    private final Session session;
    private final long seed;
    private final List<String> notices = new ArrayList<>();

    private ReferenceChoice(Session session, long seed) {
        this.session = session;
        this.seed = seed;
    }

    /**
     * A reference with what the user should know of it.
     *
     * @param inputs the reference
     * @param notices sentences
     */
    record Made(ReferenceInputs inputs, List<String> notices) {}

    /**
     * Makes references for every input that holds real numbers; an input that no text names gets zeros.
     *
     * @param texts what stands after {@code --reference}
     * @throws WhenceException if a text names no such input, or does not fit what the input shows
     */
    static Made make(List<ReferenceSpec> texts, Session session, long seed) {
        ReferenceChoice choice = new ReferenceChoice(session, seed);
        Map<String, ReferenceSpec> byInput = choice.assigned(texts);
        Map<String, List<NdArray>> each = new LinkedHashMap<>();
        byInput.forEach((name, spec) -> each.put(name, choice.references(name, spec)));
        return new Made(new ReferenceInputs(description(byInput), joined(each)), choice.notices);
    }

    private Map<String, ReferenceSpec> assigned(List<ReferenceSpec> texts) {
        Set<String> real = session.realInputs();
        Map<String, ReferenceSpec> byInput = new LinkedHashMap<>();
        ReferenceSpec rest = new ReferenceSpec.Zeros();
        boolean isRestGiven = false;
        for (ReferenceSpec spec : texts) {
            String name = spec.input().orElse(null);
            if (name == null) {
                if (isRestGiven) {
                    throw new WhenceException(
                            ErrorCode.USAGE,
                            "Two references are given for the same inputs, '" + rest.text() + "' and '" + spec.text()
                                    + "'; name the input with NAME=..., or compare them with 'whence compare'.");
                }
                rest = spec;
                isRestGiven = true;
                continue;
            }
            if (!real.contains(name)) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Reference '" + spec.text() + "': the model has no input '" + name + "' of real numbers"
                                + Suggestions.ending(name, real) + " It has " + String.join(", ", real) + ".");
            }
            if (byInput.put(name, spec) != null) {
                throw new WhenceException(ErrorCode.USAGE, "Two references are given for input '" + name + "'.");
            }
        }
        Map<String, ReferenceSpec> ordered = new LinkedHashMap<>();
        for (String name : real) {
            ordered.put(name, byInput.getOrDefault(name, rest));
        }
        return ordered;
    }

    private static String description(Map<String, ReferenceSpec> byInput) {
        Set<String> texts = new LinkedHashSet<>();
        byInput.forEach((name, spec) ->
                texts.add(spec.input().isPresent() || byInput.size() == 1 ? spec.text() : name + "=" + spec.text()));
        boolean same = byInput.values().stream().distinct().count() == 1;
        return same ? byInput.values().iterator().next().text() : String.join(", ", texts);
    }

    /** Lines up the references of several inputs; one stands beside several of another. */
    private static List<Map<String, NdArray>> joined(Map<String, List<NdArray>> each) {
        int count = each.values().stream().mapToInt(List::size).max().orElseThrow();
        List<Map<String, NdArray>> out = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            Map<String, NdArray> one = new LinkedHashMap<>();
            for (Map.Entry<String, List<NdArray>> entry : each.entrySet()) {
                List<NdArray> list = entry.getValue();
                if (list.size() != 1 && list.size() != count) {
                    throw new WhenceException(
                            ErrorCode.USAGE,
                            "Every input must have one reference or the same number of them; '" + entry.getKey()
                                    + "' has " + list.size() + ", another has " + count + ".");
                }
                one.put(entry.getKey(), list.get(list.size() == 1 ? 0 : k));
            }
            out.add(one);
        }
        return out;
    }

    private List<NdArray> references(String name, ReferenceSpec spec) {
        LoadedInput input = session.input(name);
        NdArray x = input.values();
        return switch (spec) {
            case ReferenceSpec.ForInput(String _, ReferenceSpec inner) -> references(name, inner);
            case ReferenceSpec.Zeros() -> List.of(References.zeros(x));
            case ReferenceSpec.Mean() -> {
                if (input.examples() == 1) {
                    notices.add("The mean of one example is that example, so every score is 0; give more examples, or"
                            + " a file with a mean.");
                }
                yield List.of(References.mean(x));
            }
            case ReferenceSpec.Blur(double sigma) -> List.of(References.blurred(x, sigma, spatialAxes(name, input)));
            case ReferenceSpec.Constant(List<Double> values) -> List.of(constant(input, values));
            case ReferenceSpec.Shuffled(int count, boolean pairs) -> shuffled(name, input, count, pairs);
            case ReferenceSpec.Token _, ReferenceSpec.Padding _ ->
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Reference '" + spec.text() + "' is for token ids; input '" + name + "' is " + x + ".");
            case ReferenceSpec.File file -> fromFile(name, input, file);
        };
    }

    private static NdArray constant(LoadedInput input, List<Double> values) {
        double[] all = values.stream().mapToDouble(Double::doubleValue).toArray();
        int axis =
                channelAxis(input, all.length).orElse(Math.max(1, input.values().rank() - 1));
        if (all.length > 1 && input.values().rank() < 2) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Input " + input.values() + " has no channels; give one value, constant:V.");
        }
        return References.constant(input.values(), axis, all);
    }

    /** The axis of channels: the one that the reader knows, else the only one of the wanted length. */
    static OptionalInt channelAxis(LoadedInput input, int length) {
        if (input.channelAxis() > 0) {
            return OptionalInt.of(input.channelAxis());
        }
        NdArray x = input.values();
        int found = -1;
        for (int axis = 1; axis < x.rank(); axis++) {
            if (x.dimension(axis) == length) {
                if (found > 0) {
                    return x.rank() == 4 ? OptionalInt.of(found) : OptionalInt.of(axis);
                }
                found = axis;
            }
        }
        return found > 0 ? OptionalInt.of(found) : OptionalInt.empty();
    }

    private static int[] spatialAxes(String name, LoadedInput input) {
        NdArray x = input.values();
        boolean last = input.channelAxis() == 3 || (input.channelAxis() < 0 && isChannelsLast(x));
        if (x.rank() == 4) {
            return last ? new int[] {1, 2} : new int[] {2, 3};
        }
        if (x.rank() == 3 && input.kind() != InputKind.SEQUENCE) {
            return new int[] {1, 2};
        }
        throw new WhenceException(ErrorCode.USAGE, "Only pictures can be blurred; input '" + name + "' is " + x + ".");
    }

    private static boolean isChannelsLast(NdArray x) {
        return x.rank() == 4
                && (x.dimension(3) == 1 || x.dimension(3) == 3)
                && x.dimension(1) != 1
                && x.dimension(1) != 3;
    }

    private List<NdArray> shuffled(String name, LoadedInput input, int count, boolean pairs) {
        NdArray x = input.values();
        int axis = channelAxis(input, LETTERS)
                .orElseThrow(() -> new WhenceException(
                        ErrorCode.USAGE,
                        "Only sequences can be shuffled: input '" + name + "' is " + x
                                + ", and none of its axes holds 4 letters."));
        NdArray perInput = pairs
                ? References.dinucleotideShuffled(x, axis, count, seed)
                : References.shuffled(x, axis, count, seed);
        return ofOne(ReferenceInputs.several("", name, perInput), name);
    }

    private static List<NdArray> ofOne(ReferenceInputs made, String name) {
        List<NdArray> out = new ArrayList<>();
        made.each()
                .forEach(one ->
                        out.add(one.getOrDefault(name, one.values().iterator().next())));
        return out;
    }

    // ---- files -------------------------------------------------------------------------------------------------

    private List<NdArray> fromFile(String name, LoadedInput input, ReferenceSpec.File file) {
        Declared declared = session.declared(name);
        InputOptions options = session.options().withRows(RowSelection.ALL);
        int examples = input.examples();
        NdArray several = severalPerInput(file, declared, options, input.values());
        if (several != null) {
            return ofOne(ReferenceInputs.several("", name, several), name);
        }
        LoadedInput read = Inputs.load(List.of(file.path()), declared, options);
        notices.addAll(read.notices());
        NdArray values = read.values();
        requireSameShape(file, values, input.values());
        int rows = read.examples();
        if (rows != 1 && rows != examples && !session.options().rows().isAll()) {
            int[] taken = session.options().rows().rows(file.path().toString(), rows);
            if (rows == session.examplesInFile(name)) {
                return List.of(selected(values, taken));
            }
        }
        if (rows == 1 || rows == examples) {
            return List.of(values);
        }
        notices.add("Every input is compared with each of the " + rows + " examples of " + file.path()
                + "; contributions are the mean.");
        return ofOne(ReferenceInputs.rows("", name, values), name);
    }

    private static NdArray selected(NdArray values, int[] rows) {
        long[] shape = values.shape();
        int row = (int) (values.size() / shape[0]);
        shape[0] = rows.length;
        double[] out = new double[rows.length * row];
        for (int i = 0; i < out.length; i++) {
            out[i] = values.getDouble(rows[i / row] * row + i % row);
        }
        NdArray doubles = NdArray.of(out, shape);
        return values.type() == NdArray.Type.FLOAT64 ? doubles : NdArray.of(doubles.toFloats(), shape);
    }

    /** An npy file with one axis more than the input holds several references for each of them, {@code [N, K, ...]}. */
    private static @Nullable NdArray severalPerInput(
            ReferenceSpec.File file, Declared declared, InputOptions options, NdArray x) {
        if (!file.path().toString().endsWith(".npy")) {
            return null;
        }
        Declared any = Declared.ofAnyShape(declared.name(), declared.type());
        NdArray raw = Inputs.load(List.of(file.path()), any, options).values();
        boolean fits = raw.rank() == x.rank() + 1 && raw.rank() > 1 && raw.dimension(0) == x.dimension(0);
        for (int axis = 1; fits && axis < x.rank(); axis++) {
            fits = raw.dimension(axis + 1) == x.dimension(axis);
        }
        return fits && raw.dimension(1) > 0 ? raw : null;
    }

    private static void requireSameShape(ReferenceSpec.File file, NdArray found, NdArray x) {
        boolean fits = found.rank() == x.rank();
        for (int axis = 1; fits && axis < x.rank(); axis++) {
            fits = found.dimension(axis) == x.dimension(axis);
        }
        if (!fits) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    file.path() + ": the reference is " + found + "; wanted is the shape of the input, " + x
                            + ", with any number of examples.");
        }
    }
}
