package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Draws;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Operators that draw random numbers, and Dropout, which is off. Draws come from the {@code seed} attribute, or else from
 * the node's name, so that every run of a model gives the same numbers.
 */
final class RandomOperators {
    /** No draw makes more numbers than fit in one array. */
    private static final long MAX_ELEMENTS = Integer.MAX_VALUE - 8L;

    private RandomOperators() {}

    /** The input itself, as in inference; the mask keeps everything. */
    static final Operator DROPOUT = Operator.named("Dropout")
            .forwardMany(c -> Arrays.<@Nullable Tensor>asList(c.in(0), c.wants(1) ? mask(c) : null))
            .gradient((c, gy) -> gy)
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> c.in(0))
            .build();

    private static Tensor mask(Call c) {
        NdArray.Type type = c.opset() < 10 ? c.type(0) : NdArray.Type.BOOL;
        return Tensor.full(1, type, c.shape(0)).on(c.in(0).device());
    }

    private static long seed(Call c) {
        return c.attributes().has("seed")
                ? Double.doubleToLongBits(c.attributes().real("seed"))
                : c.node().name().hashCode();
    }

    private static Tensor normal(Call c, NdArray.Type type, long... shape) {
        try (Draws draws = Draws.seeded(seed(c))) {
            return draws.normal(NdArray.Type.FLOAT64, checked(shape))
                    .times(c.attributes().real("scale", 1))
                    .plus(c.attributes().real("mean", 0))
                    .to(type);
        }
    }

    private static Tensor uniform(Call c, NdArray.Type type, long... shape) {
        double low = c.attributes().real("low", 0);
        double high = c.attributes().real("high", 1);
        try (Draws draws = Draws.seeded(seed(c))) {
            return draws.uniform(low, high, NdArray.Type.FLOAT64, checked(shape))
                    .to(type);
        }
    }

    private static long[] checked(long... shape) {
        long n = 1;
        for (long d : shape) {
            if (d < 0 || (d > 0 && n > MAX_ELEMENTS / d)) {
                throw new WhenceException(
                        ErrorCode.MODEL_INVALID,
                        "cannot draw numbers for shape " + Arrays.toString(shape) + "; at most " + MAX_ELEMENTS
                                + " are possible");
            }
            n *= d;
        }
        return shape;
    }

    /** How numbers of a type and shape are drawn for a call. */
    @FunctionalInterface
    private interface Drawing {
        Tensor draw(Call c, NdArray.Type type, long... shape);
    }

    private static Operator ofShape(String name, Drawing drawing) {
        return Operator.named(name)
                .forward(c -> drawing.draw(
                        c, type(c, NdArray.Type.FLOAT32), c.attributes().integers("shape")))
                .kind(Kinds.MOVING)
                .build();
    }

    /**
     * Numbers like the input's in type and shape; they do not depend on its values. They are the same for every entry of
     * the first axis, so that no example's result depends on the others of its batch.
     */
    private static Operator like(String name, Drawing drawing) {
        return Operator.named(name)
                .forward(c -> drawing.draw(c, type(c, c.type(0)), ofOneExample(c.shape(0)))
                        .expand(c.shape(0))
                        .on(c.in(0).device()))
                .gradients((c, gys) -> new @Nullable Tensor[c.arity()])
                .reads(Reads.NOTHING)
                .kind(Kinds.MOVING)
                .linearPart(c -> Tensor.zeros(c.type(0), c.shape(0)).on(c.in(0).device()))
                .build();
    }

    private static long[] ofOneExample(long... shape) {
        long[] one = shape.clone();
        if (one.length > 0 && one[0] > 1) {
            one[0] = 1;
        }
        return one;
    }

    private static NdArray.Type type(Call c, NdArray.Type otherwise) {
        return c.resolve(c.attributes().has("dtype") ? TypeOperators.wanted(c, "dtype") : otherwise);
    }

    /** 1 with the probability that the input gives, else 0; drawn as for {@link #like}. */
    static final Operator BERNOULLI = Operator.named("Bernoulli")
            .since(15)
            .forward(c -> {
                Tensor p = c.in(0);
                try (Draws draws = Draws.seeded(seed(c))) {
                    Tensor u = draws.uniform(0, 1, NdArray.Type.FLOAT64, ofOneExample(p.shape()));
                    return u.on(p.device()).lessThan(p).to(type(c, p.type()));
                }
            })
            .kind(Kinds.DISCRETE)
            .build();

    /** Classes drawn for each row of log-probabilities, {@code [rows, classes]} to {@code [rows, sample_size]}. */
    static final Operator MULTINOMIAL = Operator.named("Multinomial")
            .forward(RandomOperators::multinomial)
            .kind(Kinds.DISCRETE)
            .build();

    private static Tensor multinomial(Call c) {
        long samples = c.attributes().integer("sample_size", 1);
        long[] shape = c.shape(0);
        if (shape.length != 2 || shape[1] < 1) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "log-probabilities [rows, classes] are expected, found " + Arrays.toString(shape));
        }
        checked(shape[0], samples, shape[1]);
        Tensor limits = c.in(0).to(NdArray.Type.FLOAT64).softmax(1).cumulativeSum(1);
        try (Draws draws = Draws.seeded(seed(c))) {
            Tensor u = draws.uniform(0, 1, NdArray.Type.FLOAT64, 1, samples).on(limits.device());
            // The class is the number of cumulated probabilities that lie at or below the draw.
            Tensor below = limits.narrow(1, 0, shape[1] - 1).unsqueeze(1).lessOrEqual(u.unsqueeze(2));
            NdArray.Type type = c.attributes().has("dtype") ? TypeOperators.wanted(c, "dtype") : NdArray.Type.INT32;
            return below.to(NdArray.Type.INT64).sum(false, 2).to(type);
        }
    }

    static final List<Operator> ALL = List.of(
            DROPOUT,
            ofShape("RandomNormal", RandomOperators::normal),
            ofShape("RandomUniform", RandomOperators::uniform),
            like("RandomNormalLike", RandomOperators::normal),
            like("RandomUniformLike", RandomOperators::uniform),
            BERNOULLI,
            MULTINOMIAL);
}
