package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Network;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One walk of relevance that keeps what arrives at many values. */
final class LrpWalk {
    private LrpWalk() {}

    /** Relevance of the named values; zeros where none arrives. */
    static Map<String, NdArray> relevance(
            Network network, Lrp method, String input, NdArray x, TargetChoice target, Set<String> values) {
        String output = network.graph().outputs().getFirst().name();
        Set<String> kept = new LinkedHashSet<>(values);
        kept.add(output);
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = network.run(
                    Map.of(input, Tensor.of(x)), Set.of(input), kept, LrpPropagation.retention(method.composite()));
            Slot slot = trace.slot(output);
            NdArray value = slot.tensor().toNdArray();
            int examples = (int) x.dimension(0);
            Tensor weights =
                    Tensor.of(Seeds.weights(output, value, target, 0, examples)).to(slot.type());
            Backward.Signals signals = new Backward.Signals();
            signals.seed(slot, Signal.of(method.start() == Lrp.Start.ONE ? weights : weights.times(slot.tensor())));
            List<Step> steps = ElementwiseGroups.fused(trace.steps());
            Propagation rules =
                    new LrpPropagation(network, method, LrpPlan.of(method.composite(), steps, 0), examples, null);
            List<Slot> wanted = values.stream().map(trace::slot).toList();
            Backward.walk(steps, rules, List.of(signals), wanted);
            Map<String, NdArray> out = new LinkedHashMap<>();
            int i = 0;
            for (String name : values) {
                Slot at = wanted.get(i++);
                Signal arrived = signals.at(at);
                out.put(name, (arrived == null ? Tensor.zeros(at.type(), at.shape()) : arrived.plus()).toNdArray());
            }
            return out;
        }
    }
}
