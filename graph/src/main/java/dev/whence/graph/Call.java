package dev.whence.graph;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One occurrence of an operator at work: its node and its tensors. Forward functions see inputs only; gradients and rules
 * see outputs too. Values that were declared as not read may be gone; their shapes stay.
 */
public final class Call {
    private final Node node;
    private final Precision precision;
    private final @Nullable Tensor[] inputs;
    private final @Nullable Tensor[] outputs;
    private final long[] @Nullable [] inputShapes;
    private final long[] @Nullable [] outputShapes;
    private final NdArray.@Nullable Type[] inputTypes;
    private final boolean[] active;

    Call(
            Node node,
            Precision precision,
            @Nullable Tensor[] inputs,
            @Nullable Tensor[] outputs,
            long[] @Nullable [] inputShapes,
            long[] @Nullable [] outputShapes,
            NdArray.@Nullable Type[] inputTypes,
            boolean[] active) {
        this.node = node;
        this.precision = precision;
        this.inputs = inputs;
        this.outputs = outputs;
        this.inputShapes = inputShapes;
        this.outputShapes = outputShapes;
        this.inputTypes = inputTypes;
        this.active = active;
    }

    static Call forward(Node node, Precision precision, @Nullable Slot[] in) {
        return of(node, precision, in, new Slot[0]);
    }

    static Call of(Node node, Precision precision, @Nullable Slot[] in, @Nullable Slot[] out) {
        boolean[] active = new boolean[in.length];
        for (int i = 0; i < in.length; i++) {
            Slot slot = in[i];
            active[i] = slot != null && slot.isActive();
        }
        return new Call(node, precision, tensors(in), tensors(out), shapes(in), shapes(out), types(in), active);
    }

    private static @Nullable Tensor[] tensors(@Nullable Slot[] slots) {
        @Nullable Tensor[] out = new @Nullable Tensor[slots.length];
        for (int i = 0; i < slots.length; i++) {
            Slot slot = slots[i];
            out[i] = slot == null ? null : slot.tensorIfKept();
        }
        return out;
    }

    private static long[] @Nullable [] shapes(@Nullable Slot[] slots) {
        long[] @Nullable [] out = new long[slots.length] @Nullable [];
        for (int i = 0; i < slots.length; i++) {
            Slot slot = slots[i];
            out[i] = slot == null ? null : slot.shape();
        }
        return out;
    }

    private static NdArray.@Nullable Type[] types(@Nullable Slot[] slots) {
        NdArray.@Nullable Type[] out = new NdArray.@Nullable Type[slots.length];
        for (int i = 0; i < slots.length; i++) {
            Slot slot = slots[i];
            out[i] = slot == null ? null : slot.type();
        }
        return out;
    }

    /** The node. */
    public Node node() {
        return node;
    }

    /** The node's attributes. */
    public Attributes attributes() {
        return node.attributes();
    }

    /** The version of the operator's domain that the model imports. */
    public int opset() {
        return node.opset();
    }

    /** The number of inputs, absent ones included. */
    public int arity() {
        return inputs.length;
    }

    /** The number of outputs that the node names, unwanted ones included. */
    public int outputCount() {
        return node.outputs().size();
    }

    /** Whether somebody wants output {@code index}. */
    public boolean wants(int index) {
        return index < node.outputs().size() && !node.outputs().get(index).isEmpty();
    }

    /** Whether an input is given. */
    public boolean has(int index) {
        return index < inputs.length && inputShapes[index] != null;
    }

    /** Whether an input carries attribution. */
    public boolean isActive(int index) {
        return index < active.length && active[index];
    }

    /** How many inputs carry attribution. */
    public int activeCount() {
        int n = 0;
        for (boolean a : active) {
            n += a ? 1 : 0;
        }
        return n;
    }

    /** The index of the first input that carries attribution, or -1. */
    public int firstActive() {
        for (int i = 0; i < active.length; i++) {
            if (active[i]) {
                return i;
            }
        }
        return -1;
    }

    /** An input that must be given. */
    public Tensor in(int index) {
        Tensor tensor = optional(index);
        if (tensor == null) {
            if (has(index)) {
                throw new IllegalStateException("input " + index + " of node '" + node.name()
                        + "' was freed: a rule reads more than it declared");
            }
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "input " + index + " is missing; this operator cannot work without it");
        }
        return tensor;
    }

    /** An input, or null if it is not given. */
    public @Nullable Tensor optional(int index) {
        return index < inputs.length ? inputs[index] : null;
    }

    /** An output; only for gradients and rules. */
    public Tensor out(int index) {
        Tensor tensor = index < outputs.length ? outputs[index] : null;
        if (tensor == null) {
            throw new IllegalStateException("output " + index + " of node '" + node.name()
                    + "' is not kept: a rule reads more than it declared");
        }
        return tensor;
    }

    /** The shape of an input that is given, even after its memory was freed. */
    public long[] shape(int index) {
        long[] shape = index < inputShapes.length ? inputShapes[index] : null;
        if (shape == null) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "input " + index + " is missing; this operator cannot work without it");
        }
        return shape.clone();
    }

    /** The element type of an input that is given, even after its memory was freed. */
    public NdArray.Type type(int index) {
        NdArray.Type type = index < inputTypes.length ? inputTypes[index] : null;
        if (type == null) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "input " + index + " is missing; this operator cannot work without it");
        }
        return type;
    }

    /** The number of axes of an input. */
    public int rank(int index) {
        return shape(index).length;
    }

    /** The shape of an output; only for gradients and rules. */
    public long[] outShape(int index) {
        long[] shape = index < outputShapes.length ? outputShapes[index] : null;
        if (shape == null) {
            throw new IllegalStateException("output " + index + " of node '" + node.name() + "' does not exist");
        }
        return shape.clone();
    }

    /** The type in which values of a declared type are computed in this run. */
    public NdArray.Type resolve(NdArray.Type declared) {
        return precision.resolve(declared);
    }

    /** The precision of this run. */
    public Precision precision() {
        return precision;
    }

    /** An axis attribute, counted from the front. */
    public int axis(String name, long otherwise, int rank) {
        return axis(attributes().integer(name, otherwise), rank);
    }

    /** An axis that may be negative, counted from the front and checked. */
    public static int axis(long axis, int rank) {
        if (axis < -rank || (axis >= rank && !(rank == 0 && axis == 0))) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "axis " + axis + " is out of range for a tensor of rank " + rank);
        }
        return (int) (axis < 0 ? axis + rank : axis);
    }

    /** The same call with one input replaced (or removed by null); outputs are forgotten. */
    public Call with(int index, @Nullable Tensor tensor) {
        @Nullable Tensor[] changed = inputs.clone();
        changed[index] = tensor;
        return with(changed);
    }

    /** The same call on other inputs; outputs are forgotten. */
    public Call with(@Nullable Tensor[] changed) {
        long[] @Nullable [] shapes = new long[changed.length] @Nullable [];
        for (int i = 0; i < changed.length; i++) {
            Tensor tensor = changed[i];
            shapes[i] = tensor == null ? null : tensor.shape();
        }
        NdArray.@Nullable Type[] types = new NdArray.@Nullable Type[changed.length];
        for (int i = 0; i < changed.length; i++) {
            Tensor tensor = changed[i];
            types[i] = tensor == null ? null : tensor.type();
        }
        return new Call(node, precision, changed, new Tensor[0], shapes, new long[0][], types, active);
    }

    /** The same call that also knows its outputs. */
    public Call withOutputs(Tensor... results) {
        long[] @Nullable [] shapes = new long[results.length] @Nullable [];
        for (int i = 0; i < results.length; i++) {
            shapes[i] = results[i].shape();
        }
        return new Call(node, precision, inputs, results, inputShapes, shapes, inputTypes, active);
    }

    /** The inputs, absent ones null; a copy. */
    public @Nullable Tensor[] inputs() {
        return inputs.clone();
    }
}
