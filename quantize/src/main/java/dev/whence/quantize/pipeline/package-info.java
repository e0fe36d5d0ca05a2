/** The whole way from a network and a few examples to a quantized network within a budget, with the proof of every choice. */
@NullMarked
package dev.whence.quantize.pipeline;

import org.jspecify.annotations.NullMarked;
