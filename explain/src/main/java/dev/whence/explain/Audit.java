package dev.whence.explain;

import dev.whence.core.ConvergenceReport;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether DeepLIFT's contributions add up, and node by node where they do not.
 *
 * @param explanation the result that was audited
 * @param convergence the report in the precision of the request
 * @param recheck the report in float64 if the first one failed, else null
 * @param example the example whose nodes are listed: the one with the largest delta (for a model that fixes the size of its
 *     batches, the sums run over the whole batch)
 * @param tolerance the largest balance of a node that passes
 * @param nodes the balance of every node between the target and the units, in backward order, in the precision of the last
 *     report
 */
public record Audit(
        Explanation explanation,
        ConvergenceReport convergence,
        @Nullable ConvergenceReport recheck,
        int example,
        double tolerance,
        List<NodeBalance> nodes) {
    /** Copies the nodes in. */
    public Audit {
        nodes = List.copyOf(nodes);
    }

    /** The report that counts: in float64 if there is one. */
    public ConvergenceReport last() {
        return recheck != null ? recheck : convergence;
    }

    /** Whether contributions add up within the tolerance of the last report, whatever the method promises. */
    public boolean passed() {
        return last().verdict() == ConvergenceReport.Verdict.PASS;
    }

    /** Whether a node's balance is within the tolerance; NaN is not. */
    public boolean isBalanced(NodeBalance node) {
        return Math.abs(node.balance()) <= tolerance;
    }

    /** The first node in backward order that does not give what it got. */
    public Optional<NodeBalance> firstUnbalanced() {
        return nodes.stream().filter(node -> !isBalanced(node)).findFirst();
    }
}
