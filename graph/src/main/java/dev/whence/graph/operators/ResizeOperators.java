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
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Resize and the older Upsample: axes brought to other lengths by interpolation, one axis after another. */
final class ResizeOperators {
    private ResizeOperators() {}

    /** Interpolation to other lengths, in every mode of the standard. */
    static final Operator RESIZE = operator("Resize", 10);

    /** The former name, which only enlarges. */
    static final Operator UPSAMPLE = operator("Upsample", 7);

    private static Operator operator(String name, int since) {
        return Operator.named(name)
                .since(since)
                .forward(c -> Resizing.of(c).apply(c.in(0)))
                .gradient((c, gy) -> Resizing.of(c).pullback(gy))
                .reads(Reads.NOTHING)
                .kind(ResizeOperators::kind)
                .build();
    }

    /** Cubic weights have both signs: such a map is explained as products with constant matrices. */
    private static Kind kind(Call c) {
        return c.attributes().text("mode", "nearest").equals("cubic")
                ? new Kind.Composite((emitter, call, in) -> Resizing.of(call).expand(emitter, in))
                : Kinds.MOVING;
    }

    /**
     * All axes that change.
     *
     * @param outside for each axis, which of its entries are made from outside of the input; null if none may be
     * @param fill what stands there
     */
    private record Resizing(List<InterpolationAxis> axes, List<boolean[]> outside, double fill) {

        static Resizing of(Call c) {
            return new Request(c).resizing();
        }

        Tensor apply(Tensor x) {
            Tensor y = x.type().isFloating() || isNearest() ? x : x.to(NdArray.Type.FLOAT32);
            for (InterpolationAxis axis : axes) {
                y = axis.apply(y);
            }
            Tensor inside = inside(y);
            Tensor filled = inside == null ? y : inside.where(y, y.times(0).plus(fill));
            return filled.type() == x.type() ? filled : filled.round().to(x.type());
        }

        private boolean isNearest() {
            return axes.stream().allMatch(a -> a.filter() instanceof InterpolationAxis.Filter.Nearest);
        }

        Tensor pullback(Tensor gy) {
            Tensor inside = inside(gy);
            Tensor g = inside == null ? gy : gy.times(inside);
            for (InterpolationAxis axis : axes.reversed()) {
                g = axis.pullback(g);
            }
            return g;
        }

        /** Truth values that broadcast to the output: false where it is filled; null if nothing is. */
        private @Nullable Tensor inside(Tensor y) {
            Tensor all = null;
            for (int i = 0; i < outside.size(); i++) {
                boolean[] out = outside.get(i);
                long[] truth = new long[out.length];
                for (int j = 0; j < truth.length; j++) {
                    truth[j] = out[j] ? 0 : 1;
                }
                if (Arrays.stream(truth).anyMatch(t -> t == 0)) {
                    long[] shape = new long[y.rank()];
                    Arrays.fill(shape, 1);
                    shape[axes.get(i).axis()] = truth.length;
                    Tensor one = Tensor.of(NdArray.ofIntegers(NdArray.Type.BOOL, truth, shape))
                            .on(y.device());
                    all = all == null ? one : all.and(one);
                }
            }
            return all;
        }

        @Nullable
        Slot[] expand(Emitter emitter, @Nullable Slot[] in) {
            Slot y = Objects.requireNonNull(in[0]);
            for (InterpolationAxis axis : axes) {
                Attributes swap = swap(axis.axis(), y.shape().length);
                Slot columns = emitter.constant(axis.matrix(y.tensor()).transpose(0, 1));
                y = emitter.apply(
                        "Transpose", swap, emitter.apply("MatMul", emitter.apply("Transpose", swap, y), columns));
            }
            Tensor inside = inside(y.tensor());
            if (inside != null) {
                Slot constant = emitter.constant(
                        Tensor.full(fill, y.type()).on(y.tensor().device()));
                y = emitter.apply("Where", emitter.constant(inside), y, constant);
            }
            return new Slot[] {y};
        }

        private static Attributes swap(int axis, int rank) {
            long[] order = LongStream.range(0, rank).toArray();
            order[axis] = rank - 1L;
            order[rank - 1] = axis;
            return Attributes.of("perm", order);
        }
    }

    /** What a node asks for, in the forms of all opsets. */
    private static final class Request {
        private final long[] x;
        private final long[] axes;
        private final String mode;
        private final String coordinates;
        private final String rounding;
        private final Attributes at;
        private final double @Nullable [] scales;
        private final long @Nullable [] sizes;
        private final double[] region;

        Request(Call c) {
            boolean isOld = c.opset() < 11 || c.node().operator().equals("Upsample");
            x = c.shape(0);
            at = c.attributes();
            mode = at.text("mode", "nearest");
            axes = axes(c);
            coordinates = isOld ? "asymmetric" : at.text("coordinate_transformation_mode", "half_pixel");
            scales = scales(c, isOld);
            sizes = isOld || given(c, 3) == null ? null : c.in(3).toLongs();
            rounding = isOld ? "" : at.text("nearest_mode", "round_prefer_floor");
            Tensor roi = isOld ? null : given(c, 1);
            region = roi == null ? new double[0] : roi.toDoubles();
            check();
        }

        private long[] axes(Call c) {
            long[] all = LongStream.range(0, x.length).toArray();
            if (c.opset() < 18) {
                return all;
            }
            long[] wanted = at.integers("axes", all);
            return Arrays.stream(wanted).map(a -> Call.axis(a, x.length)).toArray();
        }

        private static double @Nullable [] scales(Call c, boolean isOld) {
            if (isOld && c.opset() < 9) {
                return c.attributes().reals("scales");
            }
            Tensor scales = given(c, isOld ? 1 : 2);
            return scales == null ? null : scales.toDoubles();
        }

        /** An input that is given and not empty: old exporters write empty tensors for what is absent. */
        private static @Nullable Tensor given(Call c, int index) {
            Tensor tensor = c.optional(index);
            return tensor == null || tensor.size() == 0 ? null : tensor;
        }

        private void check() {
            int lengths = sizes != null ? sizes.length : scales != null ? scales.length : -1;
            boolean needsRegion = coordinates.equals("tf_crop_and_resize");
            if (lengths != axes.length || (needsRegion && region.length != 2 * axes.length)) {
                throw new WhenceException(
                        ErrorCode.MODEL_INVALID,
                        "its scales, sizes or region do not give one entry for each of the " + axes.length + " axes");
            }
        }

        Resizing resizing() {
            double[] scale = new double[axes.length];
            long[] length = new long[axes.length];
            for (int i = 0; i < axes.length; i++) {
                length[i] = lengthOf(i);
                scale[i] = scaleOf(i, length[i]);
            }
            keepAspect(scale, length);
            List<InterpolationAxis> changed = new ArrayList<>();
            List<boolean[]> outside = new ArrayList<>();
            long[] shape = x.clone();
            boolean crops = coordinates.equals("tf_crop_and_resize");
            for (int i = 0; i < axes.length; i++) {
                int axis = (int) axes[i];
                shape[axis] = length[i];
                Sizes.checked(shape);
                if (length[i] == x[axis] && scale[i] == 1 && !crops) {
                    continue;
                }
                double[] places = new double[Sizes.inJava(length[i])];
                boolean[] beyond = new boolean[places.length];
                for (int j = 0; j < places.length; j++) {
                    places[j] = place(j, i, scale[i], length[i]);
                    beyond[j] = crops && (places[j] < 0 || places[j] > x[axis] - 1);
                }
                changed.add(new InterpolationAxis(axis, x[axis], places, scale[i], filter(scale[i])));
                outside.add(beyond);
            }
            return new Resizing(changed, outside, at.real("extrapolation_value", 0));
        }

        private long lengthOf(int i) {
            if (sizes != null) {
                return sizes[i];
            }
            double factor = Objects.requireNonNull(scales)[i];
            if (!(factor > 0)) {
                throw new WhenceException(ErrorCode.MODEL_INVALID, "a scale of " + factor + " is impossible");
            }
            double part = coordinates.equals("tf_crop_and_resize") ? region[i + axes.length] - region[i] : 1;
            return (long) Math.floor((float) (x[(int) axes[i]] * part) * (float) factor);
        }

        private double scaleOf(int i, long length) {
            return sizes == null ? Objects.requireNonNull(scales)[i] : (double) length / x[(int) axes[i]];
        }

        /** One scale for all axes, if wanted: the smallest or the largest. */
        private void keepAspect(double[] scale, long[] length) {
            String policy = at.text("keep_aspect_ratio_policy", "stretch");
            if (sizes == null || policy.equals("stretch")) {
                return;
            }
            double common = policy.equals("not_larger")
                    ? Arrays.stream(scale).min().orElse(1)
                    : Arrays.stream(scale).max().orElse(1);
            for (int i = 0; i < scale.length; i++) {
                scale[i] = common;
                length[i] = (long) Math.floor(common * x[(int) axes[i]] + 0.5);
            }
        }

        private InterpolationAxis.Filter filter(double scale) {
            boolean widens = at.flag("antialias", false);
            boolean excludes = at.flag("exclude_outside", false);
            return switch (mode) {
                case "nearest" ->
                    new InterpolationAxis.Filter.Nearest(
                            rounding.isEmpty() ? (scale < 1 ? "ceil" : "floor") : rounding);
                case "linear", "bilinear", "trilinear" ->
                    new InterpolationAxis.Filter.Kernel(Double.NaN, widens, excludes);
                case "cubic" -> new InterpolationAxis.Filter.Kernel(at.real("cubic_coeff_a", -0.75), widens, excludes);
                default ->
                    throw new WhenceException(
                            ErrorCode.MODEL_INVALID, "mode '" + mode + "' is none of nearest, linear, cubic");
            };
        }

        /**
         * A quotient of places. The nearest element jumps where a place is whole or half; scales are float32 numbers, whose
         * error in float64 would decide on which side.
         */
        private double over(double a, double b) {
            return mode.equals("nearest") ? (float) a / (float) b : a / b;
        }

        private double place(int out, int i, double scale, long length) {
            double input = x[(int) axes[i]];
            return switch (coordinates) {
                case "half_pixel" -> over(out + 0.5, scale) - 0.5;
                case "half_pixel_symmetric" -> {
                    double adjustment = over(length, scale * input);
                    yield input / 2 * (1 - adjustment) + over(out + 0.5, scale) - 0.5;
                }
                case "pytorch_half_pixel" -> length > 1 ? over(out + 0.5, scale) - 0.5 : 0;
                case "align_corners" -> length == 1 ? 0 : out * (input - 1) / (length - 1);
                case "asymmetric" -> over(out, scale);
                case "tf_half_pixel_for_nn" -> over(out + 0.5, scale);
                case "tf_crop_and_resize" -> {
                    double start = region[i];
                    double end = region[i + axes.length];
                    yield length > 1
                            ? start * (input - 1) + out * (end - start) * (input - 1) / (length - 1)
                            : 0.5 * (start + end) * (input - 1);
                }
                default ->
                    throw new WhenceException(
                            ErrorCode.MODEL_INVALID, "coordinate mode '" + coordinates + "' is unknown");
            };
        }
    }

    static final List<Operator> ALL = List.of(RESIZE, UPSAMPLE);
}
