package dev.whence.graph.onnx;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.Slot;
import dev.whence.graph.Trace;
import dev.whence.graph.Value;
import dev.whence.graph.Variable;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.tensor.TensorScope;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of one conformance case: all of its data sets run in the declared types, and every output has the expected
 * sort, type, shape and numbers (NaN where NaN is expected, infinities alike).
 *
 * @param outcome passed, failed or not supported
 * @param note the first difference or the reason; empty if it passed
 */
record ConformanceRun(GoldenTable.Outcome outcome, String note) {
    /** The tolerance of ONNX's own runner. */
    private static final double RELATIVE = 1e-3;

    private static final double ABSOLUTE = 1e-7;

    /** A difference between what came out and what was expected. */
    private static final class Difference extends RuntimeException {
        private static final long serialVersionUID = 1;

        Difference(String message) {
            super(message);
        }
    }

    /** Runs a case; never throws. */
    static ConformanceRun of(ConformanceCases.Case c) {
        try {
            Graph graph = OnnxModel.read(c.model(), null).graph();
            if (c.dataSets().isEmpty()) {
                return new ConformanceRun(GoldenTable.Outcome.FAILED, "it has no data");
            }
            try (Network network = StandardOperators.network(graph, Precision.DECLARED)) {
                for (ConformanceCases.DataSet set : c.dataSets()) {
                    check(network, set);
                }
            }
            return new ConformanceRun(GoldenTable.Outcome.PASSED, "");
        } catch (WhenceException e) {
            boolean unsupported = e.code() == ErrorCode.OPERATOR_UNSUPPORTED
                    || String.valueOf(e.getMessage()).contains("not supported");
            return new ConformanceRun(
                    unsupported ? GoldenTable.Outcome.NOT_SUPPORTED : GoldenTable.Outcome.FAILED, text(e));
        } catch (RuntimeException e) {
            return new ConformanceRun(GoldenTable.Outcome.FAILED, text(e));
        }
    }

    private static String text(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        return e instanceof WhenceException || e instanceof Difference
                ? message
                : e.getClass().getSimpleName() + ": " + message;
    }

    private static void check(Network network, ConformanceCases.DataSet set) {
        Graph graph = network.graph();
        try (TensorScope scope = TensorScope.open()) {
            Map<String, Variable> feeds = new LinkedHashMap<>();
            for (int i = 0; i < set.inputs().size() && i < graph.inputs().size(); i++) {
                byte[] bytes = set.inputs().get(i);
                Value input = graph.inputs().get(i);
                if (bytes != null) {
                    feeds.put(input.name(), variable(network, OnnxData.read(bytes, input.declared())));
                }
            }
            Set<String> wanted = new LinkedHashSet<>();
            graph.outputs().forEach(o -> wanted.add(o.name()));
            Trace trace = network.runOn(feeds, Set.of(), wanted, Interpreter.Retention.NOTHING);
            for (int i = 0; i < set.outputs().size(); i++) {
                byte[] bytes = set.outputs().get(i);
                Value output = graph.outputs().get(i);
                if (bytes != null) {
                    compare(output.name(), trace.variable(output.name()), OnnxData.read(bytes, output.declared()));
                }
            }
        }
    }

    private static Variable variable(Network network, OnnxData data) {
        return switch (data) {
            case OnnxData.Tensor(Constant value) -> network.variable(value);
            case OnnxData.Sequence(List<OnnxData> values) -> {
                List<Variable> items = new ArrayList<>();
                values.forEach(v -> items.add(variable(network, v)));
                yield new Variable.Sequence(items);
            }
            case OnnxData.Maybe(OnnxData value) -> new Variable.Maybe(value == null ? null : variable(network, value));
        };
    }

    private static void compare(String what, @Nullable Variable found, OnnxData expected) {
        switch (expected) {
            case OnnxData.Tensor(Constant value) -> compare(what, found, value);
            case OnnxData.Sequence(List<OnnxData> values) -> {
                if (!(found instanceof Variable.Sequence(List<Variable> items))) {
                    throw new Difference(what + ": found " + found + ", expected a sequence");
                }
                if (items.size() != values.size()) {
                    throw new Difference(what + ": found " + items.size() + " elements, expected " + values.size());
                }
                for (int i = 0; i < items.size(); i++) {
                    compare(what + "[" + i + "]", items.get(i), values.get(i));
                }
            }
            case OnnxData.Maybe(OnnxData value) -> {
                Variable item = found instanceof Variable.Maybe(Variable inside) ? inside : found;
                if (value == null) {
                    if (item != null) {
                        throw new Difference(what + ": found " + item + ", expected nothing");
                    }
                } else {
                    compare(what, item, value);
                }
            }
        }
    }

    private static void compare(String what, @Nullable Variable found, Constant expected) {
        if (expected.isText()) {
            if (!(found instanceof Variable.Texts(Constant texts)) || !texts.equals(expected)) {
                throw new Difference(what + ": found " + found + ", expected strings " + expected.texts());
            }
            return;
        }
        if (!(found instanceof Slot slot)) {
            throw new Difference(what + ": found " + found + ", expected " + expected);
        }
        NdArray actual = slot.tensor().toNdArray();
        if (slot.type() != expected.type()) {
            throw new Difference(what + ": found type " + slot.type() + ", expected " + expected.type());
        }
        if (!Arrays.equals(actual.shape(), expected.shape())) {
            throw new Difference(what + ": found shape " + Arrays.toString(actual.shape()) + ", expected "
                    + Arrays.toString(expected.shape()));
        }
        NdArray wanted = expected.toNdArray();
        Close close = Close.elementwise(actual.toDoubles(), wanted.toDoubles(), RELATIVE, ABSOLUTE, wanted.shape());
        if (!close.holds()) {
            throw new Difference(what + ": " + close.message());
        }
    }
}
