package dev.whence.explain;

import dev.whence.core.NdArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Takes down, batch by batch, which element of the target's value is explained for each example. */
final class Chosen {
    private final List<TargetChoice> choices;
    private final long[][] elements;

    Chosen(List<TargetChoice> choices, int examples) {
        this.choices = choices;
        this.elements = new long[choices.size()][examples];
    }

    /** The number of examples in all. */
    int examples() {
        return elements.length == 0 ? 0 : elements[0].length;
    }

    /** The weights of one target for a batch that begins at the given example; a single element has the largest. */
    void take(int target, int first, NdArray weights) {
        int count = (int) weights.dimension(0);
        int row = weights.size() / count;
        for (int i = 0; i < count; i++) {
            int best = 0;
            for (int j = 1; j < row; j++) {
                best = weights.getDouble(i * row + j) > weights.getDouble(i * row + best) ? j : best;
            }
            elements[target][first + i] = best;
        }
    }

    /** The elements of a target for the examples from one to another; empty if it is more than one element. */
    List<Long> of(int target, int from, int to) {
        return switch (choices.get(target)) {
            case TargetChoice.Index _,
                    TargetChoice.PerExample _,
                    TargetChoice.ArgMax _,
                    TargetChoice.SoftmaxNormalised _ ->
                Arrays.stream(elements[target], from, to).boxed().toList();
            case TargetChoice.Difference _, TargetChoice.DifferencePerExample _, TargetChoice.Sum _ -> List.of();
        };
    }

    /** The choice in words, with what the largest element turned out to be. */
    String text(int target, int from, int to) {
        TargetChoice choice = choices.get(target);
        return choice instanceof TargetChoice.ArgMax
                ? Arrays.stream(elements[target], from, to)
                        .mapToObj(Long::toString)
                        .collect(Collectors.joining(",", "argmax: ", ""))
                : choice.toString();
    }
}
