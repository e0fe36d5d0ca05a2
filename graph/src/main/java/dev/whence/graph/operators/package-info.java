/** The operators Whence knows, one file a family; {@link StandardOperators} is the one list. */
@NullMarked
package dev.whence.graph.operators;

import org.jspecify.annotations.NullMarked;
