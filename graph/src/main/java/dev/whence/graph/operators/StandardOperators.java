package dev.whence.graph.operators;

import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.OperatorSet;
import dev.whence.graph.Precision;
import dev.whence.tensor.Device;

/** All operators Whence can run and explain. The only list: an operator that is not here does not exist. */
public final class StandardOperators {
    /** The set. */
    public static final OperatorSet SET = OperatorSet.of(
            ElementwiseOperators.ALL,
            TrigonometricOperators.ALL,
            ActivationOperators.ALL,
            ContributedLayers.ALL,
            ContributedAttention.ALL,
            ContributedActivations.ALL,
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
            DeformableConvolution.ALL,
            MatrixOperators.ALL,
            SpectralOperators.ALL,
            MovementOperators.ALL,
            PoolingOperators.ALL,
            RegionOperators.ALL,
            NormalizationOperators.ALL,
            ResponseNormalizationOperators.ALL,
            SoftmaxOperators.ALL,
            RecurrentOperators.ALL,
            EinsumOperator.ALL,
            AttentionOperators.ALL,
            LossOperators.ALL,
            PartOperators.ALL,
            PaddingOperators.ALL,
            ResizeOperators.ALL,
            RearrangementOperators.ALL,
            GridOperators.ALL,
            ShapeOperators.ALL,
            IndexingOperators.ALL,
            ScatterOperators.ALL,
            SelectionOperators.ALL,
            ControlOperators.ALL,
            SequenceOperators.ALL,
            TextOperators.ALL,
            WordCountOperators.ALL,
            ClassicalOperators.ALL,
            LinearModelOperators.ALL,
            TreeOperators.ALL);

    private StandardOperators() {}

    /** Prepares a graph to run on the processor with these operators. */
    public static Network network(Graph graph, Precision precision) {
        return Network.of(graph, SET, precision, Device.CPU);
    }
}
