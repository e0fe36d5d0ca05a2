/**
 * What a network is to quantization: its layers with the names their author gave them, the layer normalisations before
 * them, and what each layer contributes to the network's answers. Everything is found in the graph as exporters write it;
 * what is not recognised is noted with its node.
 */
@NullMarked
package dev.whence.quantize.model;

import org.jspecify.annotations.NullMarked;
