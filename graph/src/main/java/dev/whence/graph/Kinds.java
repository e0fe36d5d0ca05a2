package dev.whence.graph;

/** Kinds that many operators share. */
public final class Kinds {
    /** Moves or sums elements. */
    public static final Kind MOVING = new Kind.Moving(-1);

    /** A function of one input, element by element. */
    public static final Kind ELEMENTWISE = new Kind.Elementwise(null);

    /** Gives whole numbers or truth values, through which nothing can flow. */
    public static final Kind DISCRETE = new Kind.Blocking("its output is an index, a count or a truth value");

    /** Jumps between constant values. */
    public static final Kind STEPS =
            new Kind.Blocking("it is constant between jumps, so no share of a change is defined");

    private Kinds() {}

    /** Elementwise with a secant that does not cancel. */
    public static Kind elementwise(Kind.Secant secant) {
        return new Kind.Elementwise(secant);
    }
}
