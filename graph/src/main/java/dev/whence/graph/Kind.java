package dev.whence.graph;

import dev.whence.core.NdArray;
import dev.whence.tensor.Pooling;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator is for attribution: the only thing a method needs to know about it. The kind of an occurrence depends
 * on which of its inputs are active (depend on what is attributed): a product with a constant is a scaling.
 */
public sealed interface Kind {
    /** Whether the gradient is the same wherever it is taken, so that no active value needs to be kept for it. */
    default boolean isLinear() {
        return this instanceof Moving || this instanceof Scaling || this instanceof Weighted;
    }

    /**
     * Moves, copies or adds up elements of its active inputs with coefficients that are not negative: reshape, concat,
     * sum, mean, average pooling, addition. Constants may be added. Subtracted inputs are marked.
     *
     * @param subtracted index of the input whose coefficients are all negative, or -1
     */
    record Moving(int subtracted) implements Kind {}

    /**
     * Multiplies each element of the active input by a constant and may add another one: y = c x + d.
     *
     * @param coefficient gives c, in a shape that broadcasts to the active input's
     */
    record Scaling(Coefficient coefficient) implements Kind {}

    /**
     * A linear map with constant weights of either sign, plus a bias: convolution, matrix product with a constant side.
     *
     * @param data index of the active input
     * @param weight index of the weights; the map is linear in them too
     * @param bias index of the bias, which may be absent, or -1
     */
    record Weighted(int data, int weight, int bias) implements Kind {}

    /**
     * A function of one active input applied to each element.
     *
     * @param secant a way to compute (f(x) - f(r)) / (x - r) without cancellation, or null
     */
    record Elementwise(@Nullable Secant secant) implements Kind {}

    /**
     * Linear in each of two active inputs: the product of two activations.
     *
     * @param isMatrix whether sums run over the products (matrix product), rather than element by element
     */
    record Bilinear(int left, int right, boolean isMatrix) implements Kind {}

    /** The first input divided by the second, which is active. */
    record Quotient() implements Kind {}

    /** An elementwise function of two active inputs, such as power, maximum or minimum. */
    record TwoPlayer(int left, int right) implements Kind {}

    /**
     * Takes the largest element of each window.
     *
     * @param windows how input elements form windows
     */
    record Selecting(Windows windows) implements Kind {}

    /** Chooses between inputs 1 and 2 by input 0, which itself depends on what is attributed. */
    record Choice() implements Kind {}

    /**
     * Defined by smaller operators.
     *
     * @param expansion writes them down
     */
    record Composite(Expansion expansion) implements Kind {}

    /**
     * Its output depends on active inputs, but not in a way that can carry a share of a difference: comparisons,
     * rounding, indices. Harmless unless the target depends on it.
     *
     * @param reason why, as the end of a sentence
     */
    record Blocking(String reason) implements Kind {}

    /** The coefficient of a scaling. */
    @FunctionalInterface
    interface Coefficient {
        /** The coefficient for this call. */
        Tensor of(Call call);
    }

    /** The slope between two points of an elementwise function. */
    @FunctionalInterface
    interface Secant {
        /**
         * The slope (f(x) - f(r)) / (x - r), finite also where x = r.
         *
         * @param at the call whose input 0 is {@code x}
         * @param x where the function is evaluated
         * @param r the reference
         */
        Tensor between(Call at, Tensor x, Tensor r);
    }

    /** How the elements of an input form the windows of a selection. */
    interface Windows {
        /**
         * The elements of every window: shape of the output, then one axis over the window. Places outside the input hold
         * negative infinity.
         */
        Tensor values(Call call, Tensor x);

        /**
         * For every window element its flat place in the input, int64; 0 for places outside. Shape as
         * {@link #values} or broadcastable to it, but counted within one slice of the leading {@code batchAxes} axes.
         */
        Tensor places(Call call);

        /** How many leading axes of the input windows never reach across. */
        int batchAxes(Call call);

        /**
         * Windows that slide, seen the other way round: by place in the window. Null for windows that are better taken whole.
         */
        default @Nullable Sliding sliding(Call call) {
            return null;
        }

        /**
         * Adds amounts to places of the input.
         *
         * @param x the input, of which shape and layout are read
         * @param places one a window, as in {@link #places}, in the output's shape
         * @param amounts what to add there, in the output's shape
         * @return in the input's shape
         */
        default Tensor scatter(Call call, Tensor x, Tensor places, Tensor amounts) {
            long[] shape = x.shape();
            long slices = NdArray.elements(Arrays.copyOf(shape, batchAxes(call)));
            Tensor zeros = Tensor.zeros(amounts.type(), slices, x.size() / Math.max(1, slices));
            long[] flat = {slices, amounts.size() / Math.max(1, slices)};
            return zeros.scatterAdd(1, places.reshape(flat), amounts.reshape(flat))
                    .reshape(shape);
        }
    }

    /** Many small windows over one input. */
    interface Sliding {
        /** For each place in a window, the elements there of all windows, each in the output's shape. */
        List<Tensor> elements(Tensor x);

        /** The flat places of {@link #elements}, int64, each broadcastable to the output's shape. */
        List<Tensor> places();

        /** The largest element of each window, and the flat place of the first of them, int64. */
        Pooling.Maxima maxima(Tensor x);
    }

    /** Writes an operator down with smaller ones. */
    @FunctionalInterface
    interface Expansion {
        /** Emits the smaller operators; returns as many outputs as the operator has (null for unwanted ones). */
        @Nullable
        Slot[] expand(Emitter emitter, Call call, @Nullable Slot[] inputs);
    }
}
