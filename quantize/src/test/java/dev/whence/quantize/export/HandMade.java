package dev.whence.quantize.export;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.Granularity;
import dev.whence.quantize.LogFit;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.RangeSearch;
import dev.whence.quantize.SymmetricFit;
import dev.whence.quantize.UniformFit;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.ZeroCode;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.quantize.model.Operand;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import dev.whence.quantize.model.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Quantized networks made with the plainest of calibrations: every quantizer is fitted to the float network's values. */
final class HandMade {
    private HandMade() {}

    /** How a network is quantized. */
    record Recipe(int weightBits, int activationBits, boolean isSymmetric, boolean hasLogarithms) {}

    static QuantizedModel of(Graph graph, NdArray images, Recipe recipe) {
        Map<String, NdArray> feeds = Map.of(graph.inputs().getFirst().name(), images);
        QuantizableModel model = QuantizableModel.of(graph, feeds);
        List<QuantizedLayer> layers = new ArrayList<>();
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            String[] values = model.layers().stream()
                    .flatMap(l -> l.operands().stream())
                    .map(Operand::value)
                    .distinct()
                    .toArray(String[]::new);
            Map<String, NdArray> numbers = network.evaluate(feeds, values);
            model.layers().forEach(l -> layers.add(layer(l, numbers, recipe)));
        }
        return new QuantizedModel(model, layers, Map.of());
    }

    private static QuantizedLayer layer(QuantizableLayer layer, Map<String, NdArray> numbers, Recipe recipe) {
        List<Quantizer> operands = new ArrayList<>();
        for (Operand operand : layer.operands()) {
            NdArray seen = numbers.get(operand.value());
            operands.add(
                    recipe.hasLogarithms && operand.source() == Operand.Source.SOFTMAX
                            ? new LogFit(recipe.activationBits, ZeroCode.INSIDE).sqrt2(seen.toFloats())
                            : new UniformFit(recipe.activationBits, Granularity.perTensor(), RangeSearch.MINMAX)
                                    .fit(seen.toFloats(), seen.shape())
                                    .reachingZero());
        }
        Width width = new Width(recipe.weightBits, recipe.activationBits);
        Weight weight = layer.weight();
        if (weight == null) {
            return new QuantizedLayer(layer, width, operands, null, null, null, null);
        }
        UniformQuantizer quantizer = weights(weight, recipe);
        float[] exact = weight.data().toNdArray().toFloats();
        float[] quantized = quantizer.apply(exact, weight.data().shape());
        return new QuantizedLayer(layer, width, operands, quantizer, exact, quantized, bias(layer));
    }

    private static float @Nullable [] bias(QuantizableLayer layer) {
        return layer.bias() == null ? null : layer.bias().data().toNdArray().toFloats();
    }

    private static UniformQuantizer weights(Weight weight, Recipe recipe) {
        Granularity granularity = Granularity.perAxis(weight.outputAxis());
        float[] numbers = weight.data().toNdArray().toFloats();
        return recipe.isSymmetric
                ? new SymmetricFit(recipe.weightBits, granularity)
                        .fit(numbers, weight.data().shape())
                : new UniformFit(recipe.weightBits, granularity)
                        .fit(numbers, weight.data().shape());
    }
}
