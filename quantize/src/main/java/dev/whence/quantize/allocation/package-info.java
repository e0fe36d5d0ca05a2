/**
 * How many bits each layer gets: {@link dev.whence.quantize.allocation.Objective} says what a width costs a layer,
 * {@link dev.whence.quantize.allocation.Budget} what all layers together may use, and
 * {@link dev.whence.quantize.allocation.AllocationSolver} finds the cheapest widths within the budgets, with a proof.
 */
@NullMarked
package dev.whence.quantize.allocation;

import org.jspecify.annotations.NullMarked;
