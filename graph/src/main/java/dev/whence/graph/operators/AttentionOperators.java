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

/** Attention and rotary embedding, written out with products, Softmax and movements. */
final class AttentionOperators {
    private AttentionOperators() {}

    /**
     * Scaled dot-product attention, y = softmax(cap(scale Q K') + mask) V for each head, with fewer key than query heads
     * if wanted. Inputs Q, K, V ({@code [N, heads, length, size]} or {@code [N, length, heads size]}), mask, past keys
     * and values, and the number of keys that are no padding; outputs y, present keys and values, and the scores.
     *
     * <p>The cap comes before the mask, as the standard has it since its text was mended and as ONNX Runtime does it; the
     * other way round, what is masked would keep a weight of e^-cap.
     */
    static final Operator ATTENTION = Operator.named("Attention")
            .since(23)
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                boolean isFlat = c.rank(0) == 3;
                Slot q = heads(f, c, in, 0, "q_num_heads");
                Slot k = extended(f, in, heads(f, c, in, 1, "kv_num_heads"), 4);
                Slot v = extended(f, in, heads(f, c, in, 2, "kv_num_heads"), 5);
                Heads heads = Heads.of(q, k, v);
                double scale = c.attributes().real("scale", 1 / Math.sqrt(q.shape()[3]));
                Slot keys = f.permute(heads.repeated(f, k), 0, 1, 3, 2);
                Slot raw = f.product(f.times(q, f.number(scale)), keys);
                Scores scores = scores(f, c, heads, raw, in.length > 3 ? in[3] : null);
                Slot weights = emitter.apply("Softmax", Attributes.of("axis", -1), scores.masked());
                Slot y = f.product(weights, heads.repeated(f, v));
                Slot shown = null;
                if (c.wants(3)) {
                    shown = switch ((int) c.attributes().integer("qk_matmul_output_mode", 0)) {
                        case 0 -> raw;
                        case 1 -> scores.capped();
                        case 2 -> scores.shown();
                        default -> weights;
                    };
                }
                return new Slot[] {isFlat ? joined(f, y) : y, k, v, shown};
            })
            .build();

    /** {@code [N, length, heads size]} to {@code [N, heads, length, size]}. */
    private static Slot heads(Formula f, Call c, @Nullable Slot[] in, int index, String attribute) {
        Slot x = Formula.given(in, index);
        long[] shape = x.shape();
        return shape.length == 4 ? x : parted(f, x, c.attributes().integer(attribute));
    }

    /** {@code [N, length, heads size]} to {@code [N, heads, length, size]}. */
    static Slot parted(Formula f, Slot x, long heads) {
        long[] shape = x.shape();
        if (shape.length != 3 || heads < 1 || shape[2] % heads != 0) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "an input of shape " + Arrays.toString(shape) + " does not part into " + heads + " heads");
        }
        return f.permute(f.reshape(x, shape[0], shape[1], heads, shape[2] / heads), 0, 2, 1, 3);
    }

    /** {@code [N, heads, length, size]} to {@code [N, length, heads size]}. */
    static Slot joined(Formula f, Slot x) {
        long[] shape = x.shape();
        return f.reshape(f.permute(x, 0, 2, 1, 3), shape[0], shape[2], shape[1] * shape[3]);
    }

    private static Slot extended(Formula f, @Nullable Slot[] in, Slot present, int past) {
        Slot before = past < in.length ? in[past] : null;
        return before == null ? present : f.concat(2, List.of(before, present));
    }

    /**
     * The sizes of an attention.
     *
     * @param groups how many query heads share a key head
     */
    private record Heads(long batch, long groups, long queries, long keys) {
        static Heads of(Slot q, Slot k, Slot v) {
            long[] a = q.shape();
            long[] b = k.shape();
            long[] d = v.shape();
            boolean fits = b.length == 4
                    && d.length == 4
                    && a[0] == b[0]
                    && a[0] == d[0]
                    && a[3] == b[3]
                    && b[1] == d[1]
                    && b[2] == d[2]
                    && b[1] > 0
                    && a[1] % b[1] == 0;
            if (!fits) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "queries " + Arrays.toString(a) + ", keys " + Arrays.toString(b) + " and values "
                                + Arrays.toString(d) + " do not fit; [batch, heads, length, size] is expected");
            }
            return new Heads(a[0], a[1] / b[1], a[2], b[2]);
        }

        /** Each key or value head as often as query heads share it. */
        Slot repeated(Formula f, Slot x) {
            if (groups == 1) {
                return x;
            }
            long[] s = x.shape();
            Slot spread = f.emitter()
                    .apply("Expand", f.unsqueeze(x, 2), f.emitter().constant(s[0], s[1], groups, s[2], s[3]));
            return f.reshape(spread, s[0], s[1] * groups, s[2], s[3]);
        }
    }

    /**
     * The scores on their way to the softmax.
     *
     * @param capped after the soft cap
     * @param masked with the mask added, where minus infinity is replaced by a number that also gives weight 0: an
     *     infinite value has no difference to its reference
     * @param shown with the mask as it is
     */
    private record Scores(Slot capped, Slot masked, Slot shown) {}

    private static Scores scores(Formula f, Call c, Heads heads, Slot raw, @Nullable Slot given) {
        double cap = c.attributes().real("softcap", 0);
        Slot capped = cap > 0 ? f.times(f.apply("Tanh", f.over(raw, f.number(cap))), f.number(cap)) : raw;
        if (given != null && given.isActive()) {
            Slot masked = f.plus(capped, given);
            Tensor own = mask(c, heads, null);
            Slot both = own == null ? masked : f.plus(masked, f.constant(finite(own)));
            return new Scores(capped, both, both);
        }
        Tensor mask = mask(c, heads, given == null ? null : c.in(3));
        if (mask == null) {
            return new Scores(capped, capped, capped);
        }
        boolean showsMask = c.wants(3) && c.attributes().integer("qk_matmul_output_mode", 0) == 2;
        Slot masked = f.plus(capped, f.constant(finite(mask)));
        return new Scores(capped, masked, showsMask ? f.plus(capped, f.constant(mask)) : masked);
    }

    static Tensor finite(Tensor mask) {
        double lowest = mask.type() == NdArray.Type.FLOAT16 ? -3e4 : -1e38;
        return mask.maximum(Tensor.full(lowest, mask.type()));
    }

    /** All constant masks added up, 0 or minus infinity where they are truth values; null if there is none. */
    private static @Nullable Tensor mask(Call c, Heads heads, @Nullable Tensor given) {
        NdArray.Type type = c.type(0);
        Tensor mask = null;
        if (given != null) {
            mask = given.type() == NdArray.Type.BOOL ? forbidding(given, type) : given.to(type);
            long missing = heads.keys() - given.dimension(given.rank() - 1);
            mask = missing > 0 ? mask.pad(Double.NEGATIVE_INFINITY, 0, missing) : mask;
        }
        Tensor lengths = c.has(6) ? c.in(6).reshape(-1, 1, 1, 1) : null;
        if (c.attributes().flag("is_causal", false)) {
            long past = c.has(4) ? c.shape(4)[2] : 0;
            mask = sum(mask, causal(heads, past, c.has(4) ? null : lengths, type));
        }
        if (lengths != null) {
            Tensor places = Algebra.range(0, heads.keys(), 1, NdArray.Type.INT64);
            mask = sum(mask, forbidding(places.lessThan(lengths), type));
        }
        return mask;
    }

    private static Tensor sum(@Nullable Tensor a, Tensor b) {
        return a == null ? b : a.plus(b);
    }

    /** Query i sees keys up to i, plus those that came before all queries. */
    private static Tensor causal(Heads heads, long past, @Nullable Tensor lengths, NdArray.Type type) {
        Tensor rows = Algebra.range(0, heads.queries(), 1, NdArray.Type.INT64).reshape(-1, 1);
        Tensor columns = Algebra.range(0, heads.keys(), 1, NdArray.Type.INT64);
        Tensor before = lengths == null
                ? Tensor.full(past, NdArray.Type.INT64)
                : lengths.minus(Tensor.full(heads.queries(), NdArray.Type.INT64));
        return forbidding(columns.lessOrEqual(rows.plus(before)), type);
    }

    /** 0 where allowed, minus infinity elsewhere. */
    static Tensor forbidding(Tensor allowed, NdArray.Type type) {
        return allowed.where(Tensor.zeros(type), Tensor.full(Double.NEGATIVE_INFINITY, type));
    }

    /**
     * Rotates pairs of elements of each head by angles that depend on the position. Inputs x, cosines, sines and
     * positions; pairs are neighbours if {@code interleaved}, else the two halves.
     */
    static final Operator ROTARY_EMBEDDING = Operator.named("RotaryEmbedding")
            .since(23)
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                Slot positions = in.length > 3 ? in[3] : null;
                return new Slot[] {
                    rotated(f, c, Formula.given(in, 0), Formula.given(in, 1), Formula.given(in, 2), positions)
                };
            })
            .build();

    static Slot rotated(Formula f, Call c, Slot given, Slot cosines, Slot sines, @Nullable Slot positions) {
        boolean isFlat = given.shape().length == 3;
        Slot x = isFlat ? parted(f, given, c.attributes().integer("num_heads")) : given;
        long size = x.shape()[3];
        long wanted = c.attributes().integer("rotary_embedding_dim", 0);
        long turned = wanted == 0 ? size : wanted;
        if (turned < 2 || turned > size || turned % 2 != 0) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH, turned + " of " + size + " elements of a head cannot be rotated");
        }
        Slot part = turned == size ? x : f.slice(x, 3, 0, turned);
        Slot cos = f.unsqueeze(at(f, cosines, positions), 1);
        Slot sin = f.unsqueeze(at(f, sines, positions), 1);
        boolean interleaved = c.attributes().flag("interleaved", false);
        long[] shape = part.shape();
        Slot[] pair = interleaved
                ? f.split(f.reshape(part, shape[0], shape[1], shape[2], turned / 2, 2), 4, 2)
                : f.split(part, 3, 2);
        if (interleaved) {
            pair = new Slot[] {f.squeeze(pair[0], 4), f.squeeze(pair[1], 4)};
        }
        Slot real = f.minus(f.times(cos, pair[0]), f.times(sin, pair[1]));
        Slot imaginary = f.plus(f.times(sin, pair[0]), f.times(cos, pair[1]));
        Slot y = interleaved
                ? f.reshape(f.concat(4, List.of(f.unsqueeze(real, 4), f.unsqueeze(imaginary, 4))), shape)
                : f.concat(3, List.of(real, imaginary));
        y = turned == size ? y : f.concat(3, List.of(y, f.slice(x, 3, turned, size)));
        return isFlat ? joined(f, y) : y;
    }

    private static Slot at(Formula f, Slot cache, @Nullable Slot positions) {
        return positions == null ? cache : f.emitter().apply("Gather", cache, positions);
    }

    static final List<Operator> ALL = List.of(ATTENTION, ROTARY_EMBEDDING);
}
