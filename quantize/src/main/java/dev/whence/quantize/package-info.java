/**
 * Post-training quantization of networks: fewer bits for weights and activations, and the bits spent where they matter.
 * A {@link dev.whence.quantize.Quantizer} turns numbers into codes and back; how its parameters are fitted to data is
 * apart from it. All its arithmetic is float32, and it rounds half to even, as the QuantizeLinear operator of ONNX does.
 */
@NullMarked
package dev.whence.quantize;

import org.jspecify.annotations.NullMarked;
