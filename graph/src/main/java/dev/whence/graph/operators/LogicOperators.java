package dev.whence.graph.operators;

import static dev.whence.graph.operators.Broadcasting.ordered;

import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.List;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** Comparisons, truth values, and Where, which chooses by them. */
final class LogicOperators {
    private LogicOperators() {}

    private static Operator truth(String name, BinaryOperator<Tensor> test) {
        return Operator.named(name)
                .since(name.endsWith("OrEqual") ? 12 : 1)
                .forward(c -> test.apply(c.in(0), c.in(1)))
                .kind(Kinds.DISCRETE)
                .build();
    }

    private static Operator comparison(String name, BinaryOperator<Tensor> test) {
        return truth(name, (a, b) -> test.apply(ordered(a), ordered(b)));
    }

    /** Negation of truth values. */
    static final Operator NOT = Operator.named("Not")
            .forward(c -> c.in(0).not())
            .kind(Kinds.DISCRETE)
            .build();

    /** Elements of input 1 where input 0 is true, else of input 2. */
    static final Operator WHERE = Operator.named("Where")
            .since(9)
            .forward(c -> c.in(0).where(c.in(1), c.in(2)))
            .gradients(LogicOperators::whereGradient)
            .reads(Reads.INPUTS)
            .kind(c -> c.isActive(0) ? new Kind.Choice() : Kinds.MOVING)
            .linearPart(c -> c.in(0).where(active(c, 1), active(c, 2)).expand(Broadcasting.shape(c)))
            .build();

    private static Tensor active(Call c, int index) {
        return c.isActive(index) ? c.in(index) : Broadcasting.number(0, c.in(index));
    }

    private static @Nullable Tensor[] whereGradient(Call c, @Nullable Tensor[] gys) {
        @Nullable Tensor[] out = new @Nullable Tensor[3];
        Tensor gy = gys[0];
        if (gy == null) {
            return out;
        }
        Tensor zero = Broadcasting.number(0, gy);
        if (c.isActive(1)) {
            out[1] = c.in(0).where(gy, zero).sumTo(c.shape(1));
        }
        if (c.isActive(2)) {
            out[2] = c.in(0).where(zero, gy).sumTo(c.shape(2));
        }
        return out;
    }

    static final List<Operator> ALL = List.of(
            truth("Equal", Tensor::equalTo),
            comparison("Less", Tensor::lessThan),
            comparison("LessOrEqual", Tensor::lessOrEqual),
            comparison("Greater", Tensor::greaterThan),
            comparison("GreaterOrEqual", Tensor::greaterOrEqual),
            truth("And", Tensor::and),
            truth("Or", Tensor::or),
            truth("Xor", Tensor::xor),
            NOT,
            WHERE);
}
