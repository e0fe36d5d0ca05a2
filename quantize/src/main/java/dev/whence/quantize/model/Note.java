package dev.whence.quantize.model;

/**
 * Something in a network that recognition left alone, or that is worth knowing.
 *
 * @param node the node's name
 * @param operator its operator with domain and version
 * @param text one sentence
 */
public record Note(String node, String operator, String text) {
    /** The node and the sentence. */
    @Override
    public String toString() {
        return "node '" + node + "' (" + operator + "): " + text;
    }
}
