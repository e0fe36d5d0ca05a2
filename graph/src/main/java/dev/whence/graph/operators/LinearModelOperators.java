package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Constant;
import dev.whence.graph.Emitter;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Kind;
import dev.whence.graph.Node;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.graph.Variable;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Linear models of classical machine learning and what prepares their columns: Scaler, Normalizer, LinearRegressor. */
final class LinearModelOperators {
    static final String DOMAIN = "ai.onnx.ml";

    private LinearModelOperators() {}

    /** Each column shifted and scaled: (x - offset) scale. */
    static final Operator SCALER = Operator.named(DOMAIN, "Scaler")
            .forward(c -> {
                Tensor x = real(c);
                return x.minus(column(c, "offset", x)).times(column(c, "scale", x));
            })
            .gradient((c, gy) -> gy.times(column(c, "scale", gy)))
            .reads(Reads.NOTHING)
            .kind(new Kind.Scaling(c -> column(c, "scale", Tensor.zeros(c.resolve(NdArray.Type.FLOAT32)))))
            .build();

    private static Tensor real(Call c) {
        return c.in(0).type().isFloating() ? c.in(0) : c.in(0).to(c.resolve(NdArray.Type.FLOAT32));
    }

    private static Tensor column(Call c, String name, Tensor like) {
        double[] values = c.attributes().reals(name);
        return Tensor.of(NdArray.of(values, values.length)).to(like.type()).on(like.device());
    }

    /** Each row divided by its largest element, or by the sum of its absolute values or squares. */
    static final Operator NORMALIZER = Operator.named(DOMAIN, "Normalizer")
            .inlined((emitter, c, in) -> {
                Slot x = Objects.requireNonNull(in[0]);
                String norm = c.attributes().text("norm", "MAX");
                String reduction = switch (norm) {
                    case "MAX" -> "ReduceMax";
                    case "L1" -> "ReduceL1";
                    case "L2" -> "ReduceL2";
                    default ->
                        throw new WhenceException(
                                ErrorCode.MODEL_INVALID, "norm '" + norm + "' is none of MAX, L1, L2");
                };
                Slot size = emitter.apply(reduction, x, emitter.constant(c.rank(0) - 1L));
                if (!norm.equals("MAX")) {
                    Slot least = emitter.constant(Tensor.full(Float.MIN_NORMAL, x.type())
                            .on(x.tensor().device()));
                    size = emitter.apply("Max", size, least);
                }
                return new Slot[] {emitter.apply("Div", x, size)};
            })
            .build();

    /** Entries of the last axis by index. */
    static final Operator ARRAY_FEATURE_EXTRACTOR = Operator.named(DOMAIN, "ArrayFeatureExtractor")
            .inlined((emitter, c, in) -> {
                Slot index = emitter.apply("Reshape", Objects.requireNonNull(in[1]), emitter.constant(-1));
                Slot x = Objects.requireNonNull(in[0]);
                Slot taken = emitter.apply("Gather", Attributes.of("axis", -1), x, index);
                return new Slot[] {c.rank(0) == 1 ? emitter.apply("Unsqueeze", taken, emitter.constant(0)) : taken};
            })
            .build();

    /** Weighted sums of the columns, one for each target. */
    static final Operator LINEAR_REGRESSOR = Operator.named(DOMAIN, "LinearRegressor")
            .inlined((emitter, c, in) -> {
                int targets = Math.toIntExact(c.attributes().integer("targets", 1));
                return new Slot[] {scores(emitter, c.attributes(), Objects.requireNonNull(in[0]), targets)};
            })
            .build();

    /** Weighted sums of the columns, one for each class, and the class of the largest. */
    static final Operator LINEAR_CLASSIFIER = Operator.named(DOMAIN, "LinearClassifier")
            .structural((interpreter, node, in) -> {
                Attributes at = node.attributes();
                int classes = at.reals("intercepts", new double[0]).length;
                int labels = at.has("classlabels_ints")
                        ? at.integers("classlabels_ints").length
                        : at.texts("classlabels_strings", List.of()).size();
                if (classes != labels || classes < 2) {
                    throw new WhenceException(
                            ErrorCode.OPERATOR_UNSUPPORTED,
                            classes + " scores for " + labels + " classes; one for each is supported");
                }
                List<Variable> out = new ArrayList<>(interpreter.emit(node, emitter -> {
                    Slot score = scores(emitter, at, ControlOperators.slot(in, 0), classes);
                    return List.of(
                            score, emitter.apply("ArgMax", Attributes.of(Map.of("axis", -1, "keepdims", 0)), score));
                }));
                return List.of(labels(interpreter, node, (Slot) out.get(1)), out.get(0));
            })
            .build();

    private static Variable labels(Interpreter interpreter, Node node, Slot winners) {
        Attributes at = node.attributes();
        long[] places = winners.tensor().toLongs();
        if (at.has("classlabels_ints")) {
            long[] labels = at.integers("classlabels_ints");
            long[] out = Arrays.stream(places).map(p -> labels[(int) p]).toArray();
            return interpreter.constant(node.outputs().getFirst(), Tensor.of(NdArray.of(out, out.length)));
        }
        List<String> labels = at.texts("classlabels_strings");
        List<String> out =
                Arrays.stream(places).mapToObj(p -> labels.get((int) p)).toList();
        return new Variable.Texts(Constant.ofTexts(out, out.size()));
    }

    private static Slot scores(Emitter emitter, Attributes at, Slot x, int targets) {
        double[] weights = at.reals("coefficients");
        double[] shifts = at.reals("intercepts", new double[0]);
        if (targets < 1 || weights.length % targets != 0) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, weights.length + " coefficients are given for " + targets + " targets");
        }
        Tensor like = x.tensor();
        Slot matrix = emitter.constant(Tensor.of(NdArray.of(weights, targets, weights.length / targets))
                .to(like.type())
                .on(like.device())
                .transpose(0, 1));
        Slot y = emitter.apply("MatMul", x, matrix);
        if (shifts.length > 0) {
            Tensor shift = Tensor.of(NdArray.of(shifts, shifts.length)).to(like.type());
            y = emitter.apply("Add", y, emitter.constant(shift.on(like.device())));
        }
        return transformed(emitter, at.text("post_transform", "NONE"), y);
    }

    private static Slot transformed(Emitter emitter, String transform, Slot y) {
        return switch (transform) {
            case "NONE" -> y;
            case "LOGISTIC" -> emitter.apply("Sigmoid", y);
            case "SOFTMAX" -> emitter.apply("Softmax", Attributes.of("axis", -1), y);
            default ->
                throw new WhenceException(
                        ErrorCode.OPERATOR_UNSUPPORTED, "post_transform '" + transform + "' is not supported");
        };
    }

    static final List<Operator> ALL =
            List.of(SCALER, NORMALIZER, ARRAY_FEATURE_EXTRACTOR, LINEAR_REGRESSOR, LINEAR_CLASSIFIER);
}
