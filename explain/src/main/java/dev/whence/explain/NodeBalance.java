package dev.whence.explain;

/**
 * What one node got and gave in a backward walk of DeepLIFT, summed over all elements: contributions are multipliers times
 * differences. A rule that keeps summation-to-delta gives what it got.
 *
 * @param node the node's name
 * @param operator its operator
 * @param opset the version of the operator set
 * @param rule the rule that it got
 * @param arrived the contributions of its outputs
 * @param left the contributions of its inputs, and of what belongs to no input
 */
public record NodeBalance(String node, String operator, int opset, String rule, double arrived, double left) {
    /** What the node made out of nothing, or lost: {@code left - arrived}. */
    public double balance() {
        return left - arrived;
    }
}
