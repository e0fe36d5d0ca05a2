package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Operators that join tensors and take them apart: Concat, Split, Slice. */
final class PartOperators {
    private PartOperators() {}

    /** Tensors joined along an axis. */
    static final Operator CONCAT = Operator.named("Concat")
            .forward(c -> {
                Tensor[] parts = new Tensor[c.arity()];
                for (int i = 0; i < parts.length; i++) {
                    parts[i] = c.in(i);
                }
                return Tensor.concat(concatAxis(c), parts);
            })
            .gradients((c, gys) -> {
                @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
                Tensor gy = gys[0];
                int axis = concatAxis(c);
                long start = 0;
                for (int i = 0; gy != null && i < out.length; i++) {
                    long length = c.shape(i)[axis];
                    if (c.isActive(i)) {
                        out[i] = gy.narrow(axis, start, length);
                    }
                    start += length;
                }
                return out;
            })
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .build();

    private static int concatAxis(Call c) {
        return c.opset() < 4
                ? c.axis("axis", 1, c.rank(0))
                : Call.axis(c.attributes().integer("axis"), c.rank(0));
    }

    /** One axis cut into consecutive parts of given or equal lengths. */
    static final Operator SPLIT = Operator.named("Split")
            .since(2)
            .forwardMany(c -> {
                int axis = c.axis("axis", 0, c.rank(0));
                List<Tensor> out = new ArrayList<>();
                long start = 0;
                for (long length : splitLengths(c)) {
                    out.add(c.in(0).narrow(axis, start, length));
                    start += length;
                }
                return out;
            })
            .gradients((c, gys) -> {
                @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
                Tensor some =
                        Arrays.stream(gys).filter(Objects::nonNull).findFirst().orElse(null);
                if (some == null || !c.isActive(0)) {
                    return out;
                }
                int axis = c.axis("axis", 0, c.rank(0));
                long[] lengths = splitLengths(c);
                Tensor[] parts = new Tensor[lengths.length];
                for (int i = 0; i < parts.length; i++) {
                    long[] shape = c.shape(0);
                    shape[axis] = lengths[i];
                    Tensor gy = i < gys.length ? gys[i] : null;
                    parts[i] = gy == null ? Sizes.zerosLike(some, shape) : gy;
                }
                out[0] = Tensor.concat(axis, parts);
                return out;
            })
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .build();

    private static long[] splitLengths(Call c) {
        long length = c.shape(0)[c.axis("axis", 0, c.rank(0))];
        Tensor given = c.opset() < 13 ? null : c.optional(1);
        if (given != null || (c.opset() < 13 && c.attributes().has("split"))) {
            long[] lengths = given != null ? given.toLongs() : c.attributes().integers("split");
            if (Arrays.stream(lengths).anyMatch(l -> l < 0)
                    || Arrays.stream(lengths).sum() != length) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "parts of lengths " + Arrays.toString(lengths) + " do not make up an axis of length " + length);
            }
            return lengths;
        }
        long parts = c.attributes().integer("num_outputs", c.outputCount());
        if (parts < 1 || parts > Math.max(length, c.outputCount()) || (c.opset() < 18 && length % parts != 0)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "an axis of length " + length + " cannot be cut into " + parts + " parts");
        }
        long size = (length + parts - 1) / parts;
        return LongStream.range(0, parts)
                .map(i -> Math.clamp(length - i * size, 0, size))
                .toArray();
    }

    /** Every step-th entry between two places of some axes; negative steps walk backwards. */
    static final Operator SLICE = Operator.named("Slice")
            .forward(c -> sliced(c, c.in(0)))
            .gradient((c, gy) -> {
                Tensor out = Sizes.zerosLike(gy, c.shape(0));
                Tensor window = out;
                Tensor g = gy;
                for (Cut cut : cuts(c)) {
                    window = cut.ascending(window);
                    g = cut.turned(g);
                }
                window.copyInPlace(g);
                return out;
            })
            .reads(Reads.NOTHING)
            .kind(IndexingOperators.MOVING_BY_CONSTANTS)
            .linearPart(c -> sliced(c, c.in(0)))
            .build();

    private static Tensor sliced(Call c, Tensor x) {
        Tensor out = x;
        for (Cut cut : cuts(c)) {
            out = cut.turned(cut.ascending(out));
        }
        return out;
    }

    /** {@code count} entries of one axis from {@code start} by {@code step}, all inside the axis. */
    private record Cut(int axis, long start, long count, long step) {
        /** The entries in ascending order; a view. */
        Tensor ascending(Tensor x) {
            if (step == 1 || count == 0) {
                return count == x.dimension(axis) ? x : x.narrow(axis, count == 0 ? 0 : start, count);
            }
            long last = start + (count - 1) * step;
            return x.slice(axis, Math.min(start, last), Math.max(start, last) + 1, Math.abs(step));
        }

        Tensor turned(Tensor y) {
            return step < 0 ? y.flip(axis) : y;
        }
    }

    private static List<Cut> cuts(Call c) {
        boolean attributes = c.opset() < 10;
        long[] starts = attributes ? c.attributes().integers("starts") : c.in(1).toLongs();
        long[] ends = attributes ? c.attributes().integers("ends") : c.in(2).toLongs();
        long[] x = c.shape(0);
        long[] axes = LongStream.range(0, starts.length).toArray();
        long[] steps = new long[starts.length];
        Arrays.fill(steps, 1);
        if (attributes) {
            axes = c.attributes().integers("axes", axes);
        } else {
            Tensor givenAxes = c.optional(3);
            axes = givenAxes == null ? axes : givenAxes.toLongs();
            Tensor givenSteps = c.optional(4);
            steps = givenSteps == null ? steps : givenSteps.toLongs();
        }
        if (ends.length != starts.length || axes.length != starts.length || steps.length != starts.length) {
            throw new WhenceException(ErrorCode.MODEL_INVALID, "starts, ends, axes and steps differ in length");
        }
        List<Cut> out = new ArrayList<>();
        for (int i = 0; i < starts.length; i++) {
            int axis = Call.axis(axes[i], x.length);
            out.add(cut(axis, x[axis], starts[i], ends[i], steps[i]));
        }
        return out;
    }

    private static Cut cut(int axis, long length, long start, long end, long step) {
        if (step == 0 || step == Long.MIN_VALUE) {
            throw new WhenceException(ErrorCode.MODEL_INVALID, "the step " + step + " of a slice is impossible");
        }
        long low = step > 0 ? 0 : -1;
        long high = step > 0 ? length : length - 1;
        long from = Math.clamp(start < 0 ? start + length : start, step > 0 ? 0 : Math.min(0, high), high);
        long to = Math.clamp(end < 0 ? end + length : end, low, high);
        long distance = step > 0 ? to - from : from - to;
        long size = Math.abs(step);
        long count = distance <= 0 ? 0 : (distance - 1) / size + 1;
        return new Cut(axis, from, count, count <= 1 ? Long.signum(step) : step);
    }

    static final List<Operator> ALL = List.of(CONCAT, SPLIT, SLICE);
}
