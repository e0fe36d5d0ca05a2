package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Trace;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.model.Normalization;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A run of an opened network layer by layer, over all batches at once: {@link #operand} brings every batch up to what the next
 * layer reads, {@link #write} says what it shall multiply instead. Batches are never joined, so that examples may lie
 * along any axis. Between layers only what later ones need is held.
 */
final class LayerwiseRun implements AutoCloseable {
    private final OpenedNetwork opened;
    private final List<Batch> batches = new ArrayList<>();
    private final Map<String, Tensor> constants = new HashMap<>();
    private final TensorScope constantScope = TensorScope.detached();

    /** What is laid ready for layers that have not run, since nobody has asked for what they read. */
    private final Deque<Replaced> waiting = new ArrayDeque<>();

    /** The layer up to which batches have run, and whether what it reads is there. */
    private int next;

    private boolean isThere;

    /** What happens at a layer. */
    @FunctionalInterface
    interface LayerReader {
        /**
         * Called once a layer, in order.
         *
         * @param layer the layer
         * @param reading what it reads
         * @param linear its weights and bias; null for a product of activations
         */
        Replaced read(QuantizableLayer layer, Reading reading, Numbers.@Nullable Linear linear);
    }

    /** What a layer reads. */
    @FunctionalInterface
    interface Reading {
        /** The numbers of one operand of all batches, one behind the other; the last axis is kept if all batches share it. */
        NdArray all(int operand);
    }

    /**
     * What a layer multiplies.
     *
     * @param quantizers what goes over each operand; null if all stay as they are
     * @param linear gives weights and bias, when they are needed and perhaps never; null for a product
     */
    record Replaced(
            @Nullable List<Quantizer> quantizers, @Nullable Supplier<Numbers.Linear> linear) {
        Replaced(@Nullable List<Quantizer> quantizers, Numbers.@Nullable Linear linear) {
            this(quantizers, linear == null ? null : (Supplier<Numbers.Linear>) () -> linear);
        }
    }

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
        try {
            for (Normalization one : opened.model().normalizations()) {
                NormalizationNumbers values =
                        Objects.requireNonNull(numbers.normalizations().get(one.name()), one.name());
                hold(OpenedNetwork.gamma(one), NdArray.of(values.gamma(), values.gamma().length));
                hold(OpenedNetwork.beta(one), NdArray.of(values.beta(), values.beta().length));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** A whole run with one reader; the network's outputs of every batch. */
    static List<Map<String, NdArray>> run(
            OpenedNetwork opened, Numbers numbers, List<Map<String, NdArray>> inputs, LayerReader reader) {
        try (LayerwiseRun run = new LayerwiseRun(opened, numbers, inputs)) {
            run.visit(numbers, reader);
            return run.outputs();
        }
    }

    /** As {@link #run}, but only as far as the reader asks for what layers read. */
    static void visit(OpenedNetwork opened, Numbers numbers, List<Map<String, NdArray>> inputs, LayerReader reader) {
        try (LayerwiseRun run = new LayerwiseRun(opened, numbers, inputs)) {
            run.visit(numbers, reader);
        }
    }

    private void visit(Numbers numbers, LayerReader reader) {
        for (QuantizableLayer layer : opened.model().layers()) {
            write(reader.read(layer, this::all, layer.weight() == null ? null : numbers.layer(layer)));
        }
    }

    /** What the layer multiplies that follows those written before. Nothing runs until somebody asks for what a layer reads. */
    void write(Replaced replaced) {
        waiting.add(replaced);
    }

    /** Runs every batch up to what the layer reads that follows those written. */
    private void catchUp() {
        while (!waiting.isEmpty()) {
            advance();
            lay(waiting.remove());
        }
        advance();
    }

    private void advance() {
        if (isThere) {
            return;
        }
        isThere = true;
        OpenedNetwork.Stage stage = opened.all().get(next);
        for (Batch batch : batches) {
            advance(batch, stage);
            drop(batch.values, stage, false);
        }
        drop(constants, stage, false);
    }

    int batches() {
        return batches.size();
    }

    /** What the layer reads of one batch that follows those written. */
    NdArray operand(int batch, int operand) {
        catchUp();
        return value(batch, operand);
    }

    private NdArray value(int batch, int operand) {
        String name = opened.all().get(next).wanted().get(operand);
        Tensor value = Objects.requireNonNull(batches.get(batch).values.get(name), name);
        try (TensorScope scope = TensorScope.open()) {
            return value.toNdArray();
        }
    }

    private NdArray all(int operand) {
        List<NdArray> parts = new ArrayList<>();
        for (int b = 0; b < batches.size(); b++) {
            parts.add(operand(b, operand));
        }
        return Rows.flat(parts);
    }

    /** Lays ready what the layer multiplies that was advanced to, and goes on to the next one. */
    private void lay(Replaced replaced) {
        QuantizableLayer layer = opened.model().layers().get(next);
        OpenedNetwork.Stage stage = opened.all().get(next);
        Supplier<Numbers.Linear> its = replaced.linear();
        if (its != null) {
            Numbers.Linear linear = its.get();
            hold(OpenedNetwork.weight(layer), NdArray.of(linear.weight(), linear.shape()));
            hold(OpenedNetwork.bias(layer), bias(layer, linear));
        }
        List<Quantizer> quantizers = replaced.quantizers();
        for (int b = 0; b < batches.size(); b++) {
            Batch batch = batches.get(b);
            try (TensorScope scope = TensorScope.open()) {
                for (int k = 0; k < layer.operands().size(); k++) {
                    Tensor read = Objects.requireNonNull(
                            batch.values.get(stage.wanted().get(k)));
                    Tensor written = quantizers == null
                            ? read.alias()
                            : Tensor.of(Calibration.applied(quantizers.get(k), value(b, k)));
                    batch.values.put(OpenedNetwork.operand(layer, k), batch.scope.adopt(written));
                }
            }
            drop(batch.values, stage, true);
        }
        next++;
        isThere = false;
    }

    /** The network's outputs of every batch, when all layers have been written. */
    List<Map<String, NdArray>> outputs() {
        List<Map<String, NdArray>> outputs = new ArrayList<>();
        for (int b = 0; b < batches.size(); b++) {
            Map<String, NdArray> byName = new LinkedHashMap<>();
            for (int k = 0; k < opened.outputs().size(); k++) {
                byName.put(opened.outputs().get(k), operand(b, k));
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

    private void advance(Batch batch, OpenedNetwork.Stage stage) {
        Set<String> kept = new LinkedHashSet<>(stage.wanted());
        kept.addAll(stage.made());
        kept.removeAll(batch.values.keySet());
        try (TensorScope scope = TensorScope.open()) {
            Map<String, Tensor> feeds = new LinkedHashMap<>(constants);
            feeds.putAll(batch.values);
            batch.inputs.forEach((name, array) -> feeds.put(name, Tensor.of(array)));
            Trace trace = opened.network().run(feeds, Set.of(), kept, Interpreter.Retention.NOTHING);
            for (String name : kept) {
                Tensor value = trace.slot(name).tensor();
                batch.values.put(name, batch.scope.adopt(value.alias()));
            }
        }
    }

    /** Frees what no later stage needs: what the stage was run for, or all else. */
    private static void drop(Map<String, Tensor> held, OpenedNetwork.Stage stage, boolean isWanted) {
        for (String name : stage.dropped()) {
            Tensor gone = stage.wanted().contains(name) == isWanted ? held.remove(name) : null;
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
