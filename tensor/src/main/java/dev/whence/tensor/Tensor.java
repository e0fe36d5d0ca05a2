package dev.whence.tensor;

import dev.whence.core.NdArray;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A native array of numbers on a device: a thin facade over libtorch. Operators return new tensors that belong to the
 * innermost {@link TensorScope} of the thread and never change their operands; a few may share memory with them (views),
 * which is harmless because nothing here writes in place unless its name says so.
 *
 * <p>Element types are those of {@link NdArray.Type}. Unsigned 16, 32 and 64-bit integers are kept in the next larger
 * signed type (64-bit ones as their bit pattern) and remember their declared type; see {@link #as(NdArray.Type)}.
 *
 * <p>Safe to read from several threads once made.
 */
public final class Tensor extends ElementwiseFunctions implements AutoCloseable {
    TensorScope scope;
    int slot;
    private NdArray.@Nullable Type declared;
    private long @Nullable [] shape;
    private boolean freed;

    private Tensor(org.bytedeco.pytorch.Tensor at) {
        super(at);
        this.scope = TensorScope.innermost();
        scope.register(this);
    }

    /** Takes ownership of a native tensor for the innermost scope. */
    static Tensor wrap(org.bytedeco.pytorch.Tensor at) {
        return new Tensor(at);
    }

    // ---- making and reading ------------------------------------------------------------------------------------

    /** Copies an array in; float32 and float64 keep their type, halves become native halves. */
    public static Tensor of(NdArray array) {
        return NativeMemory.copyIn(array);
    }

    /**
     * Copies little-endian bytes in; not for unsigned 16 and 32-bit integers, which are stored wider.
     *
     * @throws IllegalArgumentException if the bytes are not as many as the shape needs
     */
    public static Tensor ofBytes(NdArray.Type type, java.lang.foreign.MemorySegment bytes, long... shape) {
        return NativeMemory.ofBytes(type, bytes, shape);
    }

    /** A tensor filled with one value. */
    public static Tensor full(double value, NdArray.Type type, long... shape) {
        try (Scalar s = type.isFloating() ? new Scalar(value) : new Scalar((long) value);
                var options = Types.options(type)) {
            return wrap(torch.full(shape, s, options)).as(type);
        }
    }

    /** A tensor of zeros. */
    public static Tensor zeros(NdArray.Type type, long... shape) {
        try (var options = Types.options(type)) {
            return wrap(torch.zeros(shape, options)).as(type);
        }
    }

    /** Copies the elements out. */
    public NdArray toNdArray() {
        return NativeMemory.copyOut(this);
    }

    /** The only element, as a double. */
    public double item() {
        if (size() != 1) {
            throw new IllegalStateException("item() needs one element, found " + Arrays.toString(shape()));
        }
        return toNdArray().getDouble(0);
    }

    /** All elements as doubles, row-major. */
    public double[] toDoubles() {
        return toNdArray().toDoubles();
    }

    /** All elements as longs, row-major. */
    public long[] toLongs() {
        return toNdArray().toLongs();
    }

    @Override
    public NdArray.Type type() {
        return declared != null ? declared : Types.of(at);
    }

    /** The same memory declared to hold another type of the same storage; for unsigned integers. */
    public Tensor as(NdArray.Type type) {
        declared = Types.isStoredWider(type) ? type : null;
        return this;
    }

    /** A copy of the shape. */
    public long[] shape() {
        return dimensions().clone();
    }

    private long[] dimensions() {
        if (shape == null) {
            long[] s = new long[(int) at.dim()];
            for (int i = 0; i < s.length; i++) {
                s[i] = at.size(i);
            }
            shape = s;
        }
        return shape;
    }

    /** The number of axes. */
    public int rank() {
        return dimensions().length;
    }

    /** The length of an axis; negative axes count from the end. */
    public long dimension(int axis) {
        long[] s = dimensions();
        return s[axis < 0 ? axis + s.length : axis];
    }

    /** The number of elements. */
    public long size() {
        return NdArray.elements(dimensions());
    }

    /** What the elements take in memory. */
    public long bytes() {
        return at.nbytes();
    }

    /** Whether both have the same shape. */
    public boolean hasShapeOf(Tensor other) {
        return Arrays.equals(dimensions(), other.dimensions());
    }

    /** The device, as {@code cpu} or {@code cuda:0}. */
    public Device device() {
        return Device.of(at);
    }

    /** This tensor on a device; itself if it is there already. */
    public Tensor on(Device device) {
        return device.equals(device()) ? this : wrap(device.copy(at)).as(type());
    }

    /** Frees the memory before the scope does; harmless when called twice. */
    @Override
    public void close() {
        if (!freed) {
            scope.release(this);
            free();
        }
    }

    /** Whether the memory has been freed. */
    public boolean isClosed() {
        return freed;
    }

    void free() {
        freed = true;
        at.close();
    }

    // ---- types and shapes --------------------------------------------------------------------------------------

    /** The elements converted to another type; itself if it has that type. Real numbers are truncated to integers. */
    public Tensor to(NdArray.Type type) {
        return type == type() ? this : wrap(at.to(Types.scalarType(type))).as(type);
    }

    /** The same elements under another shape of the same size; -1 stands for one axis that is worked out. */
    public Tensor reshape(long... newShape) {
        return wrap(torch.reshape(at, newShape)).as(type());
    }

    /** The axes in another order. */
    public Tensor permute(long... axes) {
        return wrap(at.permute(axes)).as(type());
    }

    /** Two axes swapped; negative axes count from the end. */
    public Tensor transpose(int a, int b) {
        return wrap(torch.transpose(at, a, b)).as(type());
    }

    /** Axes of length 1 stretched to {@code newShape}, new axes in front. */
    public Tensor expand(long... newShape) {
        return wrap(at.expand(newShape)).as(type());
    }

    /** A new axis of length 1. */
    public Tensor unsqueeze(int axis) {
        return wrap(torch.unsqueeze(at, axis)).as(type());
    }

    /** An axis of length 1 removed. */
    public Tensor squeeze(int axis) {
        return wrap(torch.squeeze(at, axis)).as(type());
    }

    /** {@code length} entries of an axis from {@code start}. */
    public Tensor narrow(int axis, long start, long length) {
        return wrap(at.narrow(axis, start, length)).as(type());
    }

    /** One entry of an axis, which disappears. */
    public Tensor select(int axis, long index) {
        return wrap(torch.select(at, axis, index)).as(type());
    }

    /** Every {@code step}-th entry of an axis from {@code start} (inclusive) to {@code end} (exclusive); step &gt; 0. */
    public Tensor slice(int axis, long start, long end, long step) {
        try (var from = new org.bytedeco.pytorch.LongOptional(start);
                var to = new org.bytedeco.pytorch.LongOptional(end)) {
            return wrap(at.slice(axis, from, to, step)).as(type());
        }
    }

    /** Axes turned around. */
    public Tensor flip(long... axes) {
        return wrap(at.flip(axes)).as(type());
    }

    /** The tensor repeated along each axis, as numpy's tile with as many repeats as axes. */
    public Tensor repeat(long... repeats) {
        return wrap(at.repeat(repeats)).as(type());
    }

    /** The same values laid out row-major in memory; itself if they are. */
    public Tensor contiguous() {
        return at.is_contiguous() ? this : wrap(at.contiguous()).as(type());
    }

    /** A copy with memory of its own. */
    public Tensor copy() {
        return wrap(at.clone()).as(type());
    }

    /** Another handle to the same memory that belongs to the innermost scope. */
    public Tensor alias() {
        return wrap(new org.bytedeco.pytorch.Tensor(at)).as(type());
    }

    /** Tensors joined along an axis. */
    public static Tensor concat(int axis, Tensor... parts) {
        try (TensorVector v = vector(parts)) {
            return wrap(torch.cat(v, axis)).as(parts[0].type());
        }
    }

    /** Tensors of one shape stacked along a new axis. */
    public static Tensor stack(int axis, Tensor... parts) {
        try (TensorVector v = vector(parts)) {
            return wrap(torch.stack(v, axis)).as(parts[0].type());
        }
    }

    // ---- selection ---------------------------------------------------------------------------------------------

    /** Elements of {@code yes} where this is true, else of {@code no}; all three broadcast. */
    public Tensor where(Tensor yes, Tensor no) {
        return Selection.isFaster(this, yes, no)
                ? Selection.byBits(this, yes, no)
                : wrap(torch.where(at, yes.at, no.at)).as(yes.type());
    }

    /** Whether no element of a tensor of truth values is true. */
    public boolean isAllFalse() {
        try (var any = torch.any(at)) {
            return !any.item_bool();
        }
    }

    /** Whole entries of an axis by index, as numpy's take; {@code index} is one-dimensional int64. */
    public Tensor indexSelect(int axis, Tensor index) {
        return wrap(torch.index_select(at, axis, index.at)).as(type());
    }

    /** Single elements along an axis, as numpy's take_along_axis; {@code index} is int64 of the result's shape. */
    public Tensor gather(int axis, Tensor index) {
        return wrap(torch.gather(at, axis, index.at)).as(type());
    }

    /** A copy with {@code values} added at {@code index} along an axis (repeated indices accumulate). */
    public Tensor scatterAdd(int axis, Tensor index, Tensor values) {
        return wrap(torch.scatter_add(at, axis, index.at, values.at));
    }

    /** A copy with {@code values} written at {@code index} along an axis. */
    public Tensor scatter(int axis, Tensor index, Tensor values) {
        return wrap(torch.scatter(at, axis, index.at, values.at)).as(type());
    }

    /** A copy with rows of {@code values} added to the entries {@code index} of an axis. */
    public Tensor indexAdd(int axis, Tensor index, Tensor values) {
        return wrap(torch.index_add(at, axis, index.at, values.at));
    }

    // ---- reductions --------------------------------------------------------------------------------------------

    /** The sum over axes; all axes if none is given. */
    public Tensor sum(boolean keepAxes, long... axes) {
        if (axes.length == 0) {
            return sumAll(keepAxes);
        }
        try (ScalarTypeOptional same = new ScalarTypeOptional()) {
            return wrap(torch.sum(at, axes, keepAxes, same));
        }
    }

    private Tensor sumAll(boolean keepAxes) {
        Tensor total = wrap(torch.sum(at));
        long[] ones = new long[rank()];
        Arrays.fill(ones, 1);
        return keepAxes ? total.reshape(ones) : total;
    }

    /** The mean over axes. */
    public Tensor mean(boolean keepAxes, long... axes) {
        try (ScalarTypeOptional same = new ScalarTypeOptional()) {
            return wrap(torch.mean(at, axes, keepAxes, same));
        }
    }

    /** The largest element over axes. */
    public Tensor max(boolean keepAxes, long... axes) {
        return wrap(torch.amax(at, axes, keepAxes));
    }

    /** The smallest element over axes. */
    public Tensor min(boolean keepAxes, long... axes) {
        return wrap(torch.amin(at, axes, keepAxes));
    }

    /** The index of the largest element of an axis; the first one among equals. */
    public Tensor argMax(int axis, boolean keepAxis) {
        try (var dim = new org.bytedeco.pytorch.LongOptional(axis)) {
            return wrap(torch.argmax(at, dim, keepAxis));
        }
    }

    /** The index of the smallest element of an axis; the first one among equals. */
    public Tensor argMin(int axis, boolean keepAxis) {
        try (var dim = new org.bytedeco.pytorch.LongOptional(axis)) {
            return wrap(torch.argmin(at, dim, keepAxis));
        }
    }

    /** Sums away the axes along which a tensor of {@code wanted} shape was broadcast to this shape. */
    public Tensor sumTo(long... wanted) {
        return Arrays.equals(wanted, dimensions()) ? this : wrap(at.sum_to_size(wanted));
    }

    /** e^x normalised to sum 1 along an axis. */
    public Tensor softmax(int axis) {
        return wrap(torch.softmax(at, axis));
    }

    /** The logarithm of {@link #softmax}, without overflow. */
    public Tensor logSoftmax(int axis) {
        return wrap(torch.log_softmax(at, axis));
    }

    /** ln of the sum of e^x over axes, without overflow. */
    public Tensor logSumExp(boolean keepAxes, long... axes) {
        return wrap(torch.logsumexp(at, axes, keepAxes));
    }

    /** The product over axes; all axes if none is given. Integers and truth values give int64. */
    public Tensor product(boolean keepAxes, long... axes) {
        long[] over =
                axes.length == 0 ? java.util.stream.LongStream.range(0, rank()).toArray() : axes.clone();
        for (int i = 0; i < over.length; i++) {
            over[i] = over[i] < 0 ? over[i] + rank() : over[i];
        }
        Arrays.sort(over);
        Tensor result = this;
        try (ScalarTypeOptional same = new ScalarTypeOptional()) {
            for (int i = over.length - 1; i >= 0; i--) {
                result = wrap(torch.prod(result.at, over[i], keepAxes, same));
            }
        }
        return result;
    }

    /** The sum of an axis up to each entry. Integers and truth values give int64. */
    public Tensor cumulativeSum(int axis) {
        return wrap(torch.cumsum(at, axis));
    }

    /** The product of an axis up to each entry. Integers and truth values give int64. */
    public Tensor cumulativeProduct(int axis) {
        return wrap(torch.cumprod(at, axis));
    }

    /**
     * Each slice over the last axes, {@code axes} of them, brought to mean 0 and variance 1 (of n, plus
     * {@code epsilon}), then scaled and shifted.
     */
    public Tensor layerNorm(int axes, @Nullable Tensor scale, @Nullable Tensor shift, double epsilon) {
        long[] normalised = Arrays.copyOfRange(dimensions(), rank() - axes, rank());
        try (var w = optional(scale);
                var b = optional(shift)) {
            return wrap(torch.layer_norm(at, normalised, w, b, epsilon, false));
        }
    }

    /** The matrix product, batched over leading axes. */
    public Tensor matmul(Tensor other) {
        double columns = other.rank() < 2 ? 1 : other.dimension(-1);
        BlasThreads.prepare(size() * columns, torch.get_num_threads());
        return wrap(torch.matmul(at, other.at));
    }

    // ---- windows and borders -----------------------------------------------------------------------------------

    /** A view with the windows of {@code size} entries along an axis, every {@code step}, in a new last axis. */
    public Tensor unfold(int axis, long size, long step) {
        return wrap(at.unfold(axis, size, step)).as(type());
    }

    /**
     * The tensor with a border of one value. {@code beforeAfter} holds two lengths an axis, the last axis first; axes
     * left out get no border, and a negative length cuts off.
     */
    public Tensor pad(double value, long... beforeAfter) {
        try (Scalar s = scalar(value)) {
            return wrap(torch.constant_pad_nd(at, beforeAfter, s)).as(type());
        }
    }

    // ---- in place: for speed, on tensors that nobody else reads -------------------------------------------------

    /** Adds {@code other} to this tensor itself, and returns it. */
    public Tensor addInPlace(Tensor other) {
        at.add_(other.at);
        return this;
    }

    /** Adds {@code factor * other} to this tensor itself, and returns it. */
    public Tensor addInPlace(Tensor other, double factor) {
        try (Scalar s = scalar(factor)) {
            at.add_(other.at, s);
        }
        return this;
    }

    /** Multiplies this tensor itself, and returns it. */
    public Tensor mulInPlace(Tensor other) {
        at.mul_(other.at);
        return this;
    }

    /** Multiplies this tensor itself, and returns it. */
    public Tensor mulInPlace(double factor) {
        try (Scalar s = scalar(factor)) {
            at.mul_(s);
        }
        return this;
    }

    /** Divides this tensor itself, and returns it. */
    public Tensor divideInPlace(Tensor other) {
        at.div_(other.at);
        return this;
    }

    /** Takes the absolute value of this tensor itself, and returns it. */
    public Tensor absInPlace() {
        at.abs_();
        return this;
    }

    /** Raises this tensor's own elements to a number where they are below it, and returns it. */
    public Tensor atLeastInPlace(double low) {
        try (Scalar s = scalar(low)) {
            at.clamp_min_(s);
        }
        return this;
    }

    /** Cuts this tensor's own elements off, and returns it. */
    public Tensor clampInPlace(double low, double high) {
        try (Scalar lo = new Scalar(low);
                Scalar hi = new Scalar(high);
                var from = new org.bytedeco.pytorch.ScalarOptional(lo);
                var to = new org.bytedeco.pytorch.ScalarOptional(hi)) {
            at.clamp_(from, to);
        }
        return this;
    }

    /**
     * The same elements with the channels (axis 1) innermost in memory, which convolutions of float32 prefer; shapes and axes
     * do not change.
     */
    public Tensor channelsInnermost() {
        int rank = rank();
        long[] there = new long[rank];
        long[] back = new long[rank];
        for (int i = 0; i < rank; i++) {
            there[i] = i == 0 ? 0 : i == rank - 1 ? 1 : i + 1;
            back[i] = i == 0 ? 0 : i == 1 ? rank - 1 : i - 1;
        }
        try (var moved = at.permute(there);
                var laid = moved.contiguous()) {
            return wrap(laid.permute(back)).as(type());
        }
    }

    /** Overwrites this tensor's elements, and returns it. */
    public Tensor copyInPlace(Tensor other) {
        at.copy_(other.at);
        return this;
    }

    // ---- helpers for this package ------------------------------------------------------------------------------

    static TensorVector vector(Tensor... parts) {
        TensorVector v = new TensorVector();
        for (Tensor part : parts) {
            v.push_back(part.at);
        }
        return v;
    }

    static TensorOptional optional(@Nullable Tensor tensor) {
        return tensor == null ? new TensorOptional() : new TensorOptional(tensor.at);
    }

    /** Type and shape, such as {@code FLOAT32 [8, 10]}. */
    @Override
    public String toString() {
        return freed ? "closed tensor" : type() + " " + Arrays.toString(dimensions());
    }
}
