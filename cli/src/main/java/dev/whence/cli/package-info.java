@NullMarked
package dev.whence.cli;

import org.jspecify.annotations.NullMarked;
