package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Kind;
import dev.whence.graph.Network;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A node through which no contribution can pass although the target depends on an attributed input through it.
 *
 * @param node the node's name
 * @param operator its operator
 * @param opset the version of the operator set
 * @param reason why, as the end of a sentence
 */
public record Obstacle(String node, String operator, int opset, String reason) {
    /** Runs forward and walks back from the target. */
    static List<Obstacle> find(Network network, Map<String, NdArray> inputs, Set<String> sources, String target) {
        try (TensorScope scope = TensorScope.open()) {
            Map<String, Tensor> feeds = new LinkedHashMap<>();
            inputs.forEach((name, array) -> feeds.put(name, Tensor.of(array)));
            Trace trace = network.run(feeds, sources, Set.of(target), Interpreter.Retention.NOTHING);
            List<Obstacle> found = new ArrayList<>();
            Slot slot = trace.slot(target);
            for (Step step : Reachability.stepsTowards(trace.steps(), slot)) {
                if (step.kind() instanceof Kind.Blocking(String reason)) {
                    found.add(of(step, reason));
                } else if (step.operator().gradient() == null && !(step.kind() instanceof Kind.Composite)) {
                    found.add(of(step, "it has no gradient"));
                }
            }
            return found;
        }
    }

    private static Obstacle of(Step step, String reason) {
        return new Obstacle(
                step.node().name(), step.node().operator(), step.node().opset(), reason);
    }
}
