package dev.whence.graph.rewrite;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rewrites that take batch normalisation, y = factor x + shift for each channel, into the weights before or behind it. */
final class Folding {
    private static final double DEFAULT_EPSILON = 1e-5;

    private Folding() {}

    /** What a batch normalisation does to each channel. */
    private record Channels(double[] factor, double[] shift) {
        static @Nullable Channels of(Site site, Node norm) {
            boolean isPlain = !norm.attributes().flag("training_mode", false)
                    && norm.attributes().flag("spatial", true)
                    && norm.outputs().stream().skip(1).allMatch(site::isUnread);
            NdArray[] statistics = new NdArray[4];
            for (int i = 0; i < statistics.length; i++) {
                NdArray array = isPlain ? Convolutions.real(site, norm, i + 1) : null;
                if (array == null || (i > 0 && array.size() != statistics[0].size())) {
                    return null;
                }
                statistics[i] = array;
            }
            double epsilon = norm.attributes().real("epsilon", DEFAULT_EPSILON);
            double[] factor = new double[statistics[0].size()];
            double[] shift = new double[factor.length];
            for (int c = 0; c < factor.length; c++) {
                factor[c] = statistics[0].getDouble(c) / Math.sqrt(statistics[3].getDouble(c) + epsilon);
                shift[c] = statistics[1].getDouble(c) - statistics[2].getDouble(c) * factor[c];
            }
            return new Channels(factor, shift);
        }

        int size() {
            return factor.length;
        }
    }

    /** A dense layer read into plain numbers: y_m = sum_k x_k w_km + b_m. */
    private record Dense(List<Node> nodes, String input, NdArray like, double[][] weight, double[] bias) {
        /** The layer that makes a value for one reader, or null. */
        static @Nullable Dense making(Site site, String value) {
            Node last = site.isReadOnce(value) ? site.maker(value) : null;
            if (last == null) {
                return null;
            }
            if (!Site.is(last, "Add") || last.inputs().size() != 2) {
                return of(site, last, null);
            }
            for (int i = 0; i < 2; i++) {
                String product = last.inputs().get(i);
                NdArray vector = Convolutions.real(site, last, 1 - i);
                Node maker = site.isReadOnce(product) ? site.maker(product) : null;
                if (vector != null && maker != null && Site.is(maker, "MatMul")) {
                    Dense dense = of(site, maker, vector);
                    return dense == null ? null : dense.with(List.of(maker, last));
                }
            }
            return null;
        }

        /** A matrix product of rank two with constant weights on its right, with or without a vector added. */
        static @Nullable Dense of(Site site, Node node, @Nullable NdArray added) {
            boolean isGemm = Site.is(node, "Gemm");
            boolean isProduct =
                    Site.is(node, "MatMul") && site.rank(node.inputs().getFirst()) == 2;
            NdArray w = isGemm || isProduct ? Convolutions.real(site, node, 1) : null;
            if (w == null || w.rank() != 2 || node.attributes().flag("transA", false)) {
                return null;
            }
            NdArray own = Convolutions.real(site, node, 2);
            if (node.hasInput(2) != (own != null)) {
                return null;
            }
            NdArray vector = own == null ? added : own;
            boolean isTransposed = node.attributes().flag("transB", false);
            int inputs = (int) w.dimension(isTransposed ? 1 : 0);
            int outputs = (int) w.dimension(isTransposed ? 0 : 1);
            if (vector != null && vector.size() != outputs) {
                return null;
            }
            double alpha = isGemm ? node.attributes().real("alpha", 1) : 1;
            double beta = isGemm ? node.attributes().real("beta", 1) : 1;
            double[][] weight = new double[inputs][outputs];
            double[] bias = new double[outputs];
            for (int m = 0; m < outputs; m++) {
                bias[m] = vector == null ? 0 : beta * vector.getDouble(m);
                for (int k = 0; k < inputs; k++) {
                    weight[k][m] = alpha * w.getDouble(isTransposed ? m * inputs + k : k * outputs + m);
                }
            }
            return new Dense(List.of(node), node.inputs().getFirst(), w, weight, bias);
        }

        Dense with(List<Node> both) {
            return new Dense(both, input, like, weight, bias);
        }

        /** As one node, with weights [inputs, outputs]. */
        Edit edit(Site site, String newInput, Node named, List<String> outputs, List<Node> removed) {
            double[] flat =
                    Arrays.stream(weight).flatMapToDouble(Arrays::stream).toArray();
            String w = site.freshValue(outputs.getFirst() + "_weight");
            String b = site.freshValue(outputs.getFirst() + "_bias");
            Node by = new Node(
                    named.name(), "", "Gemm", named.opset(), List.of(newInput, w, b), outputs, Attributes.NONE);
            Map<String, Constant> constants = Map.of(
                    w, Convolutions.constant(site, like, flat, weight.length, bias.length),
                    b, Convolutions.constant(site, like, bias, bias.length));
            return new Edit(removed, List.of(by), constants, Map.of());
        }
    }

    /** Dense layer, then normalisation. */
    static Optional<Edit> intoDense(Site site) {
        Node norm = site.node();
        Dense dense =
                site.is("BatchNormalization") ? Dense.making(site, norm.inputs().getFirst()) : null;
        Channels channels = dense == null ? null : Channels.of(site, norm);
        if (dense == null || channels == null || channels.size() != dense.bias().length) {
            return Optional.empty();
        }
        for (int m = 0; m < channels.size(); m++) {
            for (double[] row : dense.weight()) {
                row[m] *= channels.factor()[m];
            }
            dense.bias()[m] = dense.bias()[m] * channels.factor()[m] + channels.shift()[m];
        }
        List<Node> removed = new ArrayList<>(dense.nodes());
        removed.add(norm);
        return Optional.of(dense.edit(
                site, dense.input(), dense.nodes().getFirst(), norm.outputs().subList(0, 1), removed));
    }

    /** Normalisation, then dense layer. */
    static Optional<Edit> intoNextDense(Site site) {
        Node node = site.node();
        boolean isDense = site.is("Gemm") || site.is("MatMul");
        Node norm = isDense ? site.producer(0, "BatchNormalization").orElse(null) : null;
        Channels channels = norm != null && site.isReadOnce(norm.outputs().getFirst()) ? Channels.of(site, norm) : null;
        Dense dense = channels == null ? null : Dense.of(site, node, null);
        if (norm == null || dense == null || channels == null || channels.size() != dense.weight().length) {
            return Optional.empty();
        }
        for (int k = 0; k < channels.size(); k++) {
            for (int m = 0; m < dense.bias().length; m++) {
                dense.bias()[m] += channels.shift()[k] * dense.weight()[k][m];
                dense.weight()[k][m] *= channels.factor()[k];
            }
        }
        return Optional.of(dense.edit(site, norm.inputs().getFirst(), node, node.outputs(), List.of(norm, node)));
    }

    /** Transposed convolution, then normalisation. */
    static Optional<Edit> intoTransposed(Site site) {
        Node norm = site.node();
        Node conv = site.is("BatchNormalization")
                ? site.producer(0, "ConvTranspose").orElse(null)
                : null;
        NdArray weight =
                conv != null && site.isReadOnce(conv.outputs().getFirst()) ? Convolutions.real(site, conv, 1) : null;
        Channels channels = weight == null ? null : Channels.of(site, norm);
        NdArray bias = channels == null || conv == null ? null : Convolutions.real(site, conv, 2);
        if (conv == null || weight == null || channels == null || conv.hasInput(2) != (bias != null)) {
            return Optional.empty();
        }
        int groups = (int) conv.attributes().integer("group", 1);
        int inputs = (int) weight.dimension(0);
        int outputs = (int) weight.dimension(1);
        if (groups < 1 || outputs * groups != channels.size() || inputs % groups != 0) {
            return Optional.empty();
        }
        double[] w = weight.toDoubles();
        int kernel = w.length / Math.max(1, inputs * outputs);
        for (int i = 0; i < w.length; i++) {
            int input = i / (outputs * kernel);
            int output = input / (inputs / groups) * outputs + i / kernel % outputs;
            w[i] *= channels.factor()[output];
        }
        double[] b = bias == null ? new double[channels.size()] : bias.toDoubles();
        Arrays.setAll(b, c -> b[c] * channels.factor()[c] + channels.shift()[c]);
        return Optional.of(Convolutions.changed(
                site, List.of(conv, norm), conv, norm.outputs().subList(0, 1), weight, w, b));
    }

    /**
     * Normalisation, then a convolution that pads nothing: padding is added behind the normalisation, so that its zeros would
     * need other weights.
     */
    static Optional<Edit> intoNextConvolution(Site site) {
        Node conv = site.node();
        Node norm = site.is("Conv") ? site.producer(0, "BatchNormalization").orElse(null) : null;
        NdArray weight =
                norm != null && site.isReadOnce(norm.outputs().getFirst()) ? Convolutions.real(site, conv, 1) : null;
        Channels channels = weight == null || norm == null ? null : Channels.of(site, norm);
        NdArray bias = channels == null ? null : Convolutions.real(site, conv, 2);
        if (norm == null || weight == null || channels == null || conv.hasInput(2) != (bias != null)) {
            return Optional.empty();
        }
        boolean shifts = Arrays.stream(channels.shift()).anyMatch(s -> s != 0);
        int groups = (int) conv.attributes().integer("group", 1);
        int outputs = (int) weight.dimension(0);
        int inputs = (int) weight.dimension(1);
        boolean fits = groups >= 1 && inputs * groups == channels.size() && outputs % groups == 0;
        if (!fits || (shifts && Convolutions.isPadded(conv))) {
            return Optional.empty();
        }
        double[] w = weight.toDoubles();
        double[] b = bias == null ? new double[outputs] : bias.toDoubles();
        int kernel = w.length / Math.max(1, inputs * outputs);
        for (int i = 0; i < w.length; i++) {
            int output = i / (inputs * kernel);
            int channel = output / (outputs / groups) * inputs + i / kernel % inputs;
            b[output] += w[i] * channels.shift()[channel];
            w[i] *= channels.factor()[channel];
        }
        Edit edit = Convolutions.changed(site, List.of(norm, conv), conv, conv.outputs(), weight, w, b);
        Node by = edit.added().getFirst();
        List<String> from = new ArrayList<>(by.inputs());
        from.set(0, norm.inputs().getFirst());
        return Optional.of(new Edit(
                edit.removed(),
                List.of(by.rewired(by.name(), from, by.outputs(), by.attributes())),
                edit.constants(),
                edit.redirected()));
    }
}
