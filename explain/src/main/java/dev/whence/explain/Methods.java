package dev.whence.explain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All methods by name, with default settings. The only list: the command, the reports and the docs read it. */
public final class Methods {
    private static final List<AttributionMethod> ALL = List.of(
            Gradient.PLAIN,
            Gradient.SALIENCY,
            Gradient.TIMES_INPUT,
            IntegratedGradients.DEFAULT,
            Gradient.GUIDED_BACKPROP,
            Gradient.DECONVNET,
            Occlusion.SINGLE_ELEMENTS,
            new InSilicoMutagenesis(2),
            DeepLift.RESCALE,
            DeepLift.REVEAL_CANCEL,
            DeepLift.GENOMICS_DEFAULT,
            DeepLiftShap.RESCALE,
            GradientShap.DEFAULT,
            SmoothGrad.MEAN,
            SmoothGrad.SQUARED,
            SmoothGrad.VARGRAD,
            GradCam.DEFAULT,
            Conductance.DEFAULT);

    private Methods() {}

    /** Every method by name, in the order in which they are offered. */
    public static Map<String, AttributionMethod> byName() {
        Map<String, AttributionMethod> out = new LinkedHashMap<>();
        ALL.forEach(m -> out.put(m.name(), m));
        Lrp.ALL.forEach(m -> out.put(m.name(), m));
        return out;
    }

    /** A method by name. */
    public static Optional<AttributionMethod> find(String name) {
        return Optional.ofNullable(byName().get(name));
    }
}
