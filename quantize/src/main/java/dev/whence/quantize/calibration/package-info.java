/** Fits quantizers to a network, layer by layer, and makes the quantized network of them. */
@NullMarked
package dev.whence.quantize.calibration;

import org.jspecify.annotations.NullMarked;
