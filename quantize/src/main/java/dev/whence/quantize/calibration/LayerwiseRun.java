package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Trace;
import dev.whence.quantize.model.Normalization;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A run of an opened network layer by layer over all batches at once: {@link #read} gives what the next layer reads of all
 * examples, {@link #write} takes what it shall multiply instead. Between layers only what later ones need is held.
 */
final class LayerwiseRun implements AutoCloseable {
    private final OpenedNetwork opened;
    private final List<Batch> batches = new ArrayList<>();
    private final Map<String, Tensor> constants = new HashMap<>();
    private final TensorScope constantScope = TensorScope.detached();
    private int next;
    private List<List<NdArray>> read = List.of();

    /** What happens at a layer. */
    @FunctionalInterface
    interface LayerReader {
        /**
         * Called once a layer, in order.
         *
         * @param layer the layer
         * @param operands what it reads, of all examples one behind the other along the first axis
         * @param linear its weights and bias; null for a product of activations
         */
        Replaced read(QuantizableLayer layer, List<NdArray> operands, Numbers.@Nullable Linear linear);
    }

    /**
     * What a layer multiplies.
     *
     * @param operands as many as it reads, in the same shapes
     * @param linear weights and bias; null for a product
     */
    record Replaced(List<NdArray> operands, Numbers.@Nullable Linear linear) {}

    /** One batch on its way through the network. */
    private static final class Batch {
        final Map<String, NdArray> inputs;
        final Map<String, Tensor> values = new HashMap<>();
        final TensorScope scope = TensorScope.detached();

        Batch(Map<String, NdArray> inputs) {
            this.inputs = inputs;
        }
    }

    /**
     * Begins a run.
     *
     * @param numbers the constants to run with
     * @param inputs the network's inputs, batch by batch
     */
    LayerwiseRun(OpenedNetwork opened, Numbers numbers, List<Map<String, NdArray>> inputs) {
        this.opened = opened;
        inputs.forEach(one -> batches.add(new Batch(one)));
        for (Normalization one : opened.model().normalizations()) {
            NormalizationNumbers values =
                    Objects.requireNonNull(numbers.normalizations().get(one.name()));
            hold(OpenedNetwork.gamma(one), NdArray.of(values.gamma(), values.gamma().length));
            hold(OpenedNetwork.beta(one), NdArray.of(values.beta(), values.beta().length));
        }
    }

    /** A whole run with one reader; the network's outputs of every batch. */
    static List<Map<String, NdArray>> run(
            OpenedNetwork opened, Numbers numbers, List<Map<String, NdArray>> inputs, LayerReader reader) {
        try (LayerwiseRun run = new LayerwiseRun(opened, numbers, inputs)) {
            for (QuantizableLayer layer : opened.model().layers()) {
                List<NdArray> operands = run.read();
                run.write(reader.read(layer, operands, layer.weight() == null ? null : numbers.layer(layer)));
            }
            return run.outputs();
        }
    }

    /** What the next layer reads of all examples, one behind the other along the first axis. */
    List<NdArray> read() {
        read = advance(next);
        QuantizableLayer layer = opened.model().layers().get(next);
        List<NdArray> whole = new ArrayList<>();
        for (int k = 0; k < layer.operands().size(); k++) {
            int operand = k;
            whole.add(Rows.joined(read.stream().map(one -> one.get(operand)).toList()));
        }
        return whole;
    }

    /** Lays ready what the layer that was read multiplies. */
    void write(Replaced replaced) {
        QuantizableLayer layer = opened.model().layers().get(next++);
        Numbers.Linear linear = replaced.linear();
        if (linear != null) {
            hold(OpenedNetwork.weight(layer), NdArray.of(linear.weight(), linear.shape()));
            hold(OpenedNetwork.bias(layer), bias(layer, linear));
        }
        long[] from = new long[layer.operands().size()];
        for (int b = 0; b < batches.size(); b++) {
            Batch batch = batches.get(b);
            try (TensorScope scope = TensorScope.open()) {
                for (int k = 0; k < from.length; k++) {
                    long rows = read.get(b).get(k).dimension(0);
                    NdArray part = replaced.operands().get(k).rows((int) from[k], (int) (from[k] + rows));
                    from[k] += rows;
                    batch.values.put(OpenedNetwork.operand(layer, k), batch.scope.adopt(Tensor.of(part)));
                }
            }
        }
    }

    /** The network's outputs of every batch, when all layers have been written. */
    List<Map<String, NdArray>> outputs() {
        List<Map<String, NdArray>> outputs = new ArrayList<>();
        for (List<NdArray> values : advance(next)) {
            Map<String, NdArray> byName = new LinkedHashMap<>();
            for (int k = 0; k < values.size(); k++) {
                byName.put(opened.outputs().get(k), values.get(k));
            }
            outputs.add(byName);
        }
        return outputs;
    }

    private void hold(String name, NdArray array) {
        try (TensorScope scope = TensorScope.open()) {
            constants.put(name, constantScope.adopt(Tensor.of(array)));
        }
    }

    /** Runs one stage of every batch; returns the values that were wanted. */
    private List<List<NdArray>> advance(int at) {
        OpenedNetwork.Stage stage = opened.all().get(at);
        List<List<NdArray>> values = new ArrayList<>();
        for (Batch batch : batches) {
            values.add(advance(batch, stage));
            drop(batch.values, stage);
        }
        drop(constants, stage);
        return values;
    }

    private List<NdArray> advance(Batch batch, OpenedNetwork.Stage stage) {
        Set<String> kept = new LinkedHashSet<>(stage.wanted());
        kept.addAll(stage.made());
        kept.removeAll(batch.values.keySet());
        List<NdArray> out = new ArrayList<>();
        try (TensorScope scope = TensorScope.open()) {
            Map<String, Tensor> feeds = new LinkedHashMap<>(constants);
            feeds.putAll(batch.values);
            batch.inputs.forEach((name, array) -> feeds.put(name, Tensor.of(array)));
            Trace trace = opened.network().run(feeds, Set.of(), kept, Interpreter.Retention.NOTHING);
            for (String name : kept) {
                Tensor value = trace.slot(name).tensor();
                batch.values.put(name, batch.scope.adopt(value.alias()));
            }
            for (String name : stage.wanted()) {
                out.add(Objects.requireNonNull(batch.values.get(name), name).toNdArray());
            }
        }
        return out;
    }

    private static void drop(Map<String, Tensor> held, OpenedNetwork.Stage stage) {
        for (String name : stage.dropped()) {
            Tensor gone = held.remove(name);
            if (gone != null) {
                gone.close();
            }
        }
    }

    /** A convolution wants a number a channel even where there is no bias. */
    private static NdArray bias(QuantizableLayer layer, Numbers.Linear linear) {
        float[] bias = linear.bias();
        if (bias != null) {
            return NdArray.of(bias, bias.length);
        }
        int outputs = (int) Objects.requireNonNull(layer.weight()).outputs();
        return NdArray.of(new float[outputs], outputs);
    }

    /** Frees what is held. */
    @Override
    public void close() {
        constantScope.close();
        batches.forEach(batch -> batch.scope.close());
    }
}
