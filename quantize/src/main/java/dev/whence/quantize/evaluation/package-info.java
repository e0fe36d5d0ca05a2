/** How far a quantized network does what the network does that it came from: results, evidence, time. */
@NullMarked
package dev.whence.quantize.evaluation;

import org.jspecify.annotations.NullMarked;
