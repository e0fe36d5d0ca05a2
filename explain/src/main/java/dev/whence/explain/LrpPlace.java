package dev.whence.explain;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which layers an assignment is for. */
public sealed interface LrpPlace {
    /** Every layer but maxima. */
    record Everywhere() implements LrpPlace {}

    /** Layers of a sort. */
    record OfKind(LrpLayer kind) implements LrpPlace {}

    /** The layer of one node, by its name in the model. */
    record AtNode(String node) implements LrpPlace {}

    /**
     * Layers by their depth: the number of layers with weights between the attributed inputs and this one, on the longest way.
     *
     * @param from the smallest depth, 0 for layers that read the inputs through nothing else with weights
     * @param to the largest depth
     */
    record AtDepth(int from, int to) implements LrpPlace {}

    /** Layers at which all of several places agree. */
    record All(List<LrpPlace> places) implements LrpPlace {
        /** Copies the places in. */
        public All {
            places = List.copyOf(places);
        }
    }

    /** The first layers with weights. */
    static LrpPlace first() {
        return new AtDepth(0, 0);
    }

    /** Convolutions. */
    static LrpPlace convolutions() {
        return new OfKind(LrpLayer.CONVOLUTION);
    }

    /** Dense layers. */
    static LrpPlace dense() {
        return new OfKind(LrpLayer.DENSE);
    }

    /** Whether a layer is here. */
    default boolean holds(LrpLayer kind, String node, int depth) {
        return switch (this) {
            case Everywhere() -> kind != LrpLayer.MAXIMUM;
            case OfKind(LrpLayer wanted) -> wanted == kind;
            case AtNode(String name) -> name.equals(node);
            case AtDepth(int from, int to) ->
                from <= depth && depth <= to && (kind == LrpLayer.CONVOLUTION || kind == LrpLayer.DENSE);
            case All(List<LrpPlace> places) -> places.stream().allMatch(p -> p.holds(kind, node, depth));
        };
    }

    /** The sorts of layer that are named here: those that a rule must be for. None for single nodes and for everywhere. */
    default Set<LrpLayer> named() {
        return switch (this) {
            case Everywhere _, AtNode _ -> Set.of();
            case OfKind(LrpLayer kind) -> Set.of(kind);
            case AtDepth _ -> Set.of(LrpLayer.CONVOLUTION, LrpLayer.DENSE);
            case All(List<LrpPlace> places) ->
                places.stream().flatMap(p -> p.named().stream()).collect(Collectors.toUnmodifiableSet());
        };
    }

    /** In words, for results. */
    default String text() {
        return switch (this) {
            case Everywhere() -> "everywhere";
            case OfKind(LrpLayer kind) -> kind.name().toLowerCase(java.util.Locale.ROOT);
            case AtNode(String name) -> "node " + name;
            case AtDepth(int from, int to) -> from == to ? "depth " + from : "depth " + from + " to " + to;
            case All(List<LrpPlace> places) ->
                String.join(" and ", places.stream().map(LrpPlace::text).toList());
        };
    }
}
