@NullMarked
package dev.whence.bench;

import org.jspecify.annotations.NullMarked;
