@NullMarked
package dev.whence.graph;

import org.jspecify.annotations.NullMarked;
