package dev.whence.quantize.model;

import dev.whence.graph.Constant;

/**
 * The constant that is added to each output channel of a layer.
 *
 * @param value the value that is read
 * @param data its numbers
 * @param node the node that adds it: the layer's own, or the Add behind a matrix product
 */
public record Bias(String value, Constant data, String node) {}
