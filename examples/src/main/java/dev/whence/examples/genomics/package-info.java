/** Simulated DNA with binding sites of two proteins, and a small convolutional network that finds them. */
@NullMarked
package dev.whence.examples.genomics;

import org.jspecify.annotations.NullMarked;
