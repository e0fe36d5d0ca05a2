package dev.whence.graph.operators;

import dev.whence.graph.OperatorSet;

/** All operators Whence can run and explain. The only list: an operator that is not here does not exist. */
public final class StandardOperators {
    /** The set. */
    public static final OperatorSet SET = OperatorSet.of(
            ElementwiseOperators.ALL,
            TrigonometricOperators.ALL,
            ActivationOperators.ALL,
            ArithmeticOperators.ALL,
            ExtremumOperators.ALL,
            LogicOperators.ALL,
            TypeOperators.ALL,
            QuantizationOperators.ALL,
            BitwiseOperators.ALL,
            ReductionOperators.ALL,
            AxisOperators.ALL,
            RandomOperators.ALL,
            LinearOperators.ALL,
            ConvolutionOperators.ALL,
            MovementOperators.ALL,
            PoolingOperators.ALL,
            RegionOperators.ALL,
            NormalizationOperators.ALL,
            ResponseNormalizationOperators.ALL,
            SoftmaxOperators.ALL,
            RecurrentOperators.ALL,
            PartOperators.ALL,
            ShapeOperators.ALL,
            IndexingOperators.ALL,
            ScatterOperators.ALL,
            ControlOperators.ALL,
            SequenceOperators.ALL);

    private StandardOperators() {}
}
