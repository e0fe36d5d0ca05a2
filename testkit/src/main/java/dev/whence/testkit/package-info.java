@NullMarked
package dev.whence.testkit;

import org.jspecify.annotations.NullMarked;
