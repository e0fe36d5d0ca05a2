package dev.whence.graph.operators;

import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/** Circular and hyperbolic functions and their inverses, applied to each element. */
final class TrigonometricOperators {
    private TrigonometricOperators() {}

    private static Operator function(String name, UnaryOperator<Tensor> value, UnaryOperator<Tensor> slope, Kind kind) {
        return Operator.named(name)
                .since(name.endsWith("h") ? 9 : 7)
                .forward(c -> value.apply(c.in(0)))
                .gradient((c, gy) -> gy.times(slope.apply(c.in(0))))
                .reads(Reads.INPUTS)
                .kind(kind)
                .build();
    }

    private static Tensor onePlusSquare(Tensor x) {
        return x.times(x).plus(1);
    }

    private static Tensor oneMinusSquare(Tensor x) {
        return x.times(x).negate().plus(1);
    }

    /** (x - 1)(x + 1), exact near 1. */
    private static Tensor squareMinusOne(Tensor x) {
        return x.minus(1).times(x.plus(1));
    }

    static final List<Operator> ALL = List.of(
            function("Sin", Tensor::sin, Tensor::cos, Kinds.elementwise((at, x, r) -> Secants.sin(x, r))),
            function("Cos", Tensor::cos, x -> x.sin().negate(), Kinds.elementwise((at, x, r) -> Secants.cos(x, r))),
            function("Tan", Tensor::tan, x -> onePlusSquare(x.tan()), Kinds.ELEMENTWISE),
            function("Asin", Tensor::asin, x -> oneMinusSquare(x).rsqrt(), Kinds.ELEMENTWISE),
            function("Acos", Tensor::acos, x -> oneMinusSquare(x).rsqrt().negate(), Kinds.ELEMENTWISE),
            function("Atan", Tensor::atan, x -> onePlusSquare(x).reciprocal(), Kinds.ELEMENTWISE),
            function("Sinh", Tensor::sinh, Tensor::cosh, Kinds.ELEMENTWISE),
            function("Cosh", Tensor::cosh, Tensor::sinh, Kinds.ELEMENTWISE),
            function("Asinh", Tensor::asinh, x -> onePlusSquare(x).rsqrt(), Kinds.ELEMENTWISE),
            function("Acosh", Tensor::acosh, x -> squareMinusOne(x).rsqrt(), Kinds.ELEMENTWISE),
            function("Atanh", Tensor::atanh, x -> oneMinusSquare(x).reciprocal(), Kinds.ELEMENTWISE));
}
