package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Kinds;
import dev.whence.graph.Node;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import dev.whence.graph.Variable;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Operators of classical machine learning, domain {@code ai.onnx.ml}: Binarizer, LabelEncoder, TreeEnsemble. */
final class ClassicalOperators {
    private static final String DOMAIN = "ai.onnx.ml";

    private ClassicalOperators() {}

    /** 1 where the input is above a threshold, else 0. */
    static final Operator BINARIZER = Operator.named(DOMAIN, "Binarizer")
            .forward(c ->
                    c.in(0).greaterThan(c.attributes().real("threshold", 0)).to(c.type(0)))
            .kind(Kinds.STEPS)
            .build();

    /** Sums, means or extremes of decision trees. */
    static final Operator TREE_ENSEMBLE = Operator.named(DOMAIN, "TreeEnsemble")
            .since(5)
            .forward(c -> Tensor.of(
                            DecisionTrees.of(c.attributes()).evaluate(c.in(0).toNdArray()))
                    .on(c.in(0).device()))
            .kind(Kinds.STEPS)
            .build();

    /** Replaces each element by what a table says. */
    static final Operator LABEL_ENCODER = Operator.named(DOMAIN, "LabelEncoder")
            .since(2)
            .structural((interpreter, node, in) -> List.of(variable(
                    encoded(node, in), c -> interpreter.constant(node.outputs().getFirst(), c))))
            .build();

    static final List<Operator> ALL = List.of(BINARIZER, TREE_ENSEMBLE, LABEL_ENCODER);

    private static Variable variable(Constant constant, java.util.function.Function<Constant, Variable> numbers) {
        return constant.isText() ? new Variable.Texts(constant) : numbers.apply(constant);
    }

    private static Constant encoded(Node node, @Nullable Variable[] in) {
        Attributes at = node.attributes();
        List<Object> keys = list(at, "keys");
        List<Object> values = list(at, "values");
        if (keys.size() != values.size() || values.isEmpty()) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "the table has " + keys.size() + " keys for " + values.size() + " values");
        }
        Map<Object, Object> table = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            table.putIfAbsent(keys.get(i), values.get(i));
        }
        List<Object> items;
        long[] shape;
        if (in[0] instanceof Variable.Texts(Constant texts)) {
            items = List.copyOf(texts.texts());
            shape = texts.shape();
        } else {
            Slot slot = TextOperators.unattributed(in, 0);
            items = objects(Constant.of(slot.tensor().toNdArray()));
            shape = slot.shape();
        }
        Object otherwise = otherwise(at, values.getFirst());
        return constant(
                items.stream().map(i -> table.getOrDefault(i, otherwise)).toList(), type(at), shape);
    }

    private static List<Object> list(Attributes at, String what) {
        if (at.has(what + "_tensor")) {
            return objects(at.tensor(what + "_tensor"));
        }
        if (at.has(what + "_strings")) {
            return List.copyOf(at.texts(what + "_strings"));
        }
        if (at.has(what + "_int64s")) {
            return List.copyOf(
                    Arrays.stream(at.integers(what + "_int64s")).boxed().toList());
        }
        List<Object> out = new ArrayList<>();
        for (double d : at.reals(what + "_floats")) {
            out.add((double) (float) d);
        }
        return out;
    }

    private static List<Object> objects(Constant constant) {
        if (constant.isText()) {
            return List.copyOf(constant.texts());
        }
        NdArray array = constant.toNdArray();
        List<Object> out = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            out.add(array.type().isFloating() ? (Object) array.getDouble(i) : (Object) array.getLong(i));
        }
        return out;
    }

    private static Object otherwise(Attributes at, Object like) {
        if (at.has("default_tensor")) {
            return objects(at.tensor("default_tensor")).getFirst();
        }
        return switch (like) {
            case String s -> at.text("default_string", "_Unused");
            case Long l -> at.integer("default_int64", -1);
            default -> at.real("default_float", -0.0);
        };
    }

    private static NdArray.@Nullable Type type(Attributes at) {
        if (at.has("values_tensor")) {
            Constant values = at.tensor("values_tensor");
            return values.isText() ? null : values.type();
        }
        return at.has("values_strings") ? null : at.has("values_int64s") ? NdArray.Type.INT64 : NdArray.Type.FLOAT32;
    }

    private static Constant constant(List<Object> items, NdArray.@Nullable Type type, long[] shape) {
        if (type == null) {
            return Constant.ofTexts(items.stream().map(String.class::cast).toList(), shape);
        }
        if (!type.isFloating()) {
            long[] out = items.stream().mapToLong(i -> (Long) i).toArray();
            return Constant.of(NdArray.ofIntegers(type, out, shape));
        }
        double[] wide = items.stream().mapToDouble(i -> (Double) i).toArray();
        if (type == NdArray.Type.FLOAT64) {
            return Constant.of(NdArray.of(wide, shape));
        }
        float[] out = new float[wide.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) wide[i];
        }
        return Constant.of(type == NdArray.Type.FLOAT32 ? NdArray.of(out, shape) : NdArray.ofHalves(type, out, shape));
    }
}
