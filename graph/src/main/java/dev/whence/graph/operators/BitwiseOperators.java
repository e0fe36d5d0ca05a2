package dev.whence.graph.operators;

import static dev.whence.graph.operators.Broadcasting.settled;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.tensor.Tensor;
import java.util.List;
import java.util.function.BinaryOperator;

/** Operators on the bits of whole numbers. */
final class BitwiseOperators {
    private BitwiseOperators() {}

    private static Operator bitwise(String name, BinaryOperator<Tensor> combine) {
        return Operator.named(name)
                .since(18)
                .forward(c -> combine.apply(c.in(0), c.in(1)).as(c.type(0)))
                .kind(Kinds.DISCRETE)
                .build();
    }

    /** Every bit turned over. */
    static final Operator NOT = Operator.named("BitwiseNot")
            .since(18)
            .forward(c -> settled(c.in(0).bitNot(), c.type(0)))
            .kind(Kinds.DISCRETE)
            .build();

    /** Bits moved to the {@code LEFT} or {@code RIGHT}; zeros come in. */
    static final Operator SHIFT = Operator.named("BitShift")
            .since(11)
            .forward(BitwiseOperators::shift)
            .kind(Kinds.DISCRETE)
            .build();

    private static Tensor shift(Call c) {
        String direction = c.attributes().text("direction");
        Tensor x = c.in(0);
        Tensor by = c.in(1);
        return switch (direction) {
            case "LEFT" -> settled(x.shiftLeft(by), x.type());
            case "RIGHT" ->
                Broadcasting.isUnsigned64(x)
                        ? shiftRight64(x, by)
                        : x.shiftRight(by).as(x.type());
            default ->
                throw new WhenceException(
                        ErrorCode.MODEL_INVALID,
                        "attribute 'direction' is \"" + direction + "\"; \"LEFT\" or \"RIGHT\" is expected");
        };
    }

    /** By one place without the sign bit, then by the rest, so that no copies of the sign come in. */
    private static Tensor shiftRight64(Tensor x, Tensor by) {
        Tensor one = Tensor.full(1, NdArray.Type.INT64).on(x.device());
        Tensor positive =
                Tensor.full(Long.MIN_VALUE, NdArray.Type.INT64).on(x.device()).bitNot();
        Tensor halved = x.shiftRight(one).bitAnd(positive);
        return by.equalTo(0).where(x, halved.shiftRight(by.minus(one))).as(x.type());
    }

    static final List<Operator> ALL = List.of(
            bitwise("BitwiseAnd", Tensor::bitAnd),
            bitwise("BitwiseOr", Tensor::bitOr),
            bitwise("BitwiseXor", Tensor::bitXor),
            NOT,
            SHIFT);
}
