package dev.whence.graph;

import dev.whence.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Runs operators one by one inside an expansion, recording those that carry attribution. */
public interface Emitter {
    /** The opset in which expansions are written. */
    int OPSET = 23;

    /** Runs an operator of the standard domain that has one output. */
    Slot apply(String operator, Attributes attributes, @Nullable Slot... inputs);

    /** Runs an operator without attributes that has one output. */
    default Slot apply(String operator, @Nullable Slot... inputs) {
        return apply(operator, Attributes.NONE, inputs);
    }

    /** Runs an operator with several outputs. */
    Slot[] applyMany(String operator, int outputs, Attributes attributes, @Nullable Slot... inputs);

    /** A constant. */
    Slot constant(Tensor tensor);

    /** A constant list of whole numbers, such as axes or a shape. */
    Slot constant(long... values);
}
