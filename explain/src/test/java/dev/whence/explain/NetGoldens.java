package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Precision;
import dev.whence.testkit.GoldenJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/** Reads the cases of {@code nets/*.json} and turns their method names into ours. */
final class NetGoldens {
    private NetGoldens() {}

    static NdArray array(JsonNode node, Precision precision) {
        GoldenJson.Array a = GoldenJson.array(node);
        NdArray doubles = NdArray.of(a.data(), a.shape());
        return precision == Precision.FLOAT64 ? doubles : NdArray.of(doubles.toFloats(), a.shape());
    }

    static TargetChoice targets(JsonNode list) {
        List<Long> indices = new ArrayList<>();
        for (long t : GoldenJson.integers(list)) {
            indices.add(t);
        }
        return new TargetChoice.PerExample(indices);
    }

    /** The request a case stands for; aborts the test if the method is not one of ours yet. */
    static Request request(JsonNode file, JsonNode one, Precision precision) {
        String input = file.get("input_name").asString();
        Map<String, NdArray> x = Map.of(input, array(file.get("inputs"), precision));
        ReferenceInputs baselines = ReferenceInputs.of("file", Map.of(input, array(file.get("baselines"), precision)));
        JsonNode params = one.get("params");
        Request request = Request.of(x, method(one.get("method").asString(), params))
                .target(targets(file.get("targets")))
                .output(file.get("output_name").asString())
                .reference(baselines);
        String method = one.get("method").asString();
        if (method.equals("DeepLiftShap")) {
            request = request.reference(
                    ReferenceInputs.rows("file", input, array(file.get("shap_baselines"), precision)));
        }
        if (method.startsWith("Layer")) {
            request = request.at(file.get("layer_tensor").asString());
        }
        return request;
    }

    private static AttributionMethod method(String name, JsonNode params) {
        return switch (name) {
            case "DeepLift", "LayerDeepLift" -> deepLift(params);
            case "DeepLiftShap" -> new DeepLiftShap(deepLift(params));
            case "DeepLift_multipliers" -> deepLift(params).withMultipliers(true);
            case "IntegratedGradients" ->
                new IntegratedGradients(
                        params.get("n_steps").asInt(),
                        params.get("quadrature").asString().equals("gausslegendre")
                                ? Quadrature.GAUSS_LEGENDRE
                                : Quadrature.RIEMANN_MIDDLE);
            case "Saliency" -> params.get("abs").asBoolean() ? Gradient.SALIENCY : Gradient.PLAIN;
            case "InputXGradient", "LayerGradientXActivation" -> Gradient.TIMES_INPUT;
            case "GuidedBackprop" -> Gradient.GUIDED_BACKPROP;
            case "Deconvolution" -> Gradient.DECONVNET;
            case "LayerGradCam" -> new GradCam(params.get("relu_attributions").asBoolean(), false);
            case "LayerConductance" ->
                new Conductance(
                        params.get("n_steps").asInt(),
                        Quadrature.valueOf(
                                params.get("quadrature").asString().equals("gausslegendre")
                                        ? "GAUSS_LEGENDRE"
                                        : "RIEMANN_MIDDLE"));
            case "FeatureAblation" -> Occlusion.SINGLE_ELEMENTS;
            case "Occlusion" ->
                new Occlusion(GoldenJson.integers(params.get("window")), GoldenJson.integers(params.get("strides")));
            case "LRP" -> new Lrp("lrp", lrp(params), true, Lrp.Start.VALUE);
            default -> {
                Assumptions.abort("method " + name + " is not offered");
                throw new AssertionError();
            }
        };
    }

    /** Zennit's rules are ours; Captum's stabilise the winners of pools too and change single weights. */
    private static LrpComposite lrp(JsonNode params) {
        boolean isCaptum = !params.path("implementation").asString("").equals("zennit");
        double stabilizer = params.path("stabilizer").asDouble(LrpRule.STABILIZER);
        LrpRule rule = switch (params.get("rule").asString()) {
            case "epsilon" -> LrpRule.epsilon(params.get("epsilon").asDouble());
            case "zplus" -> LrpRule.zPlus();
            case "gamma" -> new LrpRule.Gamma(params.get("gamma").asDouble(), stabilizer, isCaptum);
            case "alpha1beta0" -> new LrpRule.PositiveWeights(stabilizer);
            case "alphabeta" ->
                LrpRule.alphaBeta(
                        params.get("alpha").asDouble(), params.get("beta").asDouble());
            case "wsquare" -> LrpRule.wSquare();
            case "flat" -> LrpRule.flat();
            default -> throw new AssertionError(params.toString());
        };
        LrpComposite composite = LrpComposite.of(new LrpAssignment(new LrpPlace.Everywhere(), rule));
        return isCaptum ? composite.with(new LrpPlace.OfKind(LrpLayer.MAXIMUM), LrpRule.epsilon(1e-9)) : composite;
    }

    private static DeepLift deepLift(JsonNode params) {
        DeepLift method = switch (params.path("rule").asString("rescale")) {
            case "rescale" -> DeepLift.RESCALE;
            case "revealcancel" -> DeepLift.REVEAL_CANCEL;
            case "conv-rescale-dense-revealcancel" -> DeepLift.GENOMICS_DEFAULT;
            default -> throw new AssertionError(params.toString());
        };
        return method.withTies(MaxTies.valueOf(params.path("maxTies").asString("BEST")));
    }
}
