package dev.whence.graph.operators;

import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of slices of a tensor.
 *
 * @param axes the axes of a slice
 * @param mean the mean of each slice; of no use where it is not taken off
 * @param centred the tensor less its mean, or as it is
 * @param inverse 1 / sqrt(mean of squares + epsilon)
 */
record Statistics(long[] axes, Tensor mean, Tensor centred, Tensor inverse) {
    static Statistics of(Tensor x, long[] axes, double epsilon, boolean isCentred) {
        Tensor mean = isCentred ? x.mean(true, axes) : Tensor.zeros(x.type());
        Tensor centred = isCentred ? x.minus(mean) : x;
        Tensor variance = centred.times(centred).mean(true, axes);
        return new Statistics(axes, mean, centred, variance.plus(epsilon).sqrt().reciprocal());
    }

    Tensor normalised() {
        return centred.times(inverse);
    }

    /** The gradient towards the tensor from those of the normalised tensor, the mean and the inverse deviation. */
    Tensor gradient(@Nullable Tensor ofNormalised, @Nullable Tensor ofMean, @Nullable Tensor ofInverse) {
        double n = (double) centred.size() / inverse.size();
        Tensor gi = ofInverse;
        Tensor gc = null;
        if (ofNormalised != null) {
            Tensor through = ofNormalised.times(centred).sum(true, axes);
            gi = gi == null ? through : gi.plus(through);
            gc = ofNormalised.times(inverse);
        }
        if (gi != null) {
            Tensor cube = inverse.times(inverse).times(inverse);
            Tensor part = centred.times(gi.times(cube).divide(-n));
            gc = gc == null ? part : gc.plus(part);
        }
        Tensor gm = ofMean == null ? Tensor.zeros(centred.type()) : ofMean.divide(n);
        if (gc == null) {
            return gm.expand(centred.shape());
        }
        boolean isCentred = mean.rank() > 0 || centred.rank() == 0;
        return isCentred ? gc.minus(gc.mean(true, axes)).plus(gm) : gc;
    }

    /**
     * The same statistics written with smaller operators.
     *
     * @param mean the mean of each slice, or null where it is not taken off
     * @param inverse 1 / sqrt(mean of squares + epsilon)
     * @param normalised the tensor, centred and divided
     */
    record Written(@Nullable Slot mean, Slot inverse, Slot normalised) {
        static Written of(Formula f, Slot x, long[] axes, double epsilon, boolean isCentred) {
            Slot mean = isCentred ? f.reduce("ReduceMean", x, axes) : null;
            Slot centred = mean == null ? x : f.minus(x, mean);
            Slot variance = f.reduce("ReduceMean", f.times(centred, centred), axes);
            Slot inverse = f.apply("Reciprocal", f.apply("Sqrt", f.plus(variance, f.number(epsilon))));
            return new Written(mean, inverse, f.times(centred, inverse));
        }
    }
}
