package dev.whence.graph.rewrite;

import dev.whence.graph.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Nodes that only pass a value on. */
final class Passages {
    private Passages() {}

    static Optional<Edit> identity(Site site) {
        return site.is("Identity") ? passed(site) : Optional.empty();
    }

    static Optional<Edit> dropout(Site site) {
        Node node = site.node();
        boolean maskUnread = node.outputs().stream().skip(1).allMatch(site::isUnread);
        return site.is("Dropout") && maskUnread && !mayTrain(site) ? passed(site) : Optional.empty();
    }

    /** Whether the third input can switch training on. */
    private static boolean mayTrain(Site site) {
        return site.node().hasInput(2) && !site.isNumber(site.node().inputs().get(2), 0);
    }

    /** Readers read the input instead, unless the output is one of the graph's or is read by a graph inside a node. */
    private static Optional<Edit> passed(Site site) {
        Node node = site.node();
        String gone = node.outputs().getFirst();
        if (site.isOutput(gone) || site.isCaptured(gone)) {
            return Optional.empty();
        }
        return Optional.of(new Edit(
                List.of(node), List.of(), Map.of(), Map.of(gone, node.inputs().getFirst())));
    }
}
