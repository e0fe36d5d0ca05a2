/**
 * Networks that are trained by the code of this module on data that may ship, and the experiments of the papers.
 *
 * <p>{@link dev.whence.examples.Bundled} names the files that come with this module: two ONNX networks and a few inputs
 * for each. {@code dev.whence.examples.digits} reads handwritten digits and {@code dev.whence.examples.genomics} makes
 * DNA sequences; each has a program that trains its network from the data to the ONNX file. {@code
 * dev.whence.examples.experiments} repeats the experiments of Shrikumar et al. 2017 with the networks of its authors.
 */
@NullMarked
package dev.whence.examples;

import org.jspecify.annotations.NullMarked;
