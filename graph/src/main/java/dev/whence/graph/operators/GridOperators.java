package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Emitter;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Sampling;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reading images at computed points: GridSample, and AffineGrid, which computes points. */
final class GridOperators {
    private GridOperators() {}

    /**
     * An image read at the points of a grid. For a constant grid it moves elements; the weights of cubic interpolation,
     * some of them negative, are treated alike.
     */
    static final Operator GRID_SAMPLE = Operator.named("GridSample")
            .since(16)
            .forward(c -> sampler(c).apply(c.in(0), c.in(1).to(c.in(0).type())))
            .gradients((c, gys) -> {
                @Nullable Tensor[] out = new @Nullable Tensor[2];
                Tensor gy = gys[0];
                if (gy != null) {
                    Tensor grid = c.in(1).to(gy.type());
                    // The way back to the image reads only the image's shape.
                    Tensor image = Sizes.zerosLike(gy).expand(c.shape(0));
                    out[0] = c.isActive(0) ? sampler(c).pullback(gy, image, grid) : null;
                    out[1] = c.isActive(1) ? sampler(c).gridPullback(gy, c.in(0), grid) : null;
                }
                return out;
            })
            .reads(Reads.INPUTS)
            .kind(c -> c.isActive(1)
                    ? new Kind.Blocking("the points at which it reads depend on what is attributed")
                    : Kinds.MOVING)
            .build();

    private static Sampling sampler(Call c) {
        String mode = c.attributes().text("mode", "linear");
        String outside = c.attributes().text("padding_mode", "zeros");
        return new Sampling(
                switch (mode) {
                    case "linear", "bilinear" -> Sampling.Interpolation.LINEAR;
                    case "cubic", "bicubic" -> Sampling.Interpolation.CUBIC;
                    case "nearest" -> Sampling.Interpolation.NEAREST;
                    default -> throw unknown("mode", mode);
                },
                switch (outside) {
                    case "zeros" -> Sampling.Outside.ZEROS;
                    case "border" -> Sampling.Outside.BORDER;
                    case "reflection" -> Sampling.Outside.REFLECTION;
                    default -> throw unknown("padding_mode", outside);
                },
                c.attributes().flag("align_corners", false));
    }

    private static WhenceException unknown(String attribute, String value) {
        return new WhenceException(ErrorCode.MODEL_INVALID, attribute + " '" + value + "' is unknown");
    }

    /** The points of a grid moved by a matrix for each example: a product of all points with the matrix. */
    static final Operator AFFINE_GRID = Operator.named("AffineGrid")
            .since(20)
            .inlined(GridOperators::affine)
            .build();

    @Nullable
    private static Slot[] affine(Emitter emitter, Call c, @Nullable Slot[] in) {
        long[] size = c.in(1).toLongs();
        long[] theta = c.shape(0);
        int axes = size.length - 2;
        if (axes < 2 || axes > 3 || !Arrays.equals(theta, new long[] {size[0], axes, axes + 1L})) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "matrices " + Arrays.toString(theta) + " do not fit images of " + Arrays.toString(size));
        }
        long[] image = Arrays.copyOfRange(size, 2, size.length);
        Slot points = emitter.constant(points(image, c.attributes().flag("align_corners", false))
                .to(c.in(0).type())
                .on(c.in(0).device()));
        Slot turned =
                emitter.apply("Transpose", Attributes.of("perm", new long[] {0, 2, 1}), Objects.requireNonNull(in[0]));
        long[] shape = new long[axes + 2];
        shape[0] = size[0];
        System.arraycopy(image, 0, shape, 1, axes);
        shape[axes + 1] = axes;
        Slot moved = emitter.apply("MatMul", points, turned);
        return new Slot[] {emitter.apply("Reshape", Attributes.of("allowzero", 1), moved, emitter.constant(shape))};
    }

    /** All points of an image as rows (width, height, ..., 1), from -1 to 1. */
    private static Tensor points(long[] image, boolean alignsCorners) {
        int axes = image.length;
        long count = NdArray.elements(Sizes.checked(image));
        double[] out = new double[Sizes.inJava(count, axes + 1L)];
        for (int row = 0; row < count; row++) {
            long rest = row;
            for (int axis = axes - 1; axis >= 0; axis--) {
                long n = image[axis];
                long at = rest % n;
                rest /= n;
                double spread = alignsCorners ? (n == 1 ? 0 : 2.0 * at / (n - 1) - 1) : (2.0 * at + 1) / n - 1;
                out[row * (axes + 1) + axes - 1 - axis] = spread;
            }
            out[row * (axes + 1) + axes] = 1;
        }
        return Tensor.of(NdArray.of(out, count, axes + 1L));
    }

    static final List<Operator> ALL = List.of(GRID_SAMPLE, AFFINE_GRID);
}
