package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.Arrays;
import java.util.Map;

/**
 * Occlusion (Zeiler and Fergus 2014): how much the target falls when a window of the input is replaced by the reference; an
 * element under several windows gets their mean. A window of one element is feature ablation.
 *
 * @param window size along each axis after the batch; empty for single elements
 * @param strides steps along each axis after the batch; empty for the window's size
 */
public record Occlusion(long[] window, long[] strides) implements AttributionMethod {
    /** Every element on its own. */
    public static final Occlusion SINGLE_ELEMENTS = new Occlusion(new long[0], new long[0]);

    /** Copies the arrays in. */
    public Occlusion {
        window = window.clone();
        strides = strides.clone();
    }

    /** A copy of the window. */
    @Override
    public long[] window() {
        return window.clone();
    }

    /** A copy of the strides. */
    @Override
    public long[] strides() {
        return strides.clone();
    }

    @Override
    public String name() {
        return "occlusion";
    }

    @Override
    public Map<String, String> parameters() {
        return Map.of("window", Arrays.toString(window), "strides", Arrays.toString(strides));
    }

    @Override
    public Completeness completeness() {
        return Completeness.NONE;
    }

    @Override
    public boolean usesReference() {
        return true;
    }
}
