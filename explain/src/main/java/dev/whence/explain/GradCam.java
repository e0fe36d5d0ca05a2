package dev.whence.explain;

import dev.whence.core.Completeness;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Grad-CAM (Selvaraju et al. 2017, equations 1 and 2): where in a layer of feature maps {@code [N, C, ...]} the evidence
 * lies. Every map counts as much as its mean gradient; the weighted sum has one channel.
 *
 * @param rectified whether negative evidence becomes 0, as in the paper
 * @param upsampled whether the result is enlarged to the size of the model's input, by linear interpolation between the
 *     centres of cells, and named after it; a model without an input of as many axes gets the layer's own size
 */
public record GradCam(boolean rectified, boolean upsampled) implements AttributionMethod {
    private static final Set<String> FOLLOWED = Set.of(
            "BatchNormalization",
            "Relu",
            "LeakyRelu",
            "PRelu",
            "Elu",
            "Clip",
            "Sigmoid",
            "HardSigmoid",
            "HardSwish",
            "Mish",
            "Gelu",
            "Mul",
            "Add",
            "Dropout",
            "Identity",
            "Concat");

    /** As in the paper. */
    public static final GradCam DEFAULT = new GradCam(true, true);

    /** The same with negative evidence kept or not. */
    public GradCam withRectified(boolean isRectified) {
        return new GradCam(isRectified, upsampled);
    }

    /** The same at the layer's own size or not. */
    public GradCam withUpsampled(boolean isUpsampled) {
        return new GradCam(rectified, isUpsampled);
    }

    /** The last feature maps of a network: what the last convolution gives, behind its normalisation and activation. */
    static Optional<String> lastMaps(Graph graph) {
        List<Node> nodes = graph.nodes();
        int at = nodes.size() - 1;
        while (at >= 0 && !nodes.get(at).operator().startsWith("Conv")) {
            at--;
        }
        if (at < 0) {
            return Optional.empty();
        }
        String value = nodes.get(at).outputs().getFirst();
        for (int i = at + 1; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (node.reads().contains(value) && FOLLOWED.contains(node.operator())) {
                value = node.outputs().getFirst();
            }
        }
        return Optional.of(value);
    }

    @Override
    public String name() {
        return "grad-cam";
    }

    @Override
    public Map<String, String> parameters() {
        return Map.of("rectified", String.valueOf(rectified), "upsampled", String.valueOf(upsampled));
    }

    @Override
    public Completeness completeness() {
        return Completeness.NONE;
    }

    @Override
    public boolean usesReference() {
        return false;
    }
}
