/**
 * Writes quantized networks as files that other runtimes execute: weights as integers, activations through
 * QuantizeLinear and DequantizeLinear, and a report of all of it inside the file.
 */
@NullMarked
package dev.whence.quantize.export;

import org.jspecify.annotations.NullMarked;
