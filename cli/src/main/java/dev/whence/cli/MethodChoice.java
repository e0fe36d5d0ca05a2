package dev.whence.cli;

import dev.whence.cli.inputs.InputKind;
import dev.whence.cli.inputs.LoadedInput;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.explain.ActivationRule;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.Conductance;
import dev.whence.explain.DeepLift;
import dev.whence.explain.DeepLiftShap;
import dev.whence.explain.Differences;
import dev.whence.explain.GradCam;
import dev.whence.explain.Gradient;
import dev.whence.explain.GradientShap;
import dev.whence.explain.InSilicoMutagenesis;
import dev.whence.explain.IntegratedGradients;
import dev.whence.explain.Lrp;
import dev.whence.explain.MaxTies;
import dev.whence.explain.Methods;
import dev.whence.explain.Noise;
import dev.whence.explain.Occlusion;
import dev.whence.explain.Quadrature;
import dev.whence.explain.SmoothGrad;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Turns names of methods and their settings into methods. */
final class MethodChoice {
    private static final int LETTERS = 4;
    private static final int MOST_RUNS = 100_000;
    private static final List<Class<? extends AttributionMethod>> DEEPLIFT =
            List.of(DeepLift.class, DeepLiftShap.class);
    private static final List<Class<? extends AttributionMethod>> RULED =
            List.of(DeepLift.class, DeepLiftShap.class, Lrp.class);
    private static final List<Class<? extends AttributionMethod>> ALONG_LINES =
            List.of(IntegratedGradients.class, Conductance.class);
    private static final List<Class<? extends AttributionMethod>> SAMPLED =
            List.of(GradientShap.class, SmoothGrad.class);
    private static final List<Class<? extends AttributionMethod>> OUTER = List.of(SmoothGrad.class, DeepLiftShap.class);

    private final MethodOptions options;
    private final DeepLiftOptions rules;
    private final Graph graph;
    private final Collection<LoadedInput> inputs;

    private MethodChoice(MethodOptions options, DeepLiftOptions rules, Graph graph, Collection<LoadedInput> inputs) {
        this.options = options;
        this.rules = rules;
        this.graph = graph;
        this.inputs = inputs;
    }

    /** Refuses a name that does not exist, with the nearest one. */
    static AttributionMethod find(String name) {
        return Methods.find(name.strip().toLowerCase(Locale.ROOT))
                .orElseThrow(() -> new WhenceException(
                        ErrorCode.USAGE,
                        "There is no method '" + name + "'"
                                + Suggestions.ending(name, Methods.byName().keySet()) + " There are "
                                + String.join(", ", Methods.byName().keySet()) + "."));
    }

    /**
     * The methods with the settings that the user gave; each setting must belong to one of them.
     *
     * @throws WhenceException if a setting has no meaning here
     */
    static List<AttributionMethod> resolve(
            List<String> names,
            MethodOptions options,
            DeepLiftOptions rules,
            Graph graph,
            Collection<LoadedInput> inputs) {
        List<AttributionMethod> plain = names.stream().map(MethodChoice::find).toList();
        List<AttributionMethod> concerned = new ArrayList<>(plain);
        if (options.inner != null) {
            concerned.add(find(options.inner));
        }
        requireUsed(options, rules, concerned);
        MethodChoice choice = new MethodChoice(options, rules, graph, inputs);
        return plain.stream().map(choice::withSettings).toList();
    }

    private static void requireUsed(MethodOptions o, DeepLiftOptions d, List<AttributionMethod> methods) {
        require(o.steps != null, "--steps", "integrated-gradients and conductance", ALONG_LINES, methods);
        require(o.quadrature != null, "--quadrature", "integrated-gradients and conductance", ALONG_LINES, methods);
        require(o.inner != null, "--inner", "smoothgrad, its kin and deeplift-shap", OUTER, methods);
        require(o.samples != null, "--samples", "gradient-shap, smoothgrad and its kin", SAMPLED, methods);
        require(o.noise != null, "--noise", "gradient-shap, smoothgrad and its kin", SAMPLED, methods);
        require(o.noiseScale != null, "--noise-scale", "gradient-shap, smoothgrad and its kin", SAMPLED, methods);
        require(o.signed, "--signed", "grad-cam", GradCam.class, methods);
        require(o.layerSize, "--layer-size", "grad-cam", GradCam.class, methods);
        require(!o.window.isEmpty(), "--window", "occlusion", Occlusion.class, methods);
        require(!o.stride.isEmpty(), "--stride", "occlusion", Occlusion.class, methods);
        require(o.channelAxis != null, "--channel-axis", "in-silico-mutagenesis", InSilicoMutagenesis.class, methods);
        require(!d.rules.isEmpty(), "--rule", "the DeepLIFT and LRP methods", RULED, methods);
        require(d.ties != null, "--ties", "the DeepLIFT methods", DEEPLIFT, methods);
        require(d.compat != null, "--compat", "the DeepLIFT methods", DEEPLIFT, methods);
        require(d.maxout, "--maxout", "the DeepLIFT methods", DEEPLIFT, methods);
        require(d.multipliers, "--multipliers", "the DeepLIFT methods", DEEPLIFT, methods);
        require(o.times != null, "--times", "the gradient methods", Gradient.class, methods);
        require(o.masked, "--masked", "the gradient methods", Gradient.class, methods);
    }

    private static void require(
            boolean given,
            String option,
            String owner,
            Class<? extends AttributionMethod> type,
            List<AttributionMethod> methods) {
        require(given, option, owner, List.of(type), methods);
    }

    private static void require(
            boolean given,
            String option,
            String owner,
            List<Class<? extends AttributionMethod>> types,
            List<AttributionMethod> methods) {
        if (given && methods.stream().noneMatch(m -> types.stream().anyMatch(type -> type.isInstance(m)))) {
            String names = String.join(
                    ", ", methods.stream().map(AttributionMethod::name).toList());
            throw new WhenceException(
                    ErrorCode.USAGE, "Option " + option + " belongs to " + owner + ", not to " + names + ".");
        }
    }

    private AttributionMethod withSettings(AttributionMethod plain) {
        return switch (plain) {
            case IntegratedGradients integrated -> integrated(integrated);
            case Occlusion _ -> new Occlusion(window(options.window), window(options.stride));
            case InSilicoMutagenesis _ -> new InSilicoMutagenesis(channelAxis());
            case DeepLift deepLift -> deepLift(deepLift);
            case DeepLiftShap shap -> new DeepLiftShap(deepLift(averaged(shap)));
            case GradientShap shap -> sampled(shap);
            case SmoothGrad smooth -> smooth(smooth);
            case GradCam cam -> cam.withRectified(!options.signed).withUpsampled(!options.layerSize);
            case Conductance conductance ->
                new Conductance(steps(conductance.steps()), quadrature(conductance.quadrature()));
            case Gradient gradient -> gradient(gradient);
            case Lrp lrp -> LrpRules.given(lrp, rules.rules, this::requireNode);
        };
    }

    private IntegratedGradients integrated(IntegratedGradients plain) {
        return new IntegratedGradients(steps(plain.steps()), quadrature(plain.quadrature()));
    }

    private int steps(int standard) {
        return within("--steps", options.steps == null ? standard : options.steps, 1);
    }

    private Quadrature quadrature(Quadrature standard) {
        return options.quadrature == null ? standard : named("--quadrature", options.quadrature, Quadrature.values());
    }

    private static int within(String option, int number, int least) {
        if (number < least || number > MOST_RUNS) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Option " + option + " must be from " + least + " to " + MOST_RUNS + "; found " + number + ".");
        }
        return number;
    }

    // ---- many runs of other methods ----------------------------------------------------------------------------

    private DeepLift averaged(DeepLiftShap shap) {
        if (options.inner == null) {
            return shap.rules();
        }
        if (find(options.inner) instanceof DeepLift inner) {
            return inner;
        }
        throw new WhenceException(
                ErrorCode.USAGE,
                "Option --inner: deeplift-shap averages one of the DeepLIFT methods; found '" + options.inner + "'.");
    }

    private GradientShap sampled(GradientShap plain) {
        int samples = within("--samples", options.samples == null ? plain.samples() : options.samples, 1);
        return plain.withSamples(samples).withNoise(noise(plain.noise()));
    }

    private SmoothGrad smooth(SmoothGrad plain) {
        int least = plain.summary() == SmoothGrad.Summary.VARIANCE ? 2 : 1;
        int samples = within("--samples", options.samples == null ? plain.samples() : options.samples, least);
        AttributionMethod inner = options.inner == null ? plain.inner() : find(options.inner);
        if (inner instanceof SmoothGrad) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Option --inner: " + plain.name() + " repeats a method without noise; found '" + options.inner
                            + "'.");
        }
        AttributionMethod repeated =
                inner instanceof DeepLiftShap shap ? new DeepLiftShap(deepLift(shap.rules())) : withSettings(inner);
        return plain.around(repeated).withSamples(samples).withNoise(noise(plain.noise()));
    }

    private Noise noise(Noise standard) {
        double level = options.noise == null ? standard.level() : options.noise;
        if (!(level >= 0 && level < Double.POSITIVE_INFINITY)) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Option --noise must be a number from 0 on; found " + level + ".");
        }
        return new Noise(
                level,
                options.noiseScale == null
                        ? standard.scale()
                        : named("--noise-scale", options.noiseScale, Noise.Scale.values()));
    }

    /** Two numbers for a picture leave out its channels, which are then covered whole. */
    private long[] window(List<Long> sizes) {
        long[] given = sizes.stream().mapToLong(Long::longValue).toArray();
        LoadedInput first = inputs.iterator().next();
        boolean picture = first.kind() == InputKind.IMAGE && first.values().rank() == 4 && first.channelAxis() > 0;
        if (given.length != 2 || !picture) {
            return given;
        }
        long channels = first.values().dimension(first.channelAxis());
        return first.channelAxis() == 1
                ? new long[] {channels, given[0], given[1]}
                : new long[] {given[0], given[1], channels};
    }

    private int channelAxis() {
        LoadedInput input = inputs.iterator().next();
        if (options.channelAxis != null) {
            int axis = options.channelAxis;
            if (axis < 1 || axis >= input.values().rank()) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Option --channel-axis must be from 1 to "
                                + (input.values().rank() - 1) + "; found " + axis + ".");
            }
            return axis;
        }
        return ReferenceChoice.channelAxis(input, LETTERS)
                .orElseThrow(() -> new WhenceException(
                        ErrorCode.USAGE,
                        "in-silico-mutagenesis needs one-hot sequences; no axis of " + input.values()
                                + " has length 4. Say which one holds the letters with --channel-axis."));
    }

    private DeepLift deepLift(DeepLift plain) {
        DeepLift out = plain.withMaxout(rules.maxout).withMultipliers(rules.multipliers);
        if (rules.ties != null) {
            out = out.withTies(named("--ties", rules.ties, MaxTies.values()));
        }
        if (rules.compat != null) {
            out = out.withDifferences(named("--compat", rules.compat, Differences.values()));
        }
        for (String rule : rules.rules) {
            int equals = rule.lastIndexOf('=');
            if (equals <= 0) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Option --rule wants NODE=RULE, such as relu_3=rescale; found '" + rule + "'.");
            }
            String node = rule.substring(0, equals);
            requireNode(node);
            String name = rule.substring(equals + 1);
            out = out.withRule(
                    node,
                    name.equalsIgnoreCase("revealcancel")
                            ? ActivationRule.REVEAL_CANCEL
                            : named("--rule", name, ActivationRule.values()));
        }
        return out;
    }

    private void requireNode(String node) {
        if (graph.node(node).isEmpty()) {
            List<String> names = graph.nodes().stream().map(Node::name).toList();
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Option --rule: the model has no node '" + node + "'" + Suggestions.ending(node, names)
                            + " 'whence model show' lists them.");
        }
    }

    private Gradient gradient(Gradient plain) {
        Gradient out =
                options.times == null ? plain : plain.times(named("--times", options.times, Gradient.Factor.values()));
        return options.masked ? out.onlyWhereInputIsNotZero() : out;
    }

    /** A constant by its name in small letters with hyphens. */
    private static <E extends Enum<E>> E named(String option, String text, E[] values) {
        List<String> names = new ArrayList<>();
        for (E value : values) {
            String name = value.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (name.equals(text.strip().toLowerCase(Locale.ROOT))) {
                return value;
            }
            names.add(name);
        }
        throw new WhenceException(
                ErrorCode.USAGE,
                "Option " + option + ": there is no '" + text + "'" + Suggestions.ending(text, names) + " There are "
                        + String.join(", ", names) + ".");
    }
}
