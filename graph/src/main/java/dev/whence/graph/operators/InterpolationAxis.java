package dev.whence.graph.operators;

import dev.whence.core.NdArray;
import dev.whence.tensor.Tensor;

/**
 * How one axis is brought to another length: for every output place the input place it reads, and the weights of the
 * entries around it. As a matrix {@code [length, input]}, so that the way forward and the way back are matrix products;
 * where every row holds a single 1, as a list of entries.
 *
 * @param axis which one
 * @param input its length before
 * @param places where each output entry lies, in input entries
 * @param scale output entries for one input entry
 * @param filter how entries around a place are weighted
 */
record InterpolationAxis(int axis, long input, double[] places, double scale, Filter filter) {

    /** Weights by distance. */
    sealed interface Filter {
        /** One entry only. */
        record Nearest(String rounding) implements Filter {}

        /**
         * A kernel over some entries.
         *
         * @param cubic the coefficient of cubic interpolation; not a number for linear
         * @param widens whether the kernel widens when the axis shrinks, so that nothing is skipped
         * @param excludesOutside whether entries outside count as absent rather than as copies of the outermost one
         */
        record Kernel(double cubic, boolean widens, boolean excludesOutside) implements Filter {
            double reach() {
                return Double.isNaN(cubic) ? 1 : 2;
            }

            double at(double distance) {
                double d = Math.abs(distance);
                if (d >= reach()) {
                    return 0;
                }
                if (Double.isNaN(cubic)) {
                    return 1 - d;
                }
                return d <= 1
                        ? ((cubic + 2) * d - (cubic + 3)) * d * d + 1
                        : ((cubic * d - 5 * cubic) * d + 8 * cubic) * d - 4 * cubic;
            }
        }
    }

    /** The tensor with this axis brought to its new length. */
    Tensor apply(Tensor x) {
        if (filter instanceof Filter.Nearest(String rounding)) {
            return x.indexSelect(axis, nearest(rounding).on(x.device()));
        }
        Tensor columns = matrix(x).transpose(0, 1);
        return x.transpose(axis, -1).matmul(columns).transpose(axis, -1);
    }

    /** The gradient towards the axis before. */
    Tensor pullback(Tensor gy) {
        if (filter instanceof Filter.Nearest(String rounding)) {
            long[] shape = gy.shape();
            shape[axis] = input;
            return Sizes.zerosLike(gy, shape).indexAdd(axis, nearest(rounding).on(gy.device()), gy);
        }
        return gy.transpose(axis, -1).matmul(matrix(gy)).transpose(axis, -1);
    }

    private Tensor nearest(String rounding) {
        long[] out = new long[places.length];
        for (int i = 0; i < out.length; i++) {
            double at = places[i];
            double rounded = switch (rounding) {
                case "floor" -> Math.floor(at);
                case "ceil" -> Math.ceil(at);
                case "round_prefer_ceil" -> Math.floor(at + 0.5);
                default -> Math.ceil(at - 0.5);
            };
            out[i] = Math.clamp((long) rounded, 0, input - 1);
        }
        return Tensor.of(NdArray.of(out, out.length));
    }

    /** The weights, {@code [length, input]}, in the type and on the device of a tensor. */
    Tensor matrix(Tensor like) {
        double[] weights = new double[Sizes.inJava(places.length, input)];
        int n = (int) input;
        for (int row = 0; row < places.length; row++) {
            fill((Filter.Kernel) filter, places[row], weights, row * n, n);
        }
        return Tensor.of(NdArray.of(weights, places.length, n)).to(like.type()).on(like.device());
    }

    private void fill(Filter.Kernel kernel, double place, double[] weights, int row, int n) {
        double shrink = kernel.widens() ? Math.min(scale, 1) : 1;
        double reach = kernel.reach() / shrink;
        long from = (long) Math.floor(place - reach) + 1;
        long to = (long) Math.ceil(place + reach) - 1;
        double sum = 0;
        for (long i = from; i <= to; i++) {
            double weight = kernel.at((i - place) * shrink);
            boolean outside = i < 0 || i >= n;
            if (!(outside && kernel.excludesOutside())) {
                weights[row + Math.clamp(i, 0, n - 1)] += weight;
                sum += weight;
            }
        }
        if ((kernel.widens() || kernel.excludesOutside()) && sum != 0) {
            for (int i = 0; i < n; i++) {
                weights[row + i] /= sum;
            }
        }
    }
}
