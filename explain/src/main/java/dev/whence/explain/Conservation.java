package dev.whence.explain;

import java.util.List;

/**
 * Where the relevance of a target went: to the inputs, to biases and constants, or nowhere.
 *
 * @param explanation the result
 * @param start relevance at the target, one number an example
 * @param end relevance at the inputs
 * @param absorbed what all biases and constants kept
 * @param layers every node between the target and the inputs, in backward order
 */
public record Conservation(
        Explanation explanation, double[] start, double[] end, double[] absorbed, List<LayerConservation> layers) {
    /** Copies the layers in. */
    public Conservation {
        layers = List.copyOf(layers);
    }
}
