package dev.whence.quantize.export;

import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.quantize.model.LayerKind;
import dev.whence.quantize.model.QuantizableLayer;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions whose result is quantized again at once: integer kernels take these from end to end, if the bias is a whole
 * number of input scale times weight scale. It is rounded to that by half a step of the sums at most, far below the step of
 * the result.
 */
final class IntegerBias {
    private static final Set<String> BETWEEN = Set.of("Relu", "Clip", "MaxPool", "Flatten", "Reshape");
    private static final double LARGEST = 1 << 30;

    private final Set<String> quantized = new HashSet<>();
    private final Map<String, List<Node>> readers = new HashMap<>();

    IntegerBias(QuantizedModel model) {
        Graph graph = model.model().graph();
        for (Node node : graph.nodes()) {
            node.reads()
                    .forEach(v ->
                            readers.computeIfAbsent(v, k -> new ArrayList<>()).add(node));
        }
        for (QuantizedLayer layer : model.layers()) {
            if (!layer.operands().isEmpty()) {
                layer.layer().operands().forEach(o -> quantized.add(o.value()));
            }
        }
    }

    /** A bias as whole numbers and their scales. */
    record Codes(Constant codes, Constant scales) {}

    /** The bias of a convolution as integers, or null where that is of no use. */
    @Nullable
    Codes of(QuantizedLayer layer, WeightCodes weights, float... bias) {
        QuantizableLayer from = layer.layer();
        if (from.kind() != LayerKind.CONVOLUTION
                || !from.operator().equals("Conv")
                || layer.operands().isEmpty()
                || !(layer.operands().getFirst() instanceof UniformQuantizer input)
                || input.groups() != 1
                || input.zeroPoints()[0] < 0
                || input.zeroPoints()[0] >= input.levels()
                || !isQuantizedBehind(from.output())) {
            return null;
        }
        float[] steps = weights.scales().toNdArray().toFloats();
        float[] scales = new float[bias.length];
        ByteBuffer codes = ByteBuffer.allocate(bias.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bias.length; i++) {
            scales[i] = input.scales()[0] * steps[steps.length == 1 ? 0 : i];
            double code = Math.rint((double) bias[i] / scales[i]);
            if (!(Math.abs(code) <= LARGEST)) {
                return null;
            }
            codes.putInt((int) code);
        }
        return new Codes(
                Constant.of(ElementType.INT32, MemorySegment.ofArray(codes.array()), bias.length),
                Constant.of(scales, bias.length));
    }

    private boolean isQuantizedBehind(String value) {
        String at = value;
        while (!quantized.contains(at)) {
            List<Node> next = readers.getOrDefault(at, List.of());
            if (next.size() != 1 || !BETWEEN.contains(next.getFirst().operator())) {
                return false;
            }
            at = next.getFirst().outputs().getFirst();
        }
        return readers.getOrDefault(at, List.of()).size() == 1;
    }
}
