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

/** The attention layers of ONNX Runtime's own domain, written with the standard {@code Attention}. */
final class ContributedAttention {
    private static final String DOMAIN = "com.microsoft";

    private ContributedAttention() {}

    private static @Nullable Slot optional(@Nullable Slot[] in, int index) {
        return index < in.length ? in[index] : null;
    }

    /**
     * Attention over separate queries, keys and values {@code [N, length, heads size]} (keys and values also as
     * {@code [N, heads, length, size]}), with a bias for all three, a padding mask, an addend to the scores, and past keys
     * and values. Outputs y, present keys and values.
     */
    static final Operator MULTI_HEAD_ATTENTION = Operator.named(DOMAIN, "MultiHeadAttention")
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                long heads = c.attributes().integer("num_heads");
                Slot query = Formula.given(in, 0);
                if (query.shape().length != 3 || optional(in, 1) == null || optional(in, 2) == null) {
                    throw new WhenceException(
                            ErrorCode.OPERATOR_UNSUPPORTED,
                            "queries, keys and values packed into one input are not supported");
                }
                Slot q = query;
                Slot k = Formula.given(in, 1);
                Slot v = Formula.given(in, 2);
                Slot bias = optional(in, 3);
                if (bias != null) {
                    long a = q.shape()[2];
                    long b = k.shape().length == 3 ? k.shape()[2] : k.shape()[1] * k.shape()[3];
                    long all = bias.shape()[0];
                    q = f.plus(q, f.slice(bias, 0, 0, a));
                    k = k.shape().length == 3 ? f.plus(k, f.slice(bias, 0, a, a + b)) : k;
                    v = v.shape().length == 3 ? f.plus(v, f.slice(bias, 0, a + b, all)) : v;
                }
                return attend(f, c, new Parts(parted(f, q, heads), parted(f, k, heads), parted(f, v, heads)), in, 4);
            })
            .build();

    private static Slot parted(Formula f, Slot x, long heads) {
        return x.shape().length == 4 ? x : AttentionOperators.parted(f, x, heads);
    }

    /** Queries, keys and values by head. */
    private record Parts(Slot q, Slot k, Slot v) {}

    /** Inputs from {@code from} on: padding mask, addend to the scores, past keys, past values. */
    private static @Nullable Slot[] attend(Formula f, Call c, Parts parts, @Nullable Slot[] in, int from) {
        Slot past = optional(in, from + 2);
        long length = parts.k().shape()[2] + (past == null ? 0 : past.shape()[2]);
        Tensor padding = optional(in, from) == null ? null : padding(c.in(from), length, f.type());
        Slot mask = masked(f, padding, optional(in, from + 1));
        return standard(f, c, parts, mask, past, optional(in, from + 3));
    }

    private static @Nullable Slot masked(Formula f, @Nullable Tensor padding, @Nullable Slot addend) {
        if (padding == null) {
            return addend;
        }
        Slot constant = f.constant(AttentionOperators.finite(padding));
        return addend == null ? constant : f.plus(addend, constant);
    }

    private static @Nullable Slot[] standard(
            Formula f, Call c, Parts parts, @Nullable Slot mask, @Nullable Slot pastKeys, @Nullable Slot pastValues) {
        Attributes how = Attributes.of("is_causal", c.attributes().integer("unidirectional", 0));
        double scale = c.attributes().real("scale", 0);
        how = scale == 0 ? how : how.with("scale", scale);
        Slot[] y =
                f.emitter().applyMany("Attention", 3, how, parts.q(), parts.k(), parts.v(), mask, pastKeys, pastValues);
        return new Slot[] {AttentionOperators.joined(f, y[0]), y[1], y[2]};
    }

    /**
     * A mask of padding as an addend to scores {@code [N, heads, queries, keys]}: from 1 or 0 for each key, for each query
     * and key, or from lengths.
     */
    private static Tensor padding(Tensor given, long keys, NdArray.Type type) {
        Tensor allowed = switch (given.rank()) {
            case 1 ->
                Algebra.range(0, keys, 1, NdArray.Type.INT64)
                        .lessThan(given.to(NdArray.Type.INT64).reshape(-1, 1, 1, 1));
            case 2 -> given.notEqualTo(0).unsqueeze(1).unsqueeze(1);
            case 3 -> given.notEqualTo(0).unsqueeze(1);
            default ->
                throw new WhenceException(
                        ErrorCode.OPERATOR_UNSUPPORTED,
                        "a padding mask of shape " + Arrays.toString(given.shape()) + " is not supported");
        };
        return AttentionOperators.forbidding(allowed, type);
    }

    /**
     * Self-attention that makes queries, keys and values from its input by one matrix product. Inputs x, weights, bias,
     * padding mask, past keys and values in one tensor, addend to the scores; outputs y and present keys and values.
     */
    static final Operator ATTENTION = Operator.named(DOMAIN, "Attention")
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                long heads = c.attributes().integer("num_heads");
                Slot all = f.product(Formula.given(in, 0), Formula.given(in, 1));
                Slot bias = optional(in, 2);
                all = bias == null ? all : f.plus(all, bias);
                long width = all.shape()[2];
                long[] sizes = c.attributes().integers("qkv_hidden_sizes", width / 3, width / 3, width / 3);
                if (sizes.length != 3 || Arrays.stream(sizes).sum() != width) {
                    throw new WhenceException(
                            ErrorCode.SHAPE_MISMATCH,
                            "sizes " + Arrays.toString(sizes) + " do not share " + width + " columns of the weights");
                }
                Parts parts = new Parts(
                        AttentionOperators.parted(f, f.slice(all, 2, 0, sizes[0]), heads),
                        AttentionOperators.parted(f, f.slice(all, 2, sizes[0], sizes[0] + sizes[1]), heads),
                        AttentionOperators.parted(f, f.slice(all, 2, sizes[0] + sizes[1], width), heads));
                Slot past = optional(in, 4);
                Slot pastKeys = past == null ? null : f.squeeze(f.slice(past, 0, 0, 1), 0);
                Slot pastValues = past == null ? null : f.squeeze(f.slice(past, 0, 1, 2), 0);
                long length = parts.k().shape()[2] + (pastKeys == null ? 0 : pastKeys.shape()[2]);
                Tensor padding = optional(in, 3) == null ? null : padding(c.in(3), length, f.type());
                @Nullable Slot[] y = standard(f, c, parts, masked(f, padding, optional(in, 5)), pastKeys, pastValues);
                Slot k = y[1];
                Slot v = y[2];
                if (k == null || v == null || !c.wants(1)) {
                    return new Slot[] {y[0]};
                }
                return new Slot[] {y[0], f.concat(0, List.of(f.unsqueeze(k, 0), f.unsqueeze(v, 0)))};
            })
            .build();

    /** Rotary embedding with the positions as second input; one position alone is where the first element stands. */
    static final Operator ROTARY_EMBEDDING = Operator.named(DOMAIN, "RotaryEmbedding")
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                Slot x = Formula.given(in, 0);
                long[] shape = x.shape();
                long length = shape.length == 3 ? shape[1] : shape[2];
                Tensor positions = c.in(1);
                if (positions.size() == 1) {
                    positions = Algebra.range(0, length, 1, NdArray.Type.INT64)
                            .plus(positions.to(NdArray.Type.INT64).reshape(1))
                            .expand(shape[0], length);
                }
                Slot cosines = Formula.given(in, 2);
                long heads = c.attributes().integer("num_heads", 0);
                if (shape.length == 3) {
                    heads = heads > 0 ? heads : shape[2] / (2 * cosines.shape()[1]);
                    x = AttentionOperators.parted(f, x, heads);
                }
                Slot y = AttentionOperators.rotated(
                        f, c, x, cosines, Formula.given(in, 3), emitter.constant(positions.alias()));
                return new Slot[] {shape.length == 3 ? AttentionOperators.joined(f, y) : y};
            })
            .build();

    static final List<Operator> ALL = List.of(MULTI_HEAD_ATTENTION, ATTENTION, ROTARY_EMBEDDING);
}
