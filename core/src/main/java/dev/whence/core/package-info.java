@NullMarked
package dev.whence.core;

import org.jspecify.annotations.NullMarked;
