package dev.whence.explain;

import dev.whence.graph.Interpreter;
import org.jspecify.annotations.Nullable;

/** A method that walks backward: for every kind of step, how signals at its outputs become signals at its inputs. */
interface Propagation {
    /** What the method reads of each step after the forward run. */
    Interpreter.Retention retention();

    /**
     * Prepares one step. What does not depend on the target is computed here, once for all targets.
     *
     * @param index the step's place in the trace
     */
    Pullback at(int index);

    /** One step, prepared. */
    @FunctionalInterface
    interface Pullback {
        /**
         * Carries signals from outputs to inputs.
         *
         * @param target which of several targets
         * @param outputs signals at the step's outputs, null where none arrives
         * @return signals at its inputs, null where none leaves
         */
        @Nullable
        Signal[] carry(int target, @Nullable Signal[] outputs);
    }
}
