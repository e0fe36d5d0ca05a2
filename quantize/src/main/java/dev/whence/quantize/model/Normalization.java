package dev.whence.quantize.model;

import dev.whence.graph.Constant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A layer normalisation over the last axis: y = gamma (x - mean) / deviation + beta.
 *
 * @param name by the rule for layers, such as {@code blocks.0.norm1}
 * @param form how the graph spells it
 * @param data the value x
 * @param output the value y
 * @param gamma the constant that scales; other normalisations may read it too
 * @param gammaData its numbers, also where other nodes make them of constants
 * @param gammaNode the node that reads it
 * @param beta the constant that shifts, or null
 * @param betaData its numbers, or null
 * @param betaNode the node that reads it, or would
 * @param channels elements of gamma
 * @param consumers the {@linkplain QuantizableLayer#name names} of the layers that read y, directly or through nodes that only
 *     move numbers
 * @param obstacles why its scales cannot be moved into the layers behind it; empty if they can
 */
public record Normalization(
        String name,
        Form form,
        String data,
        String output,
        String gamma,
        Constant gammaData,
        String gammaNode,
        @Nullable String beta,
        @Nullable Constant betaData,
        String betaNode,
        long channels,
        List<String> consumers,
        List<String> obstacles) {
    /** How a graph spells layer normalisation. */
    public enum Form {
        /** One operator. */
        FUSED,
        /** Mean, difference, square, mean, root, quotient, product, sum. */
        PRIMITIVE
    }

    /** Copies the lists in. */
    public Normalization {
        consumers = List.copyOf(consumers);
        obstacles = List.copyOf(obstacles);
    }

    /** Whether a scale and shift of each channel can move from here into the weights of all that read it. */
    public boolean isReparameterisable() {
        return obstacles.isEmpty();
    }
}
