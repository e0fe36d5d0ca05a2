package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attribute;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Kinds;
import dev.whence.graph.Node;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.graph.Variable;
import dev.whence.tensor.Algebra;
import dev.whence.tensor.Indexing;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Constants, shapes and what is made from them: Constant, Shape, Size, ConstantOfShape, Range, EyeLike, Trilu, OneHot. */
final class ShapeOperators {
    private ShapeOperators() {}

    /** A value written into the node. */
    static final Operator CONSTANT = Operator.named("Constant")
            .structural((interpreter, node, in) ->
                    List.of(interpreter.constant(node.outputs().getFirst(), constant(node.attributes()))))
            .build();

    private static Constant constant(Attributes at) {
        for (String name : at.names()) {
            switch (at.get(name)) {
                case Attribute.Tensor(Constant value) -> {
                    return value;
                }
                case Attribute.Whole(long value)
                when name.equals("value_int") -> {
                    return Constant.of(NdArray.of(new long[] {value}));
                }
                case Attribute.Real(double value)
                when name.equals("value_float") -> {
                    return Constant.of(NdArray.of(new float[] {(float) value}));
                }
                case Attribute.Text(String value)
                when name.equals("value_string") -> {
                    return Constant.ofTexts(List.of(value));
                }
                case null, default -> {
                    if (name.equals("value_ints")) {
                        return Constant.ofLongs(at.integers(name));
                    }
                    if (name.equals("value_floats")) {
                        double[] reals = at.reals(name);
                        float[] floats = new float[reals.length];
                        for (int i = 0; i < floats.length; i++) {
                            floats[i] = (float) reals[i];
                        }
                        return Constant.of(floats, floats.length);
                    }
                    if (name.equals("value_strings")) {
                        return Constant.ofTexts(at.texts(name), at.texts(name).size());
                    }
                }
            }
        }
        throw new WhenceException(ErrorCode.MODEL_INVALID, "it holds no value of a form that Whence can read");
    }

    /** The shape, or a stretch of it. It carries no attribution: no change of the elements changes it. */
    static final Operator SHAPE = Operator.named("Shape")
            .structural((interpreter, node, in) -> {
                long[] shape = shape(in[0]);
                long start = bound(node.attributes().integer("start", 0), shape.length);
                long end = bound(node.attributes().integer("end", shape.length), shape.length);
                long[] part = start < end ? Arrays.copyOfRange(shape, (int) start, (int) end) : new long[0];
                return List.of(longs(interpreter, node, part, part.length));
            })
            .build();

    private static long bound(long axis, int rank) {
        return Math.clamp(axis < 0 ? axis + rank : axis, 0, rank);
    }

    /** The number of elements. */
    static final Operator SIZE = Operator.named("Size")
            .structural((interpreter, node, in) ->
                    List.of(longs(interpreter, node, new long[] {NdArray.elements(shape(in[0]))})))
            .build();

    private static long[] shape(@Nullable Variable variable) {
        return switch (variable) {
            case Slot slot -> slot.shape();
            case Variable.Texts(Constant constant) -> constant.shape();
            case null, default ->
                throw new WhenceException(ErrorCode.MODEL_INVALID, "its input must be a tensor, found " + variable);
        };
    }

    private static Slot longs(Interpreter interpreter, Node node, long[] values, long... shape) {
        return interpreter.constant(node.outputs().getFirst(), Tensor.of(NdArray.of(values, shape)));
    }

    /** A tensor of a given shape filled with one value, 0 unless said. */
    static final Operator CONSTANT_OF_SHAPE = Operator.named("ConstantOfShape")
            .since(9)
            .forward(c -> {
                long[] shape = Sizes.checked(c.in(0).toLongs());
                if (!c.attributes().has("value")) {
                    return Tensor.zeros(c.resolve(NdArray.Type.FLOAT32), shape)
                            .on(c.in(0).device());
                }
                Constant value = c.attributes().tensor("value");
                NdArray.Type type = c.resolve(value.type());
                Tensor one = Tensor.of(value.toNdArray()).to(type).on(c.in(0).device());
                return one.reshape(new long[0]).expand(shape).copy().as(type);
            })
            .kind(Kinds.DISCRETE)
            .build();

    /** The numbers from a start to a limit, which is left out, in steps. */
    static final Operator RANGE = Operator.named("Range")
            .since(11)
            .forward(c -> {
                NdArray.Type type = c.type(0);
                double start = c.in(0).item();
                double step = c.in(2).item();
                double count = Math.ceil((c.in(1).item() - start) / step);
                if (step == 0 || Double.isNaN(count)) {
                    throw new WhenceException(ErrorCode.OPERATOR_FAILED, "a range cannot advance in steps of " + step);
                }
                long n = Sizes.checked((long) Math.max(0, count))[0];
                Tensor places =
                        Algebra.range(0, n, 1, NdArray.Type.INT64).on(c.in(0).device());
                return places.to(type)
                        .times(c.in(2).reshape())
                        .plus(c.in(0).reshape())
                        .to(type);
            })
            .kind(Kinds.DISCRETE)
            .build();

    /** Ones on a diagonal, in the shape of the input. */
    static final Operator EYE_LIKE = Operator.named("EyeLike")
            .since(9)
            .forward(c -> {
                long[] shape = c.shape(0);
                if (shape.length != 2) {
                    throw new WhenceException(
                            ErrorCode.SHAPE_MISMATCH, "a matrix is expected, found " + Arrays.toString(shape));
                }
                NdArray.Type type = c.attributes().has("dtype")
                        ? c.resolve(type(c.attributes().integer("dtype")))
                        : c.type(0);
                long k = Math.clamp(c.attributes().integer("k", 0), -shape[0], shape[1]);
                Tensor rows = Algebra.range(0, shape[0], 1, NdArray.Type.INT64).unsqueeze(1);
                Tensor columns = Algebra.range(0, shape[1], 1, NdArray.Type.INT64);
                return columns.minus(rows).equalTo(k).to(type).on(c.in(0).device());
            })
            .kind(Kinds.DISCRETE)
            .build();

    /** The type with an ONNX number, if Whence computes with it. */
    static NdArray.Type type(long code) {
        NdArray.Type stored = ElementType.ofCode(code).map(ElementType::stored).orElse(null);
        if (stored == null) {
            Optional<ElementType> type = ElementType.ofCode(code);
            throw new WhenceException(
                    ErrorCode.OPERATOR_UNSUPPORTED,
                    "elements of type " + type.map(ElementType::text).orElse(Long.toString(code))
                            + " are not supported");
        }
        return stored;
    }

    /** The places of all elements that are not zero, one a column. */
    static final Operator NON_ZERO = Operator.named("NonZero")
            .since(9)
            .forward(c -> Indexing.nonzero(c.in(0)).transpose(0, 1))
            .kind(Kinds.DISCRETE)
            .build();

    /** The upper or lower triangle of each matrix, the rest zero. */
    static final Operator TRILU = Operator.named("Trilu")
            .since(14)
            .forward(c -> triangle(c, c.in(0)))
            .gradient(ShapeOperators::triangle)
            .reads(Reads.NOTHING)
            .kind(IndexingOperators.MOVING_BY_CONSTANTS)
            .linearPart(c -> triangle(c, c.in(0)))
            .build();

    private static Tensor triangle(Call c, Tensor x) {
        Tensor given = c.optional(1);
        long rows = x.dimension(-2);
        long diagonal = Math.clamp(given == null ? 0 : given.toLongs()[0], -rows - 1, x.dimension(-1) + 1);
        return c.attributes().flag("upper", true)
                ? Algebra.upperTriangle(x, diagonal)
                : Algebra.lowerTriangle(x, diagonal);
    }

    /** A new axis that holds one value at the index and another one elsewhere. */
    static final Operator ONE_HOT = Operator.named("OneHot")
            .since(9)
            .forward(c -> {
                long depth = Sizes.checked((long) c.in(1).item())[0];
                int rank = c.rank(0) + 1;
                int axis = c.axis("axis", -1, rank);
                Tensor index = c.in(0).to(NdArray.Type.INT64);
                Tensor wrapped =
                        index.lessThan(0).where(index.plus(depth), index).unsqueeze(axis);
                long[] along = new long[rank];
                Arrays.fill(along, 1);
                along[axis] = depth;
                long[] shape = wrapped.shape();
                shape[axis] = depth;
                Sizes.checked(shape);
                Tensor classes = Algebra.range(0, depth, 1, NdArray.Type.INT64)
                        .on(index.device())
                        .reshape(along);
                Tensor off = c.in(2).select(0, 0);
                Tensor on = c.in(2).select(0, 1);
                return wrapped.equalTo(classes).where(on, off);
            })
            .kind(Kinds.DISCRETE)
            .build();

    static final List<Operator> ALL =
            List.of(CONSTANT, SHAPE, SIZE, CONSTANT_OF_SHAPE, RANGE, EYE_LIKE, NON_ZERO, TRILU, ONE_HOT);
}
