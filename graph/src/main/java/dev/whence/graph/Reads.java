package dev.whence.graph;

/** Which values of a step somebody reads after the forward run; what nobody reads is freed. */
public enum Reads {
    /** Only shapes (and inputs that are constant or not of a real type, which are always there). */
    NOTHING(false, false),
    /** The inputs. */
    INPUTS(true, false),
    /** The outputs. */
    OUTPUTS(false, true),
    /** Both. */
    ALL(true, true);

    private final boolean inputs;
    private final boolean outputs;

    Reads(boolean inputs, boolean outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /** Whether inputs are read. */
    public boolean inputs() {
        return inputs;
    }

    /** Whether outputs are read. */
    public boolean outputs() {
        return outputs;
    }
}
