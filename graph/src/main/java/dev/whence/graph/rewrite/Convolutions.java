package dev.whence.graph.rewrite;

import dev.whence.core.NdArray;
import dev.whence.graph.Constant;
import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rewrites that change the weights of convolutions. */
final class Convolutions {
    private static final double DEFAULT_EPSILON = 1e-5;

    private Convolutions() {}

    static Optional<Edit> foldNormalization(Site site) {
        Node norm = site.node();
        Node conv = site.producer(0, "Conv").orElse(null);
        if (!site.is("BatchNormalization")
                || conv == null
                || !site.isReadOnce(conv.outputs().getFirst())
                || norm.attributes().flag("training_mode", false)
                || !norm.outputs().stream().skip(1).allMatch(site::isUnread)) {
            return Optional.empty();
        }
        NdArray weight = real(site, conv, 1);
        NdArray[] statistics = new NdArray[4];
        for (int i = 0; i < statistics.length; i++) {
            NdArray array = real(site, norm, i + 1);
            if (array == null || weight == null || array.size() != weight.dimension(0)) {
                return Optional.empty();
            }
            statistics[i] = array;
        }
        NdArray bias = real(site, conv, 2);
        if (weight == null || conv.hasInput(2) != (bias != null)) {
            return Optional.empty();
        }
        double epsilon = norm.attributes().real("epsilon", DEFAULT_EPSILON);
        double[] w = weight.toDoubles();
        double[] b = bias == null ? new double[statistics[0].size()] : bias.toDoubles();
        int each = w.length / b.length;
        for (int o = 0; o < b.length; o++) {
            double factor = statistics[0].getDouble(o) / Math.sqrt(statistics[3].getDouble(o) + epsilon);
            for (int i = o * each; i < (o + 1) * each; i++) {
                w[i] *= factor;
            }
            b[o] = (b[o] - statistics[2].getDouble(o)) * factor + statistics[1].getDouble(o);
        }
        return Optional.of(
                changed(site, List.of(conv, norm), conv, norm.outputs().subList(0, 1), weight, w, b));
    }

    static Optional<Edit> centre(Site site) {
        Node conv = site.node();
        NdArray weight = site.is("Conv") && site.isInput(conv.inputs().getFirst()) ? real(site, conv, 1) : null;
        NdArray bias = weight == null ? null : real(site, conv, 2);
        if (weight == null
                || conv.hasInput(2) != (bias != null)
                || conv.attributes().integer("group", 1) != 1
                || isPadded(conv)) {
            return Optional.empty();
        }
        int channels = (int) weight.dimension(1);
        double[] w = weight.toDoubles();
        double[] b = bias == null ? new double[(int) weight.dimension(0)] : bias.toDoubles();
        int kernel = w.length / (b.length * channels);
        for (int o = 0; o < b.length; o++) {
            for (int k = 0; k < kernel; k++) {
                double mean = 0;
                for (int c = 0; c < channels; c++) {
                    mean += w[(o * channels + c) * kernel + k] / channels;
                }
                for (int c = 0; c < channels; c++) {
                    w[(o * channels + c) * kernel + k] -= mean;
                }
                b[o] += mean;
            }
        }
        return Optional.of(changed(site, List.of(conv), conv, conv.outputs(), weight, w, b));
    }

    static boolean isPadded(Node conv) {
        String auto = conv.attributes().text("auto_pad", "NOTSET");
        return auto.startsWith("SAME")
                || Arrays.stream(conv.attributes().integers("pads", new long[0]))
                        .anyMatch(p -> p != 0);
    }

    /** A constant input in float32 or float64, or null. */
    static @Nullable NdArray real(Site site, Node node, int input) {
        if (!node.hasInput(input)) {
            return null;
        }
        Constant constant = site.constant(node.inputs().get(input)).orElse(null);
        if (constant == null || constant.isText()) {
            return null;
        }
        boolean isPlain = constant.type() == NdArray.Type.FLOAT32 || constant.type() == NdArray.Type.FLOAT64;
        return isPlain ? constant.toNdArray() : null;
    }

    static Edit changed(
            Site site, List<Node> removed, Node conv, List<String> outputs, NdArray like, double[] w, double[] b) {
        String weight = site.freshValue(conv.inputs().get(1) + "_rewritten");
        String bias = site.freshValue(outputs.getFirst() + "_bias");
        List<String> inputs = new ArrayList<>(List.of(conv.inputs().getFirst(), weight, bias));
        Node by = conv.rewired(conv.name(), inputs, outputs, conv.attributes());
        Map<String, Constant> constants = Map.of(
                weight, constant(site, like, w, like.shape()),
                bias, constant(site, like, b, b.length));
        return new Edit(removed, List.of(by), constants, Map.of());
    }

    static Constant constant(Site site, NdArray like, double[] data, long... shape) {
        if (site.computed(like.type()) == NdArray.Type.FLOAT64) {
            return Constant.of(NdArray.of(data, shape));
        }
        float[] narrow = new float[data.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) data[i];
        }
        return Constant.of(narrow, shape);
    }
}
