package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The activation functions of one direction of a recurrent operator, in the operator's order.
 *
 * @param functions the functions
 * @param clip the bound of their arguments, or infinity
 */
record RecurrentActivations(List<Function> functions, double clip) {

    /**
     * A named function with its parameters.
     *
     * @param name in lower case
     */
    record Function(String name, double alpha, double beta) {}

    /** The defaults of {@code alpha} and {@code beta}; NaN where a function takes none. */
    private static final Map<String, double[]> PARAMETERS = Map.ofEntries(
            Map.entry("relu", new double[] {Double.NaN, Double.NaN}),
            Map.entry("tanh", new double[] {Double.NaN, Double.NaN}),
            Map.entry("sigmoid", new double[] {Double.NaN, Double.NaN}),
            Map.entry("softsign", new double[] {Double.NaN, Double.NaN}),
            Map.entry("softplus", new double[] {Double.NaN, Double.NaN}),
            Map.entry("affine", new double[] {1, 0}),
            Map.entry("leakyrelu", new double[] {0.01, Double.NaN}),
            Map.entry("thresholdedrelu", new double[] {1, Double.NaN}),
            Map.entry("scaledtanh", new double[] {1, 1}),
            Map.entry("hardsigmoid", new double[] {0.2, 0.5}),
            Map.entry("elu", new double[] {1, Double.NaN}));

    /** The functions of every direction; parameters are handed out in the order in which functions ask for them. */
    static List<RecurrentActivations> of(Call c, int directions, String... defaults) {
        List<String> all = new ArrayList<>();
        for (int d = 0; d < directions; d++) {
            all.addAll(List.of(defaults));
        }
        all = c.attributes().texts("activations", all);
        if (all.size() != directions * defaults.length) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "attribute 'activations' names " + all.size() + " functions; " + directions * defaults.length
                            + " are expected");
        }
        double[] alphas = c.attributes().reals("activation_alpha", new double[0]);
        double[] betas = c.attributes().reals("activation_beta", new double[0]);
        double clip = c.attributes().real("clip", Double.POSITIVE_INFINITY);
        List<RecurrentActivations> out = new ArrayList<>();
        int alphasUsed = 0;
        int betasUsed = 0;
        for (int d = 0; d < directions; d++) {
            List<Function> functions = new ArrayList<>();
            for (String given : all.subList(d * defaults.length, (d + 1) * defaults.length)) {
                String name = given.toLowerCase(Locale.ROOT);
                double[] parameters = PARAMETERS.get(name);
                if (parameters == null) {
                    throw new WhenceException(
                            ErrorCode.MODEL_INVALID,
                            "attribute 'activations' names '" + given + "', which is not an activation function");
                }
                double alpha = parameters[0];
                double beta = parameters[1];
                if (!Double.isNaN(alpha) && alphasUsed < alphas.length) {
                    alpha = alphas[alphasUsed++];
                }
                if (!Double.isNaN(beta) && betasUsed < betas.length) {
                    beta = betas[betasUsed++];
                }
                functions.add(new Function(name, alpha, beta));
            }
            out.add(new RecurrentActivations(List.copyOf(functions), clip));
        }
        return out;
    }

    /** Applies function {@code index} to a gate's sum, after clipping it. */
    Slot gate(Formula f, int index, Slot x) {
        Slot bounded = Double.isFinite(clip) ? f.emitter().apply("Clip", x, f.number(-clip), f.number(clip)) : x;
        return plain(f, index, bounded);
    }

    /** Applies function {@code index} to a cell, which runtimes do not clip. */
    Slot plain(Formula f, int index, Slot x) {
        Function function = functions.get(index);
        double alpha = function.alpha();
        double beta = function.beta();
        return switch (function.name()) {
            case "relu" -> f.apply("Relu", x);
            case "tanh" -> f.apply("Tanh", x);
            case "sigmoid" -> f.apply("Sigmoid", x);
            case "softsign" -> f.apply("Softsign", x);
            case "softplus" -> f.apply("Softplus", x);
            case "affine" -> f.plus(f.times(x, f.number(alpha)), f.number(beta));
            case "leakyrelu" -> f.emitter().apply("LeakyRelu", Attributes.of("alpha", alpha), x);
            case "thresholdedrelu" -> f.emitter().apply("ThresholdedRelu", Attributes.of("alpha", alpha), x);
            case "scaledtanh" -> f.times(f.apply("Tanh", f.times(x, f.number(beta))), f.number(alpha));
            case "hardsigmoid" ->
                f.emitter().apply("HardSigmoid", Attributes.of("alpha", alpha).with("beta", beta), x);
            case "elu" -> f.emitter().apply("Elu", Attributes.of("alpha", alpha), x);
            default -> throw new IllegalStateException(function.name());
        };
    }
}
