package dev.whence.quantize.export;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.calibration.NormalizationNumbers;
import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.quantize.model.Bias;
import dev.whence.quantize.model.Normalization;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The graph of a quantized network: that of the float network with new constants, and nodes that quantize. */
final class QuantizedGraph {
    private final GraphSurgery graph;
    private final Format format;
    private final ActivationNodes activations;
    private final IntegerBias integers;
    private long newFloats;

    private QuantizedGraph(QuantizedModel model, Format format) {
        graph = new GraphSurgery(Opsets.atLeast(model.model().graph(), format.opset()));
        integers = new IntegerBias(model);
        this.format = format;
        activations = new ActivationNodes(graph, format);
    }

    /** Makes all changes. */
    static QuantizedGraph of(QuantizedModel model, Format format) {
        QuantizedGraph out = new QuantizedGraph(model, format);
        for (Normalization site : model.model().normalizations()) {
            NormalizationNumbers numbers = model.normalizations().get(site.name());
            if (numbers != null) {
                out.normalization(site, numbers);
            }
        }
        model.layers().forEach(out::layer);
        return out;
    }

    /** The graph with notes about it. */
    Graph build(Map<String, String> metadata) {
        return graph.build(metadata);
    }

    /** How many real numbers there are beside those of the quantized layers. */
    long otherFloats() {
        return graph.keptFloats() + newFloats;
    }

    // ---- normalisation -----------------------------------------------------------------------------------------

    private void normalization(Normalization site, NormalizationNumbers numbers) {
        newFloats += numbers.gamma().length + numbers.beta().length;
        Node scaling = graph.node(site.gammaNode());
        int place = scaling.inputs().indexOf(site.gamma());
        String gamma = graph.constant(site.name() + ".gamma", like(site.gamma(), numbers.gamma()));
        graph.rewire(site.gammaNode(), place, gamma);
        String old = site.beta();
        String beta = graph.constant(site.name() + ".beta", like(old == null ? "" : old, numbers.beta()));
        if (old != null) {
            Node shifting = graph.node(site.betaNode());
            graph.rewire(site.betaNode(), shifting.inputs().lastIndexOf(old), beta);
        } else if (site.form() == Normalization.Form.FUSED) {
            graph.rewire(site.betaNode(), place + 1, beta);
        } else {
            graph.insertBehind(site.gammaNode(), "Add", site.name() + ".scaled", beta);
        }
    }

    /** Numbers in the shape of a constant, if it has as many, else a vector. */
    private Constant like(String constant, float... numbers) {
        Constant old = graph.constant(constant);
        return old != null && old.elements() == numbers.length
                ? Constant.of(numbers, old.shape())
                : Constant.of(numbers, numbers.length);
    }

    // ---- layers ------------------------------------------------------------------------------------------------

    private void layer(QuantizedLayer layer) {
        QuantizableLayer from = layer.layer();
        if (!layer.operands().isEmpty()
                && layer.operands().size() != from.operands().size()) {
            throw new IllegalArgumentException(
                    "layer '" + from.name() + "' has " + from.operands().size() + " activations but "
                            + layer.operands().size() + " quantizers");
        }
        for (int i = 0; i < layer.operands().size(); i++) {
            operand(from, i, layer.operands().get(i));
        }
        float[] weight = layer.weight();
        WeightCodes codes = from.weight() == null || weight == null ? null : weight(layer, from.weight(), weight);
        float[] bias = layer.bias();
        if (bias != null && !integerBias(layer, codes, bias)) {
            bias(from, bias);
        }
    }

    private void operand(QuantizableLayer layer, int index, Quantizer quantizer) {
        String value = layer.operands().get(index).value();
        boolean isProduct = layer.weight() == null;
        int place = isProduct ? index : graph.node(layer.node()).inputs().indexOf(value);
        String name = layer.name() + (isProduct ? index == 0 ? ".left" : ".right" : ".input");
        graph.rewire(layer.node(), place, activations.quantized(name, value, quantizer));
    }

    /** The new weights; null if they stay float. */
    private @Nullable WeightCodes weight(QuantizedLayer layer, Weight old, float... weight) {
        String name = layer.layer().name();
        if (old.data().element() != ElementType.FLOAT32) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "The weights of layer '" + name + "' (node '"
                            + layer.layer().node() + "') are of type "
                            + old.data().element().text()
                            + "; quantized models are written for float32. Convert the model to float32 first.");
        }
        long[] shape = old.data().shape();
        int place = graph.node(layer.layer().node()).inputs().indexOf(old.value());
        if (layer.weightQuantizer() == null) {
            graph.rewire(layer.layer().node(), place, graph.constant(name + ".weight", Constant.of(weight, shape)));
            return null;
        }
        boolean hasNibbles = graph.opset() >= Format.INT4_WEIGHTS.opset() && format != Format.INT8_QDQ;
        WeightCodes codes = WeightCodes.of(name, weight, layer.weightQuantizer(), hasNibbles, shape);
        String value = isScaledApart(layer)
                ? scaledApart(name + ".weight", codes, shape.length)
                : dequantized(name + ".weight", codes.axis(), codes.codes(), codes.scales(), codes.zeroPoints());
        graph.rewire(layer.layer().node(), place, value);
        return codes;
    }

    /**
     * Whether ONNX Runtime must not see that weights of integers are multiplied with real numbers: it would take a kernel that
     * rounds those to 8 bits on its own account, and other answers would come out.
     */
    private static boolean isScaledApart(QuantizedLayer layer) {
        return !layer.layer().kind().isConvolution()
                && !layer.operands().isEmpty()
                && !ActivationNodes.isForIntegers(layer.operands().getFirst());
    }

    /** Codes made real numbers with scale one, then scaled: the same numbers from one node more. */
    private String scaledApart(String name, WeightCodes codes, int rank) {
        float[] scales = codes.scales().toNdArray().toFloats();
        float[] ones = new float[scales.length];
        Arrays.fill(ones, 1);
        long[] shape = codes.scales().shape();
        String whole =
                dequantized(name + ".whole", codes.axis(), codes.codes(), Constant.of(ones, shape), codes.zeroPoints());
        if (codes.axis() >= 0) {
            shape = new long[rank - codes.axis()];
            Arrays.fill(shape, 1);
            shape[0] = scales.length;
        }
        String scale = graph.constant(name + ".scales", Constant.of(scales, shape));
        return graph.add("Mul", name, Attributes.NONE, whole, scale);
    }

    private String dequantized(String name, int axis, Constant codes, Constant scales, @Nullable Constant zeroPoints) {
        List<String> inputs = new ArrayList<>();
        inputs.add(graph.constant(name + ".codes", codes));
        inputs.add(graph.constant(name + ".scale", scales));
        if (zeroPoints != null) {
            inputs.add(graph.constant(name + ".zero", zeroPoints));
        }
        Attributes along = axis < 0 ? Attributes.NONE : Attributes.of("axis", axis);
        return graph.add("DequantizeLinear", name, along, inputs.toArray(String[]::new));
    }

    private boolean integerBias(QuantizedLayer layer, @Nullable WeightCodes weights, float... bias) {
        IntegerBias.Codes codes =
                weights == null || format != Format.INT8_QDQ ? null : integers.of(layer, weights, bias);
        if (codes == null) {
            return false;
        }
        String name = layer.layer().name() + ".bias";
        graph.rewire(layer.layer().node(), 2, dequantized(name, 0, codes.codes(), codes.scales(), null));
        return true;
    }

    private void bias(QuantizableLayer layer, float... bias) {
        Bias old = layer.bias();
        if (old != null) {
            int place = graph.node(old.node()).inputs().lastIndexOf(old.value());
            long[] shape = old.data().elements() == bias.length ? old.data().shape() : new long[] {bias.length};
            Constant numbers = Constant.of(bias, old.node().equals(layer.node()) ? shape : apart(layer, shape));
            graph.rewire(old.node(), place, graph.constant(layer.name() + ".bias", numbers));
            return;
        }
        boolean isBehind =
                layer.operator().equals("MatMul") || graph.node(layer.node()).hasInput(2);
        long[] shape = isBehind ? behind(layer, bias.length) : new long[] {bias.length};
        String value =
                graph.constant(layer.name() + ".bias", Constant.of(bias, isBehind ? apart(layer, shape) : shape));
        if (isBehind) {
            graph.insertBehind(layer.node(), "Add", layer.name() + ".product", value);
        } else {
            graph.rewire(layer.node(), 2, value);
            if (layer.operator().equals("Gemm")) {
                graph.set(layer.node(), "beta", 1f);
            }
        }
    }

    /**
     * A bias that is added behind a matrix product, with as many axes as the product. ONNX Runtime makes one Gemm of a
     * product of known sizes and a vector, and has no integer kernel for it; of a product and this it makes none.
     */
    private static long[] apart(QuantizableLayer layer, long... shape) {
        int missing = layer.operator().equals("MatMul") ? layer.data().rank() - shape.length : 0;
        if (missing <= 0 || layer.data().rank() < 3) {
            return shape;
        }
        long[] wide = new long[shape.length + missing];
        Arrays.fill(wide, 0, missing, 1);
        System.arraycopy(shape, 0, wide, missing, shape.length);
        return wide;
    }

    /** The shape in which numbers of output channels are added to what a node makes. */
    private static long[] behind(QuantizableLayer layer, int channels) {
        Weight weight = layer.weight();
        int axesAfter = 0;
        if (weight != null && layer.kind().isConvolution()) {
            axesAfter = weight.data().shape().length - 2;
        } else if (weight != null && layer.operator().equals("MatMul")) {
            axesAfter = weight.data().shape().length - 1 - weight.outputAxis();
        }
        long[] shape = new long[axesAfter + 1];
        Arrays.fill(shape, 1);
        shape[0] = channels;
        return shape;
    }
}
