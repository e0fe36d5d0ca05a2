/**
 * The experiments of Shrikumar, Greenside, Kundaje 2017 ("Learning Important Features Through Propagating Activation
 * Differences"), with the networks of its authors. The files of the authors do not ship with Whence; the programs are told
 * where they are. What came out stands in {@code docs/experiments/deeplift.md}.
 */
@NullMarked
package dev.whence.examples.experiments;

import org.jspecify.annotations.NullMarked;
