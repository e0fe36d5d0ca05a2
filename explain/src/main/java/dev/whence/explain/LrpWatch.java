package dev.whence.explain;

import dev.whence.graph.Interpreter;

/** Looks on while relevance walks back. */
@FunctionalInterface
interface LrpWatch {
    /**
     * A step's rule with what is to be noticed of it.
     *
     * @param index the step's place in the plan
     */
    Propagation.Pullback watched(int index, LrpPlan plan, Propagation.Pullback pullback);

    /** The same rules, looked at. */
    default Propagation around(Propagation rules, LrpPlan plan) {
        return new Propagation() {
            @Override
            public Interpreter.Retention retention() {
                return rules.retention();
            }

            @Override
            public Pullback at(int index) {
                return watched(index, plan, rules.at(index));
            }
        };
    }
}
