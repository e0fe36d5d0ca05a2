package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import dev.whence.tensor.Algebra;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Convolution that reads between the places of the input: each weight looks at its usual place plus an offset, by bilinear
 * interpolation, and may be damped by a mask. Written out as gathering, weighting and one matrix product. Outside the input
 * lie zeros.
 */
final class DeformableConvolution {
    private final Formula f;
    private final long[] x;
    private final long[] out;
    private final long points;
    private final long offsetGroups;
    private final SpatialWindow window;

    private DeformableConvolution(Formula f, Call c) {
        this.f = f;
        this.x = c.shape(0);
        this.window = SpatialWindow.of(c, c.shape(1));
        this.offsetGroups = c.attributes().integer("offset_group", 1);
        long[] offset = c.shape(2);
        this.points = NdArray.elements(window.kernel());
        boolean fits = x.length == 4
                && offset.length == 4
                && offset[0] == x[0]
                && offset[1] == 2 * offsetGroups * points
                && x[1] % offsetGroups == 0;
        if (!fits) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "offsets of shape " + Arrays.toString(offset) + " do not fit an input of shape "
                            + Arrays.toString(x) + " and a kernel of " + points + " places");
        }
        this.out = new long[] {offset[2], offset[3]};
    }

    /** Inputs x, weights, offsets {@code [N, groups kernel 2, height, width]}, bias and mask. */
    static final Operator DEFORM_CONV = Operator.named("DeformConv")
            .since(19)
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                DeformableConvolution d = new DeformableConvolution(f, c);
                Slot columns = d.columns(Formula.given(in, 0), Formula.given(in, 2), in.length > 4 ? in[4] : null);
                Slot y = d.product(columns, Formula.given(in, 1), c.attributes().integer("group", 1));
                Slot bias = in.length > 3 ? in[3] : null;
                return new Slot[] {bias == null ? y : f.plus(y, f.reshape(bias, 1, -1, 1, 1))};
            })
            .build();

    private long places() {
        return out[0] * out[1];
    }

    /** What every weight sees: {@code [N, C, kernel places]}. */
    private Slot columns(Slot input, Slot offset, @Nullable Slot mask) {
        Slot[] parts = f.split(f.reshape(offset, x[0], offsetGroups, points, 2, places()), 3, 2);
        Slot flat = f.reshape(input, x[0], offsetGroups, x[1] / offsetGroups, x[2] * x[3]);
        Neighbours rows = neighbours(f.squeeze(parts[0], 3), 0);
        Neighbours columns = neighbours(f.squeeze(parts[1], 3), 1);
        Slot upper = f.plus(corner(flat, rows, 0, columns, 0), corner(flat, rows, 0, columns, 1));
        Slot lower = f.plus(corner(flat, rows, 1, columns, 0), corner(flat, rows, 1, columns, 1));
        Slot sum = f.plus(upper, lower);
        if (mask != null) {
            sum = f.times(sum, f.reshape(mask, x[0], offsetGroups, 1, points * places()));
        }
        return f.reshape(sum, x[0], x[1], points * places());
    }

    /**
     * The two places between which each sample lies along an axis.
     *
     * @param index the places, made to lie inside the input
     * @param weight their weights, 0 where they lie outside
     */
    private record Neighbours(Slot[] index, Slot[] weight) {}

    private Neighbours neighbours(Slot offset, int axis) {
        Slot place = f.plus(offset, f.constant(base(axis)));
        Slot floor = f.apply("Floor", place);
        Slot upper = f.minus(place, floor);
        Slot lower = f.minus(f.number(1), upper);
        Slot next = f.plus(floor, f.number(1));
        return new Neighbours(new Slot[] {inside(floor, axis), inside(next, axis)}, new Slot[] {
            f.times(lower, valid(floor, axis)), f.times(upper, valid(next, axis))
        });
    }

    /** Where each weight looks without offset: {@code [kernel, places]}. */
    private Tensor base(int axis) {
        long[] kernel = window.kernel();
        double[] base = new double[(int) (points * places())];
        for (int i = 0; i < base.length; i++) {
            long point = i / places();
            long place = i % places();
            long k = axis == 0 ? point / kernel[1] : point % kernel[1];
            long o = axis == 0 ? place / out[1] : place % out[1];
            base[i] = o * window.stride()[axis] - window.before()[axis] + k * window.dilation()[axis];
        }
        return Tensor.of(NdArray.of(base, points, places()));
    }

    private Slot inside(Slot place, int axis) {
        Slot clipped = f.emitter().apply("Clip", place, f.number(0), f.number(x[axis + 2] - 1));
        return f.emitter().apply("Cast", Attributes.of("to", 7), clipped);
    }

    private Slot valid(Slot place, int axis) {
        Slot below = f.emitter().apply("Less", place, f.number(x[axis + 2]));
        Slot above = f.emitter().apply("GreaterOrEqual", place, f.number(0));
        return f.emitter().apply("CastLike", f.emitter().apply("And", below, above), f.number(0));
    }

    private Slot corner(Slot flat, Neighbours rows, int r, Neighbours columns, int k) {
        Slot width = f.emitter().constant(Tensor.full(x[3], NdArray.Type.INT64));
        Slot index = f.plus(f.times(rows.index()[r], width), columns.index()[k]);
        long each = x[1] / offsetGroups;
        Slot spread = f.emitter()
                .apply(
                        "Expand",
                        f.reshape(index, x[0], offsetGroups, 1, points * places()),
                        f.emitter().constant(x[0], offsetGroups, each, points * places()));
        Slot values = f.emitter().apply("GatherElements", Attributes.of("axis", 3), flat, spread);
        Slot weight = f.times(rows.weight()[r], columns.weight()[k]);
        return f.times(values, f.reshape(weight, x[0], offsetGroups, 1, points * places()));
    }

    private Slot product(Slot columns, Slot weight, long groups) {
        long[] w = weight.shape();
        if (groups < 1 || w[0] % groups != 0 || w[1] * groups != x[1]) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "weights of shape " + Arrays.toString(w) + " do not fit " + x[1] + " channels in " + groups
                            + " groups");
        }
        Slot grouped = f.reshape(columns, x[0], groups, w[1] * points, places());
        Slot y = f.product(f.reshape(weight, groups, w[0] / groups, w[1] * points), grouped);
        return f.reshape(y, x[0], w[0], out[0], out[1]);
    }

    /**
     * Adds up overlapping blocks, {@code [N, C block, blocks]}, into images: a transposed convolution whose weights put each
     * element of a block into its place.
     */
    static final Operator COL2IM = Operator.named("Col2Im")
            .since(18)
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                long[] image = c.in(1).toLongs();
                long[] block = c.in(2).toLongs();
                int axes = block.length;
                long[] ones = new long[axes];
                Arrays.fill(ones, 1);
                long[] stride = c.attributes().integers("strides", ones);
                long[] dilation = c.attributes().integers("dilations", ones);
                long[] pads = c.attributes().integers("pads", new long[2 * axes]);
                long[] x = c.shape(0);
                long size = NdArray.elements(block);
                long[] blocks = new long[axes];
                for (int i = 0; i < axes && image.length == axes; i++) {
                    long room = image[i] + pads[i] + pads[i + axes] - (block[i] - 1) * dilation[i] - 1;
                    blocks[i] = Math.floorDiv(room, stride[i]) + 1;
                    // What the last block leaves over is padding that must not be cut off.
                    pads[i + axes] -= Math.floorMod(room, stride[i]);
                }
                if (x.length != 3
                        || image.length != axes
                        || size < 1
                        || x[1] % size != 0
                        || NdArray.elements(blocks) != x[2]) {
                    throw new WhenceException(
                            ErrorCode.SHAPE_MISMATCH,
                            "blocks of shape " + Arrays.toString(block) + " in an input of shape " + Arrays.toString(x)
                                    + " do not fit an image of shape " + Arrays.toString(image));
                }
                Attributes how = Attributes.of("strides", stride)
                        .with("dilations", dilation)
                        .with("pads", pads);
                long channels = x[1] / size;
                Slot parts = f.reshape(Formula.given(in, 0), joined(x[0] * channels, size, blocks));
                Tensor places = Algebra.identity(f.type(), size, size).reshape(joined(size, 1, block));
                Slot images = emitter.apply("ConvTranspose", how, parts, f.constant(places));
                return new Slot[] {f.reshape(images, joined(x[0], channels, image))};
            })
            .build();

    private static long[] joined(long first, long second, long[] rest) {
        long[] out = new long[rest.length + 2];
        out[0] = first;
        out[1] = second;
        System.arraycopy(rest, 0, out, 2, rest.length);
        return out;
    }

    static final List<Operator> ALL = List.of(DEFORM_CONV, COL2IM);
}
