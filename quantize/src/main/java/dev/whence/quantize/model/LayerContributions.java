package dev.whence.quantize.model;

import dev.whence.core.Correlation;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Target;
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
 * <p>Where several outputs are explained (see {@link #of(Explainer, QuantizableModel, Map, Lrp, List)}), {@code target} and
 * {@code values} are those of the first output alone; {@code layers} are means over outputs.
 *
 * @param target the target in words, at the first output
 * @param values the target's value at the first output, one number an example
 * @param layers one a layer of the model, in its order
 * @param warnings what must be known to read the numbers
 */
public record LayerContributions(
        String target, double[] values, List<LayerContribution> layers, List<String> warnings) {
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
     * <p>An example whose target is below 0.001 at an output is left out there, with a warning, and so is an output where all
     * examples are, unless no output is left.
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
        List<ExplainedOutput> further = targets.contains(new TargetChoice.ArgMax())
                ? others.explained(explainer, request, outputs, notes)
                : List.of();
        List<LayerContributions> out = new ArrayList<>();
        for (int t = 0; t < targets.size(); t++) {
            List<ExplainedOutput> all = new ArrayList<>(List.of(new ExplainedOutput(others.first(), first.get(t))));
            List<String> remarks = new ArrayList<>();
            if (targets.get(t) instanceof TargetChoice.ArgMax) {
                all.addAll(further);
                remarks.addAll(notes);
            } else {
                others.notExplained().ifPresent(remarks::add);
            }
            out.add(contributions(model, all, remarks));
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

    /**
     * @param outputs the first output, and others whose layers the first does not need
     * @param notes further warnings
     */
    private static LayerContributions contributions(
            QuantizableModel model, List<ExplainedOutput> outputs, List<String> notes) {
        List<ExplainedOutput> usable =
                outputs.stream().filter(ExplainedOutput::isUsable).toList();
        List<ExplainedOutput> counted = usable.isEmpty() ? List.of(outputs.getFirst()) : usable;
        List<LayerContribution> layers = new ArrayList<>();
        List<String> without = new ArrayList<>();
        for (QuantizableLayer layer : model.layers()) {
            LayerContribution one = new LayerContribution(
                    layer.name(),
                    shares(counted, layer, RelevanceSums.Sums::absolute),
                    shares(counted, layer, RelevanceSums.Sums::signed),
                    shares(counted, layer, RelevanceSums.Sums::positive));
            layers.add(one);
            if (one.mean() == 0) {
                without.add(layer.name());
            }
        }
        Target target = outputs.getFirst().sums().explanation().attribution().target();
        List<String> warnings = warnings(outputs, counted, notes);
        if (!without.isEmpty()) {
            warnings.add("No relevance arrives at " + String.join(", ", without) + ".");
        }
        return new LayerContributions(target.selection(), target.values(), layers, warnings);
    }

    private static List<String> warnings(
            List<ExplainedOutput> outputs, List<ExplainedOutput> counted, List<String> notes) {
        boolean isOne = outputs.size() == 1;
        List<String> warnings = new ArrayList<>();
        outputs.forEach(output -> warnings.addAll(output.warnings(isOne)));
        if (!isOne) {
            warnings.add(OtherOutputs.counted(
                    counted.stream().map(ExplainedOutput::name).toList()));
        }
        warnings.addAll(notes);
        for (ExplainedOutput output : outputs) {
            output.smallness(isOne, counted.contains(output)).ifPresent(warnings::add);
        }
        int examples = outputs.getFirst().examples();
        if (examples < FEW_EXAMPLES) {
            warnings.add("Contributions are means over " + examples + (examples == 1 ? " example" : " examples")
                    + "; at least " + FEW_EXAMPLES + " tell more, and 16 are usual.");
        }
        return warnings;
    }

    /** The mean of a layer's shares over outputs. */
    private static double[] shares(
            List<ExplainedOutput> outputs, QuantizableLayer layer, Function<RelevanceSums.Sums, double[]> which) {
        double[] out = new double[outputs.getFirst().examples()];
        for (ExplainedOutput output : outputs) {
            double[] its = output.shares(layer, which);
            Arrays.setAll(out, i -> out[i] + its[i] / outputs.size());
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
