package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import java.util.Arrays;
import java.util.List;

/** Normalisation by neighbouring channels, by a norm, or by mean and deviation without parameters; all written out. */
final class ResponseNormalizationOperators {
    private ResponseNormalizationOperators() {}

    /** y = x / (bias + alpha mean(x x over neighbouring channels)) ^ beta; places outside count as zeros. */
    static final Operator LRN = Operator.named("LRN")
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                long[] shape = c.shape(0);
                long size = c.attributes().integer("size");
                if (shape.length < 2 || size < 1) {
                    throw new WhenceException(
                            ErrorCode.SHAPE_MISMATCH,
                            "a window of " + size + " channels does not fit an input of shape "
                                    + Arrays.toString(shape));
                }
                Slot x = Formula.given(in, 0);
                long places = NdArray.elements(shape) / Math.max(1, shape[0] * shape[1]);
                Slot squares = f.reshape(f.times(x, x), shape[0], 1, shape[1], places);
                Attributes window = Attributes.of("kernel_shape", new long[] {size, 1})
                        .with("pads", new long[] {(size - 1) / 2, 0, size / 2, 0})
                        .with("count_include_pad", 1);
                Slot means = f.reshape(emitter.apply("AveragePool", window, squares), shape);
                Slot base = f.plus(
                        f.times(means, f.number(c.attributes().real("alpha", 1e-4))),
                        f.number(c.attributes().real("bias", 1)));
                Slot power = f.number(-c.attributes().real("beta", 0.75));
                return new Slot[] {f.times(x, emitter.apply("Pow", base, power))};
            })
            .build();

    /** x divided by its norm along an axis: the sum of absolute values (p = 1) or the root of the sum of squares. */
    static final Operator LP_NORMALIZATION = Operator.named("LpNormalization")
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                Slot x = Formula.given(in, 0);
                int axis = c.axis("axis", -1, c.rank(0));
                long p = c.attributes().integer("p", 2);
                if (p != 1 && p != 2) {
                    throw new WhenceException(
                            ErrorCode.MODEL_INVALID, "attribute 'p' is " + p + "; 1 or 2 is expected");
                }
                Slot terms = p == 1 ? f.apply("Abs", x) : f.times(x, x);
                Slot sum = f.reduce("ReduceSum", terms, axis);
                return new Slot[] {f.over(x, p == 1 ? sum : f.apply("Sqrt", sum))};
            })
            .build();

    /** (x - mean) / (deviation + 1e-9) over {@code axes}. */
    static final Operator MEAN_VARIANCE_NORMALIZATION = Operator.named("MeanVarianceNormalization")
            .since(9)
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                Slot x = Formula.given(in, 0);
                long[] axes = axes(c);
                Slot centred = f.minus(x, f.reduce("ReduceMean", x, axes));
                Slot deviation = f.apply("Sqrt", f.reduce("ReduceMean", f.times(centred, centred), axes));
                return new Slot[] {f.over(centred, f.plus(deviation, f.number(1e-9)))};
            })
            .build();

    private static long[] axes(Call c) {
        long[] axes = c.attributes().integers("axes", 0, 2, 3);
        return Arrays.stream(axes).map(a -> Call.axis(a, c.rank(0))).sorted().toArray();
    }

    static final List<Operator> ALL = List.of(LRN, LP_NORMALIZATION, MEAN_VARIANCE_NORMALIZATION);
}
