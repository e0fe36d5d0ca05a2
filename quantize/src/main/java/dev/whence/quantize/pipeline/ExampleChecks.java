package dev.whence.quantize.pipeline;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import dev.whence.quantize.model.ExampleRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Refuses calibration examples that a model cannot run, and warns of those that say little. */
final class ExampleChecks {
    private static final int FEW = 8;

    /** Whole numbers above this are bytes: no usual normalisation reaches so far. */
    private static final double LARGE = 16;

    private static final int PICTURE_RANK = 4;

    private ExampleChecks() {}

    /** Refuses what does not fit the inputs of a graph. */
    static void require(Graph graph, Map<String, NdArray> examples) {
        for (String name : examples.keySet()) {
            if (graph.inputs().stream().noneMatch(input -> input.name().equals(name))) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "Model '" + graph.name() + "' has no input '" + name
                                + "' for calibration examples; its inputs are " + graph.inputs() + ".");
            }
        }
        int count = ExampleRows.count(examples);
        for (Value input : graph.inputs()) {
            NdArray array = examples.get(input.name());
            if (array == null) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "No calibration examples are given for input " + input + " of model '" + graph.name() + "'.");
            }
            requireShape(input, array);
            requireFinite(input, array);
            if (array.dimension(0) != count && !isForAll(input, array)) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "Calibration examples differ in number: input '" + input.name() + "' has " + array.dimension(0)
                                + " rows, another input has " + count + ".");
            }
        }
        int fixed = ExampleRows.fixedBatch(graph, examples);
        if (fixed > count) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "Model '" + graph.name() + "' runs batches of " + fixed + " examples and no others, but "
                            + (count == 1 ? "1 calibration example is" : count + " calibration examples are")
                            + " given; give a multiple of " + fixed + ", or export the model with a free first axis.");
        }
    }

    /** Whether rows are no examples: there is one for all, or as many as the model fixes. */
    private static boolean isForAll(Value input, NdArray array) {
        List<Dimension> shape = input.shape();
        return array.dimension(0) == 1
                || (shape != null
                        && shape.getFirst() instanceof Dimension.Fixed(long rows)
                        && rows == array.dimension(0));
    }

    private static void requireShape(Value input, NdArray array) {
        if (array.rank() == 0 || array.size() == 0) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "There are no calibration examples for input '" + input.name() + "': the array is " + array
                            + "; give at least one row, better 32 or more.");
        }
        List<Dimension> shape = input.shape();
        NdArray.Type type = input.type();
        if (shape != null && !fits(shape, array)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "Calibration examples for input '" + input.name() + "' are " + array + ", but the model wants "
                            + input + "." + advice(shape, array));
        }
        if (type != null && type.isFloating() != array.type().isFloating()) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "Calibration examples for input '" + input.name() + "' are " + array + ", but the model wants "
                            + input + "." + (type.isFloating() ? " Scale pixels as in training, to float32." : ""));
        }
    }

    /** Whether all but the first axis fit: batches are cut to the size that the model wants. */
    private static boolean fits(List<Dimension> shape, NdArray array) {
        boolean fits = shape.size() == array.rank();
        for (int i = 1; fits && i < shape.size(); i++) {
            fits = !(shape.get(i) instanceof Dimension.Fixed(long wanted)) || wanted == array.dimension(i);
        }
        return fits;
    }

    private static String advice(List<Dimension> shape, NdArray array) {
        if (shape.size() == PICTURE_RANK && array.rank() == PICTURE_RANK) {
            NdArray.Type type = array.type();
            long[] turned = {array.dimension(0), array.dimension(3), array.dimension(1), array.dimension(2)};
            boolean isChannelsLast = true;
            for (int i = 1; i < PICTURE_RANK; i++) {
                isChannelsLast &= !(shape.get(i) instanceof Dimension.Fixed(long wanted)) || wanted == turned[i];
            }
            if (isChannelsLast) {
                return " The channels come last in it: turn it into " + type + Arrays.toString(turned)
                        + ", in numpy by x.transpose(0, 3, 1, 2).";
            }
        }
        return shape.size() == array.rank() + 1 ? " An axis is missing, such as that of the channels." : "";
    }

    private static void requireFinite(Value input, NdArray array) {
        int place = array.firstNotFinite();
        if (place >= 0) {
            long each = array.size() / array.dimension(0);
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "Calibration examples for input '" + input.name() + "' hold " + array.getDouble(place)
                            + " in row " + place / each + " (the first is 0), at element " + place % each
                            + "; every number must be finite: leave that row out, or mend how it is made.");
        }
    }

    /** What the user should know of examples that can be run. */
    static List<String> warnings(Graph graph, Map<String, NdArray> examples) {
        List<String> out = new ArrayList<>();
        int count = ExampleRows.count(examples);
        if (count < FEW) {
            out.add("Only " + count + " calibration " + (count == 1 ? "example was" : "examples were")
                    + " given; ranges fitted to fewer than " + FEW + " say little about other examples.");
        }
        if (count < Examples.ENOUGH_TO_HOLD) {
            out.add("With fewer than " + Examples.ENOUGH_TO_HOLD
                    + " calibration examples none is held back: the divergence"
                    + " that is told, and that decides between allocations, is on the examples that the network was fitted"
                    + " to.");
        }
        int fixed = ExampleRows.fixedBatch(graph, examples);
        if (fixed > 1 && count % fixed != 0) {
            out.add("The last " + count % fixed + " calibration examples were left out: the model runs batches of "
                    + fixed + " and no others.");
        }
        examples.forEach((name, array) -> {
            String warning = warning(name, array);
            if (warning != null) {
                out.add(warning);
            }
        });
        return out;
    }

    private static @Nullable String warning(String name, NdArray array) {
        if (!array.type().isFloating()) {
            return null;
        }
        double first = array.getDouble(0);
        double least = first;
        double most = first;
        boolean isWhole = true;
        for (int i = 0; i < array.size(); i++) {
            double value = array.getDouble(i);
            least = Math.min(least, value);
            most = Math.max(most, value);
            isWhole &= value == Math.rint(value);
        }
        if (least == most) {
            return "All calibration examples for input '" + name + "' are the constant " + (float) first
                    + "; ranges fitted to them say nothing about other examples.";
        }
        if (array.rank() == PICTURE_RANK && isWhole && least >= 0 && most > LARGE) {
            return "Calibration examples for input '" + name + "' are whole numbers from " + (long) least + " to "
                    + (long) most
                    + ", as bytes are that nobody has normalised; scale them as in training, or ranges and"
                    + " bits are chosen for other pictures than the model knows.";
        }
        return null;
    }
}
