/** Made-up reviews, a network that tells praise from blame, and the program that trains it. */
@NullMarked
package dev.whence.examples.reviews;

import org.jspecify.annotations.NullMarked;
