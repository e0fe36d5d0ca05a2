/** Handwritten digits of 8 by 8 pixels and a small convolutional network that reads them. */
@NullMarked
package dev.whence.examples.digits;

import org.jspecify.annotations.NullMarked;
