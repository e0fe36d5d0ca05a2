package dev.whence.graph.operators;

import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Matrix products: MatMul and Gemm. Linear with one constant side, bilinear with none. */
final class LinearOperators {
    private LinearOperators() {}

    /** Matrix product, batched over leading axes, one-dimensional operands as in numpy. */
    static final Operator MATMUL = Operator.named("MatMul")
            .forward(c -> c.in(0).matmul(c.in(1)))
            .gradients(LinearOperators::matmulGradient)
            .reads(Reads.INPUTS)
            .kind(c -> c.activeCount() == 2
                    ? new Kind.Bilinear(0, 1, true)
                    : new Kind.Weighted(c.firstActive(), 1 - c.firstActive(), -1))
            .build();

    private static @Nullable Tensor[] matmulGradient(Call c, @Nullable Tensor[] gys) {
        @Nullable Tensor[] out = new @Nullable Tensor[2];
        Tensor gy = gys[0];
        if (gy == null) {
            return out;
        }
        boolean row = c.rank(0) == 1;
        boolean column = c.rank(1) == 1;
        Tensor g = column ? gy.unsqueeze(-1) : gy;
        g = row ? g.unsqueeze(-2) : g;
        if (c.isActive(0)) {
            Tensor b = column ? c.in(1).unsqueeze(-1) : c.in(1);
            Tensor ga = g.matmul(b.transpose(-1, -2));
            out[0] = (row ? ga.squeeze(-2) : ga).sumTo(c.shape(0));
        }
        if (c.isActive(1)) {
            Tensor a = row ? c.in(0).unsqueeze(0) : c.in(0);
            Tensor gb = a.transpose(-1, -2).matmul(g);
            out[1] = (column ? gb.squeeze(-1) : gb).sumTo(c.shape(1));
        }
        return out;
    }

    /** alpha op(A) op(B) + beta C, with op transposing on request. */
    static final Operator GEMM = Operator.named("Gemm")
            .forward(LinearOperators::gemm)
            .gradients(LinearOperators::gemmGradient)
            .reads(Reads.INPUTS)
            .kind(LinearOperators::gemmKind)
            .build();

    private static Tensor gemm(Call c) {
        Tensor y = turned(c, 0, "transA").matmul(turned(c, 1, "transB"));
        double alpha = c.attributes().real("alpha", 1);
        y = alpha == 1 ? y : y.times(alpha);
        Tensor bias = c.optional(2);
        if (bias == null) {
            return y;
        }
        double beta = c.attributes().real("beta", 1);
        return y.plus(beta == 1 ? bias : bias.times(beta));
    }

    private static Tensor turned(Call c, int index, String flag) {
        return c.attributes().flag(flag, false) ? c.in(index).transpose(0, 1) : c.in(index);
    }

    private static @Nullable Tensor[] gemmGradient(Call c, @Nullable Tensor[] gys) {
        @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
        Tensor gy = gys[0];
        if (gy == null) {
            return out;
        }
        double alpha = c.attributes().real("alpha", 1);
        Tensor g = alpha == 1 ? gy : gy.times(alpha);
        if (c.isActive(0)) {
            Tensor ga = g.matmul(turned(c, 1, "transB").transpose(0, 1));
            out[0] = c.attributes().flag("transA", false) ? ga.transpose(0, 1) : ga;
        }
        if (c.isActive(1)) {
            Tensor gb = turned(c, 0, "transA").transpose(0, 1).matmul(g);
            out[1] = c.attributes().flag("transB", false) ? gb.transpose(0, 1) : gb;
        }
        if (c.isActive(2)) {
            out[2] = gy.times(c.attributes().real("beta", 1)).sumTo(c.shape(2));
        }
        return out;
    }

    private static Kind gemmKind(Call c) {
        if (c.isActive(2)) {
            return new Kind.Composite((emitter, call, in) -> {
                @Nullable Slot[] product = in.clone();
                product[2] = null;
                var addend = emitter.apply(
                        "Mul",
                        java.util.Objects.requireNonNull(in[2]),
                        emitter.constant(Tensor.full(call.attributes().real("beta", 1), call.type(0))));
                return new Slot[] {emitter.apply("Add", emitter.apply("Gemm", call.attributes(), product), addend)};
            });
        }
        return c.isActive(0) && c.isActive(1)
                ? new Kind.Bilinear(0, 1, true)
                : new Kind.Weighted(c.firstActive(), 1 - c.firstActive(), 2);
    }

    static final List<Operator> ALL = List.of(MATMUL, GEMM);
}
