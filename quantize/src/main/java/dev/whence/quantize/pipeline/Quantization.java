package dev.whence.quantize.pipeline;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.explain.Lrp;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Graph;
import dev.whence.quantize.ErrorReduction;
import dev.whence.quantize.allocation.Allocation;
import dev.whence.quantize.allocation.AllocationSolver;
import dev.whence.quantize.allocation.Budget;
import dev.whence.quantize.allocation.LayerChoice;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.allocation.ParetoFrontier;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.quantize.model.LayerContributions;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import dev.whence.quantize.pieces.NumberForm;
import dev.whence.quantize.pieces.PieceCache;
import dev.whence.quantize.pieces.PieceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Quantizes a network within a budget of bits: asks what each layer contributes, lets an exact solver give the bits to those
 * that matter, fits, corrects, and keeps the best of what was tried. Every choice is made on the calibration examples; where
 * there are 48 or more, on a quarter of them that is held back until it is made.
 *
 * <pre>{@code
 * Outcome outcome = Quantization.run(graph, Map.of("image", images), Plan.of(3), Progress.SILENT);
 * }</pre>
 *
 * <p>The allocation by relevance follows Ranjan and Savakis, "LRP-QViT: Mixed-Precision Vision Transformer Quantization via
 * Layer-wise Relevance Propagation" (2024), in spirit; the score of a layer, the exact solver and the choice between
 * objectives are ours.
 */
public final class Quantization {
    private static final int FRONTIER_POINTS = 13;

    private final QuantizableModel model;
    private final Examples examples;
    private final Plan plan;
    private final PieceCache cache;
    private final PieceKey key;
    private final Progress progress;
    private final List<String> warnings = new ArrayList<>();

    private Quantization(QuantizableModel model, Examples examples, Plan plan, PieceCache cache, Progress progress) {
        this.model = model;
        this.examples = examples;
        this.plan = plan;
        this.cache = cache;
        this.key = model.key(cache).and(plan.settings().toString());
        this.progress = progress;
    }

    /**
     * Quantizes a network.
     *
     * @param graph in float32
     * @param examples its inputs, one row an example; a few dozen are enough, some hundred are better
     * @param plan what is wanted
     * @param progress told of every step
     * @throws WhenceException if examples do not fit the network, it has nothing to quantize, a pin names no layer or no
     *     width, or no widths fit the budget
     */
    public static Outcome run(Graph graph, Map<String, NdArray> examples, Plan plan, Progress progress) {
        return run(graph, examples, plan, PieceCache.none(), progress);
    }

    /**
     * As {@link #run(Graph, Map, Plan, Progress)}, keeping every finished piece of work and using those that are kept. The
     * outcome is the same to the bit, whether pieces are made or read.
     *
     * @param cache where pieces are kept
     */
    public static Outcome run(
            Graph graph, Map<String, NdArray> examples, Plan plan, PieceCache cache, Progress progress) {
        ExampleChecks.require(graph, examples);
        Examples all = Examples.of(graph, examples);
        QuantizableModel model = QuantizableModel.of(graph, all.first());
        Quantization quantization = new Quantization(model, all, plan, cache, progress);
        quantization.warnings.addAll(ExampleChecks.warnings(graph, examples));
        return quantization.run();
    }

    private Outcome run() {
        requireLayers();
        @Nullable LayerContributions contributions = contributions();
        Map<String, Double> relevance = relevance(contributions);
        try (Calibration calibration = Calibration.of(model, plan.settings(), cache)) {
            Map<String, Map<Integer, Double>> sensitivities =
                    needs(Objective::needsSensitivities) ? sensitivities(calibration) : Map.of();
            Map<String, NdArray> asked = examples.forChoice();
            Supplier<Map<String, NdArray>> exact = once(() -> calibration.runFloat(asked));
            List<Outcome.Trial> trials = new ArrayList<>();
            Outcome.@Nullable Trial best = null;
            @Nullable QuantizedModel plain = null;
            @Nullable QuantizedModel taken = null;
            for (Objective objective : plan.objectives()) {
                Allocation allocation = allocate(objective, relevance, sensitivities);
                QuantizedModel fitted = fitted(calibration, allocation);
                QuantizedModel quantized = corrected(calibration, fitted, examples.forCorrections());
                double divergence = cache.recall(
                        trialKey(allocation),
                        new NumberForm(),
                        () -> Divergence.of(exact.get(), calibration.run(quantized, asked)));
                Outcome.Trial trial = new Outcome.Trial(objective, allocation, divergence);
                trials.add(trial);
                if (best == null || divergence < best.divergence()) {
                    best = trial;
                    plain = fitted;
                    taken = quantized;
                }
            }
            if (best == null || plain == null || taken == null) {
                throw new IllegalStateException("a plan without objectives");
            }
            if (examples.areHeld()) {
                taken = corrected(calibration, plain, examples.inputs());
            }
            ParetoFrontier frontier = plan.isUniform()
                    ? null
                    : ParetoFrontier.of(choices(best.objective(), relevance, sensitivities), FRONTIER_POINTS);
            warnings.addAll(cache.warnings());
            return new Outcome(taken, contributions, sensitivities, trials, best, frontier, warnings);
        }
    }

    private void requireLayers() {
        if (model.layers().isEmpty()) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "Model '" + model.graph().name()
                            + "' has no layer that can be quantized: no convolution, dense layer or"
                            + " product of activations in float32 was recognised"
                            + (model.notes().isEmpty()
                                    ? "."
                                    : "; " + model.notes().getFirst() + "."));
        }
        requirePins();
        model.notes().forEach(note -> warnings.add(note.toString()));
    }

    private void requirePins() {
        plan.pins().forEach((name, bits) -> {
            if (model.layer(name).isEmpty()) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "There is no layer '" + name + "' to pin; the model's layers are "
                                + String.join(
                                        ", ",
                                        model.layers().stream()
                                                .map(QuantizableLayer::name)
                                                .toList()) + ".");
            }
            if (bits < Plan.NARROWEST || bits > Plan.WIDEST) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Layer '" + name + "' cannot be pinned to " + bits + " bits; " + Plan.NARROWEST + " to "
                                + Plan.WIDEST + " are possible.");
            }
        });
    }

    private boolean needs(java.util.function.Predicate<Objective> of) {
        return plan.objectives().stream().anyMatch(of);
    }

    /** What layers contribute, or null where that cannot be told and need not be known. */
    private @Nullable LayerContributions contributions() {
        progress.step(0, 1, "relevance of layers");
        try {
            LayerContributions found = LayerContributions.of(
                    cache, model, examples.forContributions(), Lrp.ATTENTION, new TargetChoice.ArgMax());
            warnings.addAll(found.warnings());
            return found;
        } catch (WhenceException e) {
            if (e.code() == ErrorCode.CANCELLED || needs(Objective::needsContributions)) {
                throw e;
            }
            warnings.add("What layers contribute cannot be told: " + e.getMessage());
            return null;
        } finally {
            progress.step(1, 1, "relevance of layers");
        }
    }

    /**
     * What layers contribute, by name. A layer where no relevance arrives, say since its output cannot be explained,
     * counts as much as the least of the others: it is not known to be worthless.
     */
    private Map<String, Double> relevance(@Nullable LayerContributions contributions) {
        Map<String, Double> out = new HashMap<>();
        if (contributions != null) {
            contributions.layers().forEach(one -> out.put(one.layer(), one.mean()));
        }
        double least = out.values().stream()
                .mapToDouble(Double::doubleValue)
                .filter(one -> one > 0)
                .min()
                .orElse(1);
        model.layers().forEach(layer -> out.merge(layer.name(), least, Math::max));
        return out;
    }

    /** Each layer alone at each width, against the float answers. */
    private Map<String, Map<Integer, Double>> sensitivities(Calibration calibration) {
        Map<String, Map<Integer, Double>> out = new LinkedHashMap<>();
        Map<String, NdArray> asked = examples.forDivergences();
        Supplier<Map<String, NdArray>> exact = once(() -> calibration.runFloat(asked));
        PieceKey known = key.and("alone").and(examples.forFits()).and(asked);
        long all = (long) plan.candidates().size() * model.layers().size();
        long done = 0;
        for (int bits : plan.candidates()) {
            Map<String, Width> widths = new HashMap<>();
            model.layers().forEach(layer -> widths.put(layer.name(), Width.of(bits)));
            Supplier<QuantizedModel> quantized = once(() -> calibration.quantize(widths, examples.forFits()));
            for (QuantizableLayer layer : model.layers()) {
                progress.step(done++, all, "layers tried alone");
                double divergence = cache.recall(
                        known.and(layer.name() + " at " + bits),
                        new NumberForm(),
                        () -> Divergence.of(exact.get(), calibration.runWithOne(quantized.get(), layer.name(), asked)));
                out.computeIfAbsent(layer.name(), name -> new LinkedHashMap<>()).put(bits, divergence);
            }
        }
        progress.step(all, all, "layers tried alone");
        return out;
    }

    /** Everything that the divergence of a trial depends on. */
    private PieceKey trialKey(Allocation allocation) {
        return key.and("trial")
                .and(allocation.widths().toString())
                .and(plan.reducesErrors() ? new ErrorReduction().toString() : "not corrected")
                .and(examples.forFits())
                .and(examples.forCorrections())
                .and(examples.forChoice());
    }

    /** Asks for a value when it is needed first, and never again. */
    private static <T> Supplier<T> once(Supplier<T> of) {
        List<T> known = new ArrayList<>();
        return () -> {
            if (known.isEmpty()) {
                known.add(of.get());
            }
            return known.getFirst();
        };
    }

    private Allocation allocate(
            Objective objective, Map<String, Double> relevance, Map<String, Map<Integer, Double>> sensitivities) {
        List<LayerChoice> choices = choices(objective, relevance, sensitivities);
        List<Budget> budgets = Budget.average(plan.bits());
        return objective == Objective.UNIFORM
                ? AllocationSolver.uniform(choices, budgets)
                : AllocationSolver.solve(choices, budgets);
    }

    private List<LayerChoice> choices(
            Objective objective, Map<String, Double> relevance, Map<String, Map<Integer, Double>> sensitivities) {
        List<LayerChoice> out = new ArrayList<>();
        for (QuantizableLayer layer : model.layers()) {
            List<Width> widths = widths(layer, objective);
            double contribution = Objects.requireNonNull(relevance.get(layer.name()));
            double[] harm = widths.stream()
                    .mapToDouble(width ->
                            sensitivities.getOrDefault(layer.name(), Map.of()).getOrDefault(width.weightBits(), 0.0))
                    .toArray();
            out.add(new LayerChoice(
                    layer.name(),
                    layer.parameters(),
                    layer.isFirst() ? 0 : layer.multiplyAccumulates(),
                    0,
                    widths,
                    objective.costs(contribution, harm, widths.toArray(Width[]::new))));
        }
        return out;
    }

    /**
     * What a layer may have. Layers that read the network's input keep their activations at eight bits, and their bit
     * operations are no part of the budget, as in the published experiments.
     */
    private List<Width> widths(QuantizableLayer layer, Objective objective) {
        Integer pin = plan.pins().get(layer.name());
        List<Integer> bits = pin != null
                ? List.of(pin)
                : layer.isFirst() && objective == Objective.UNIFORM ? List.of(uniform()) : plan.candidates();
        int first = plan.settings().firstActivationBits();
        return bits.stream().map(b -> new Width(b, layer.isFirst() ? first : b)).toList();
    }

    /** The widest candidate within the mean, else the narrowest. */
    private int uniform() {
        return plan.candidates().stream()
                .filter(bits -> bits <= plan.bits())
                .reduce((one, wider) -> wider)
                .orElse(plan.candidates().getFirst());
    }

    private QuantizedModel fitted(Calibration calibration, Allocation allocation) {
        Map<String, Width> widths = new HashMap<>();
        for (int i = 0; i < allocation.layers().size(); i++) {
            widths.put(allocation.layers().get(i).name(), allocation.widths().get(i));
        }
        return calibration.quantize(widths, examples.forFits(), progress);
    }

    private QuantizedModel corrected(Calibration calibration, QuantizedModel quantized, Map<String, NdArray> on) {
        return plan.reducesErrors()
                ? calibration.reduceErrors(quantized, new ErrorReduction(), on, progress)
                : quantized;
    }
}
