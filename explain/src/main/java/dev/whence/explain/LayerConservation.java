package dev.whence.explain;

/**
 * What one node got, gave and kept in a walk of relevance, one number an example.
 *
 * @param node the node's name
 * @param operator its operator
 * @param opset the version of the operator set
 * @param rule the rule that it got
 * @param arrived relevance of its outputs
 * @param left relevance of its inputs
 * @param absorbed relevance that its biases and constants kept
 */
public record LayerConservation(
        String node, String operator, int opset, String rule, double[] arrived, double[] left, double[] absorbed) {

    /** What is neither given on nor kept by biases and constants: the stabilisers' part, and what a rule does not conserve. */
    public double lost(int example) {
        return arrived[example] - left[example] - absorbed[example];
    }

    /** What biases and constants kept, as a share of what arrived; 0 where nothing arrived. */
    public double absorbedShare(int example) {
        return arrived[example] == 0 ? 0 : absorbed[example] / arrived[example];
    }
}
