package dev.whence.explain;

import dev.whence.core.Attribution;
import dev.whence.core.Correlation;
import dev.whence.core.ErrorCode;
import dev.whence.core.Progress;
import dev.whence.core.Units;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The course of a randomisation check: one explanation of the network as it is, and one a stage. */
final class Randomizer {
    private Randomizer() {}

    static RandomizationCheck check(Explainer explainer, Request all, int most) {
        Graph graph = explainer.graph();
        Request request = all.target(all.targets().getFirst());
        String target = TargetNode.of(graph, request.output()).name();
        List<WeightLayers.Layer> layers = WeightLayers.between(graph, Sources.of(graph, request), target);
        if (layers.isEmpty()) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "No layer with weights lies between what is attributed and the target '" + target
                            + "', so there is nothing to randomise.");
        }
        int count = most > 0 ? Math.min(most, layers.size()) : layers.size();
        Explanation original =
                explainer.explain(request.progress(part(request, 0, count + 1))).getFirst();
        Request fixed = settled(request, original);
        List<RandomizationCheck.Stage> stages = new ArrayList<>();
        Set<String> shuffled = new HashSet<>();
        int done = 0;
        for (int stage = 1; stage <= count; stage++) {
            int until = Math.ceilDiv(stage * layers.size(), count);
            layers.subList(done, until).forEach(layer -> shuffled.addAll(layer.weights()));
            done = until;
            try (Explainer other = explainer.sibling(WeightLayers.shuffled(graph, shuffled, request.seed()))) {
                Explanation found = other.explain(fixed.progress(part(request, stage, count + 1)))
                        .getFirst();
                stages.add(stage(layers.get(done - 1), done, original.attribution(), found.attribution()));
            }
        }
        return new RandomizationCheck(original, layers.size(), stages);
    }

    /** The request for the elements that were chosen, whatever a changed network would choose. */
    static Request settled(Request request, Explanation explanation) {
        return request.targets().getFirst() instanceof TargetChoice.ArgMax
                ? request.target(new TargetChoice.PerExample(explanation.elements()))
                : request;
    }

    private static Progress part(Request request, int part, int parts) {
        return (done, total, label) -> request.progress().step(part * total + done, parts * total, label);
    }

    private static RandomizationCheck.Stage stage(
            WeightLayers.Layer layer, int layers, Attribution original, Attribution found) {
        double[] signed = new double[original.examples()];
        double[] absolute = new double[original.examples()];
        for (int i = 0; i < signed.length; i++) {
            double[] first = scores(original, i);
            double[] second = scores(found, i);
            signed[i] = Correlation.spearman(first, second);
            absolute[i] = Correlation.spearman(absolutes(first), absolutes(second));
        }
        return new RandomizationCheck.Stage(
                layer.node(),
                layer.operator(),
                layers,
                RandomizationCheck.list(signed),
                RandomizationCheck.list(absolute));
    }

    private static double[] absolutes(double[] scores) {
        return Arrays.stream(scores).map(Math::abs).toArray();
    }

    /** All scores of one example but what conditions contributed, which another network may lack. */
    private static double[] scores(Attribution attribution, int example) {
        double[] all = new double[0];
        for (int u = 0; u < attribution.units().size(); u++) {
            Units one = attribution.units().get(u);
            if (u > 0 && one.scores().rank() == 1) {
                continue;
            }
            int row = one.scores().size() / attribution.examples();
            int before = all.length;
            all = Arrays.copyOf(all, before + row);
            for (int i = 0; i < row; i++) {
                all[before + i] = one.scores().getDouble(example * row + i);
            }
        }
        return all;
    }
}
