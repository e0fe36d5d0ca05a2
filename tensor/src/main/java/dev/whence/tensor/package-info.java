@NullMarked
package dev.whence.tensor;

import org.jspecify.annotations.NullMarked;
