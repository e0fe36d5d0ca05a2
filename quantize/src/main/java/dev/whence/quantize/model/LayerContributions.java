package dev.whence.quantize.model;

import dev.whence.core.Attribution;
import dev.whence.core.Correlation;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.explain.Explainer;
import dev.whence.explain.Lrp;
import dev.whence.explain.RelevanceSums;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.explain.TokenEmbedding;
import dev.whence.graph.Precision;
import dev.whence.quantize.pieces.PieceCache;
import dev.whence.quantize.pieces.PieceKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What every layer of a network contributes to one target, over some examples: the relevance that a walk of layer-wise
 * relevance propagation leaves at the layer's output, in absolute value, as a share of what stood at the target. This measure
 * of a layer is our own; the rules of the walk are those of AttnLRP (Achtibat et al. 2024) or of Chefer, Gur, Wolf 2021.
 *
 * <pre>{@code
 * try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
 *     LayerContributions found =
 *             LayerContributions.of(explainer, model, Map.of("image", images), Lrp.ATTENTION, new TargetChoice.ArgMax());
 *     found.layers().forEach(l -> System.out.println(l.layer() + " " + l.mean()));
 * }
 * }</pre>
 *
 * @param target the target in words
 * @param values the target's value, one number an example
 * @param layers one a layer of the model, in its order
 * @param warnings what must be known to read the numbers
 */
public record LayerContributions(
        String target, double[] values, List<LayerContribution> layers, List<String> warnings) {
    /** Smaller targets make every share large and uncertain. */
    private static final double SMALLEST_TARGET = 1e-3;

    /** Fewer examples say little about other ones. */
    private static final int FEW_EXAMPLES = 8;

    /** Copies the lists in. */
    public LayerContributions {
        layers = List.copyOf(layers);
        warnings = List.copyOf(warnings);
    }

    /** The contributions to one target; see {@link #of(Explainer, QuantizableModel, Map, Lrp, List)}. */
    public static LayerContributions of(
            Explainer explainer, QuantizableModel model, Map<String, NdArray> inputs, Lrp method, TargetChoice target) {
        return of(explainer, model, inputs, method, List.of(target)).getFirst();
    }

    /**
     * The contributions to one target as the cache has them, or else as they are worked out now, on the model in float32.
     *
     * @throws WhenceException as {@link #of(Explainer, QuantizableModel, Map, Lrp, List)}
     */
    public static LayerContributions of(
            PieceCache cache, QuantizableModel model, Map<String, NdArray> inputs, Lrp method, TargetChoice target) {
        PieceKey key = model.key(cache)
                .and("contributions")
                .and(method.toString())
                .and(target.toString())
                .and(inputs);
        return cache.recall(key, new ContributionForm(model, ExampleRows.count(inputs)), () -> {
            try (Explainer explainer = Explainer.of(model.graph(), Precision.FLOAT32)) {
                return of(explainer, model, inputs, method, target);
            }
        });
    }

    /**
     * The contributions to several targets, say to every class, from one forward run of each example. Examples run one by one,
     * so that what one gives depends on no other.
     *
     * <p>The targets are elements of the first output. Where a layer has no way to it but to another output, the largest element
     * of each example is explained there too if it is a target here, and contributions are means over outputs; a warning says so.
     *
     * @param explainer of the model's graph
     * @param inputs the network's inputs, examples first
     * @param method {@link Lrp#ATTENTION}, {@link Lrp#CHEFER} or another walk of relevance
     * @param targets what to explain
     * @return one result a target, in order
     * @throws WhenceException as {@link Explainer#explain}, and {@link ErrorCode#INPUT_INVALID} if the model has no layers
     */
    public static List<LayerContributions> of(
            Explainer explainer,
            QuantizableModel model,
            Map<String, NdArray> inputs,
            Lrp method,
            List<TargetChoice> targets) {
        if (model.layers().isEmpty()) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "Model '" + model.graph().name() + "' has no layer that can be quantized.");
        }
        Set<String> outputs = new LinkedHashSet<>();
        model.layers().forEach(l -> outputs.add(l.output()));
        Request request = Request.of(inputs, method)
                .target(targets.toArray(TargetChoice[]::new))
                .at(source(model, inputs))
                .batch(1);
        List<RelevanceSums> first = explainer.relevance(request, outputs);
        OtherOutputs others = OtherOutputs.of(model);
        List<String> notes = new ArrayList<>();
        List<RelevanceSums> further = targets.contains(new TargetChoice.ArgMax())
                ? others.explained(explainer, request, outputs, notes)
                : List.of();
        List<LayerContributions> out = new ArrayList<>();
        for (int t = 0; t < targets.size(); t++) {
            List<RelevanceSums> all = new ArrayList<>(List.of(first.get(t)));
            List<String> warnings = new ArrayList<>();
            if (targets.get(t) instanceof TargetChoice.ArgMax) {
                all.addAll(further);
                warnings.addAll(notes);
            } else {
                others.notExplained().ifPresent(warnings::add);
            }
            out.add(contributions(model, method, all, warnings));
        }
        return out;
    }

    /** Where the walk ends: at the inputs, or at the embedding where those are whole numbers. */
    private static @Nullable String source(QuantizableModel model, Map<String, NdArray> inputs) {
        boolean hasReal = inputs.values().stream().anyMatch(a -> a.type().isFloating());
        return hasReal
                ? null
                : TokenEmbedding.find(model.graph()).map(TokenEmbedding::value).orElse(null);
    }

    /** @param outputs relevance of the first output, and of others whose layers the first does not need */
    private static LayerContributions contributions(
            QuantizableModel model, Lrp method, List<RelevanceSums> outputs, List<String> notes) {
        List<LayerContribution> layers = new ArrayList<>();
        List<String> without = new ArrayList<>();
        for (QuantizableLayer layer : model.layers()) {
            LayerContribution one = new LayerContribution(
                    layer.name(),
                    shares(outputs, layer, RelevanceSums.Sums::absolute),
                    shares(outputs, layer, RelevanceSums.Sums::signed),
                    shares(outputs, layer, RelevanceSums.Sums::positive));
            layers.add(one);
            if (one.mean() == 0) {
                without.add(layer.name());
            }
        }
        Attribution first = outputs.getFirst().explanation().attribution();
        List<String> warnings = new ArrayList<>(first.warnings());
        warnings.addAll(notes);
        warn(warnings, method, first.target().values(), without);
        return new LayerContributions(first.target().selection(), first.target().values(), layers, warnings);
    }

    private static void warn(List<String> warnings, Lrp method, double[] values, List<String> without) {
        long small =
                Arrays.stream(values).filter(v -> Math.abs(v) < SMALLEST_TARGET).count();
        if (small > 0 && method.start() == Lrp.Start.VALUE) {
            warnings.add("The target's value is below " + SMALLEST_TARGET + " for " + small + " of " + values.length
                    + " examples, which makes their shares large and uncertain; choose another target.");
        }
        if (values.length < FEW_EXAMPLES) {
            warnings.add("Contributions are means over " + values.length
                    + (values.length == 1 ? " example" : " examples") + "; at least " + FEW_EXAMPLES
                    + " tell more, and 16 are usual.");
        }
        if (!without.isEmpty()) {
            warnings.add("No relevance arrives at " + String.join(", ", without) + ".");
        }
    }

    /** Each number as a share of the size of what stood at the target, 0 where nothing did; the mean over outputs. */
    private static double[] shares(
            List<RelevanceSums> outputs, QuantizableLayer layer, Function<RelevanceSums.Sums, double[]> which) {
        double[] out = new double[outputs.getFirst().start().length];
        for (RelevanceSums output : outputs) {
            double[] sums = which.apply(Objects.requireNonNull(output.values().get(layer.output())));
            double[] start = output.start();
            Arrays.setAll(out, i -> out[i] + (start[i] == 0 ? 0 : sums[i] / Math.abs(start[i])) / outputs.size());
        }
        return out;
    }

    /** The contribution of a layer by its name. */
    public Optional<LayerContribution> layer(String name) {
        return layers.stream().filter(l -> l.layer().equals(name)).findFirst();
    }

    /** The contributions of all layers, in order: means of absolute shares. */
    public double[] means() {
        return each(LayerContribution::mean);
    }

    /** The contributions of all layers, in order, scaled to add up to 1. */
    public double[] normalized() {
        double[] means = means();
        double total = Arrays.stream(means).sum();
        return each(l -> total == 0 ? 0 : l.mean() / total);
    }

    /** The place of each layer when all are put in order, 1 for the largest contribution; equal ones in the model's order. */
    public int[] ranks() {
        double[] means = means();
        int[] out = new int[means.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = 1;
            for (int j = 0; j < means.length; j++) {
                out[i] += means[j] > means[i] || (means[j] == means[i] && j < i) ? 1 : 0;
            }
        }
        return out;
    }

    /**
     * How far the contributions agree in order with those from other examples or another network with as many layers: the rank
     * correlation of Spearman.
     */
    public double agreement(LayerContributions other) {
        return Correlation.spearman(means(), other.means());
    }

    private double[] each(ToDoubleFunction<LayerContribution> number) {
        return layers.stream().mapToDouble(number).toArray();
    }
}
