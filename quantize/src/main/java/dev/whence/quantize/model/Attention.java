package dev.whence.quantize.model;

import dev.whence.graph.Node;
import java.util.List;

/**
 * One attention: softmax(q k^T) v between dense layers.
 *
 * @param softmax the node that makes the weights
 * @param first queries times keys
 * @param second weights times values
 * @param projections the dense layers that make queries, keys and values; empty where they were not found
 * @param after the dense layers that read the result; empty where they were not found
 * @param scale where a constant scales
 */
record Attention(
        Node softmax,
        Product first,
        Product second,
        List<Product> projections,
        List<Product> after,
        ScalePlace scale) {}
