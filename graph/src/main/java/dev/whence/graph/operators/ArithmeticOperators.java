package dev.whence.graph.operators;

import dev.whence.core.NdArray;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Add, Sub, Mul, Div and their kin: elementwise on two broadcast inputs. */
final class ArithmeticOperators {
    private ArithmeticOperators() {}

    /** Sum of both. */
    static final Operator ADD = Operator.named("Add")
            .forward(c -> c.in(0).plus(c.in(1)))
            .gradients((c, gys) -> both(c, gys, gy -> gy, gy -> gy))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .build();

    /** Difference. */
    static final Operator SUB = Operator.named("Sub")
            .forward(c -> c.in(0).minus(c.in(1)))
            .gradients((c, gys) -> both(c, gys, gy -> gy, Tensor::negate))
            .reads(Reads.NOTHING)
            .kind(new Kind.Moving(1))
            .build();

    /** Product; of two activations, a bilinear map. */
    static final Operator MUL = Operator.named("Mul")
            .forward(c -> c.in(0).times(c.in(1)))
            .gradients((c, gys) -> both(c, gys, gy -> gy.times(c.in(1)), gy -> gy.times(c.in(0))))
            .reads(Reads.INPUTS)
            .kind(c -> c.activeCount() == 2
                    ? new Kind.Bilinear(0, 1, false)
                    : new Kind.Scaling(call -> call.in(1 - call.firstActive())))
            .build();

    /** Quotient; whole numbers are divided towards zero. */
    static final Operator DIV = Operator.named("Div")
            .forward(ArithmeticOperators::divide)
            .gradients((c, gys) -> both(
                    c,
                    gys,
                    gy -> gy.divide(c.in(1)),
                    gy -> gy.times(c.in(0)).divide(c.in(1).times(c.in(1))).negate()))
            .reads(Reads.INPUTS)
            .kind(c -> c.isActive(1)
                    ? new Kind.Quotient()
                    : new Kind.Scaling(call -> call.in(1).reciprocal()))
            .build();

    private static Tensor divide(Call c) {
        NdArray.Type type = c.in(0).type();
        Tensor quotient = c.in(0).divide(c.in(1));
        if (type.isFloating()) {
            return quotient;
        }
        // Exact for 64-bit values as well, where the real quotient may be off by one.
        Tensor remainder = c.in(0).fmod(c.in(1));
        return c.in(0).minus(remainder).divide(c.in(1)).round().to(type);
    }

    /** Gradients of a broadcasting operator of two inputs, summed to the inputs' shapes. */
    static @Nullable Tensor[] both(
            Call c,
            @Nullable Tensor[] gys,
            java.util.function.UnaryOperator<Tensor> left,
            java.util.function.UnaryOperator<Tensor> right) {
        @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
        Tensor gy = gys[0];
        if (gy != null && c.isActive(0)) {
            out[0] = left.apply(gy).sumTo(c.shape(0));
        }
        if (gy != null && c.isActive(1)) {
            out[1] = right.apply(gy).sumTo(c.shape(1));
        }
        return out;
    }

    static final List<Operator> ALL = List.of(ADD, SUB, MUL, DIV);
}
