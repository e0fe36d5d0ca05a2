package dev.whence.explain;

import dev.whence.graph.Attributes;
import dev.whence.graph.Step;
import java.util.Set;

/** Which operators only move elements: every element of their output is one element of their input, or a constant. */
final class LrpMoves {
    private static final Set<String> PURE = Set.of(
            "Cast",
            "CastLike",
            "CenterCropPad",
            "Compress",
            "Concat",
            "DepthToSpace",
            "Dropout",
            "Expand",
            "Flatten",
            "Gather",
            "GatherElements",
            "GatherND",
            "Identity",
            "MaxUnpool",
            "Pad",
            "RandomNormalLike",
            "RandomUniformLike",
            "Reshape",
            "ReverseSequence",
            "Slice",
            "SpaceToDepth",
            "Split",
            "Squeeze",
            "TensorScatter",
            "Tile",
            "Transpose",
            "Trilu",
            "Unsqueeze",
            "Where");

    private static final Set<String> SCATTERS = Set.of("Scatter", "ScatterElements", "ScatterND");

    private LrpMoves() {}

    /** Whether a step's elements go where they come from, each with a factor of one. */
    static boolean isPure(Step step) {
        String name = step.operator().name();
        if (SCATTERS.contains(name)) {
            Attributes attributes = step.node().attributes();
            return attributes.text("reduction", "none").equals("none");
        }
        return PURE.contains(name);
    }
}
