package dev.whence.graph;

/** Counts who needs the tensors behind a variable, however deep in lists they lie. */
final class Holding {
    private Holding() {}

    /** One more needs them. */
    static void hold(Variable variable) {
        switch (variable) {
            case Slot slot -> slot.hold();
            case Variable.Sequence(var items) -> items.forEach(Holding::hold);
            case Variable.Maybe(var item) when item != null -> hold(item);
            case Variable.Maybe _, Variable.Texts _ -> {}
        }
    }

    /** One less needs them; what nobody needs is freed. */
    static void release(Variable variable) {
        switch (variable) {
            case Slot slot -> slot.release();
            case Variable.Sequence(var items) -> items.forEach(Holding::release);
            case Variable.Maybe(var item) when item != null -> release(item);
            case Variable.Maybe _, Variable.Texts _ -> {}
        }
    }

    /** One less needs them, but somebody takes hold next: nothing is freed. */
    static void handOver(Variable variable) {
        switch (variable) {
            case Slot slot -> slot.handOver();
            case Variable.Sequence(var items) -> items.forEach(Holding::handOver);
            case Variable.Maybe(var item) when item != null -> handOver(item);
            case Variable.Maybe _, Variable.Texts _ -> {}
        }
    }
}
