/** Finished pieces of costly work, kept in a folder so that a stopped or repeated run need not do them again. */
@NullMarked
package dev.whence.quantize.pieces;

import org.jspecify.annotations.NullMarked;
