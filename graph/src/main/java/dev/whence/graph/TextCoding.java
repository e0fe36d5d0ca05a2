package dev.whence.graph;

import dev.whence.core.NdArray;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Lets operators that move, choose or compare elements work on strings: strings are numbered in their order, the operator
 * works on the numbers, and whole numbers that it gives back as its first output are strings again.
 */
final class TextCoding {
    /** The operators of the standard domain that take strings. */
    private static final Set<String> TAKING_STRINGS = Set.of(
            "Compress",
            "Concat",
            "DepthToSpace",
            "Equal",
            "Expand",
            "Flatten",
            "Gather",
            "GatherElements",
            "GatherND",
            "OneHot",
            "Pad",
            "Reshape",
            "ReverseSequence",
            "Scatter",
            "ScatterElements",
            "ScatterND",
            "Slice",
            "SpaceToDepth",
            "Split",
            "Squeeze",
            "TensorScatter",
            "Tile",
            "Transpose",
            "Unique",
            "Unsqueeze",
            "Where");

    private final List<String> texts;

    private TextCoding(List<String> texts) {
        this.texts = texts;
    }

    /** The strings of all inputs; null if none holds strings, or the operator does not take any. */
    static @Nullable TextCoding of(Node node, @Nullable Variable[] inputs) {
        if (!node.domain().isEmpty() || !TAKING_STRINGS.contains(node.operator())) {
            return null;
        }
        TreeSet<String> all = new TreeSet<>();
        boolean any = false;
        for (Variable input : inputs) {
            if (input instanceof Variable.Texts(Constant constant)) {
                all.addAll(constant.texts());
                any = true;
            }
        }
        return any ? new TextCoding(List.copyOf(all)) : null;
    }

    /** The inputs with numbers in place of strings; the numbers belong to the innermost scope. */
    @Nullable
    Variable[] encoded(@Nullable Variable[] inputs) {
        @Nullable Variable[] out = inputs.clone();
        for (int i = 0; i < out.length; i++) {
            if (out[i] instanceof Variable.Texts(Constant constant)) {
                long[] codes = constant.texts().stream()
                        .mapToLong(t -> java.util.Collections.binarySearch(texts, t))
                        .toArray();
                Tensor tensor = Tensor.of(NdArray.of(codes, constant.shape()));
                out[i] = new Slot("strings", tensor, false, true);
            }
        }
        return out;
    }

    /** The outputs with strings in place of the numbers of the first one, if it has whole numbers. */
    List<? extends @Nullable Variable> decoded(@Nullable Slot[] outputs) {
        List<@Nullable Variable> out = new ArrayList<@Nullable Variable>(java.util.Arrays.asList(outputs));
        if (outputs.length > 0 && outputs[0] != null && outputs[0].type() == NdArray.Type.INT64) {
            List<String> found = new ArrayList<>();
            for (long code : outputs[0].tensor().toLongs()) {
                found.add(texts.get((int) code));
            }
            out.set(0, new Variable.Texts(Constant.ofTexts(found, outputs[0].shape())));
            // Nobody holds the numbers: freed with the last hold.
            outputs[0].hold();
            outputs[0].release();
        }
        return out;
    }
}
