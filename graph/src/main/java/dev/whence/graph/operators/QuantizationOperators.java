package dev.whence.graph.operators;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Emitter;
import dev.whence.graph.Kind;
import dev.whence.graph.NarrowFloats;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Convolution;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Quantised numbers: QuantizeLinear, DequantizeLinear, and products of quantised values. For gradients a quantisation is
 * the straight line that it rounds; for differences it is a function like any other, so that shares add up to what the
 * quantised network computes.
 */
final class QuantizationOperators {
    private QuantizationOperators() {}

    /** round(x / scale) + zero, halves to even, limited to the range of the result's type. */
    static final Operator QUANTIZE = Operator.named("QuantizeLinear")
            .since(10)
            .forward(c -> TypeOperators.converted(
                    Quantization.of(c).steps(c.in(0), Quantization.target(c)),
                    Objects.requireNonNull(Quantization.target(c).stored())))
            .gradient(QuantizationOperators::straightThrough)
            .reads(Reads.INPUTS)
            .kind(c -> c.isActive(1) || c.isActive(2)
                    ? new Kind.Blocking("its scale depends on the input")
                    : new Kind.Elementwise(QuantizationOperators::quantizedSecant))
            .build();

    private static Tensor straightThrough(Call c, Tensor gy) {
        return gy.times(slope(c, c.in(0)));
    }

    /** 1 / scale where x is within the range, 0 beyond. */
    private static Tensor slope(Call c, Tensor x) {
        Quantization q = Quantization.of(c);
        Tensor position = x.divide(q.scale());
        if (NarrowFloats.isNarrow(Quantization.target(c))) {
            double largest = NarrowFloats.of(Quantization.target(c)).largest();
            return position.abs().lessOrEqual(largest).to(x.type()).divide(q.scale());
        }
        Tensor error = q.steps(x, Quantization.target(c));
        error = q.zero() == null ? error : error.minus(q.zero().to(q.scale().type()));
        Tensor isInside = position.minus(error).abs().lessOrEqual(0.5);
        return isInside.to(x.type()).divide(q.scale());
    }

    private static Tensor quantizedSecant(Call c, Tensor x, Tensor r) {
        Quantization q = Quantization.of(c);
        Tensor d = x.minus(r);
        Tensor rise = q.steps(x, Quantization.target(c)).minus(q.steps(r, Quantization.target(c)));
        Tensor isZero = d.equalTo(0);
        return isZero.where(slope(c, x), rise.divide(isZero.where(Broadcasting.number(1, d), d)));
    }

    /** (x - zero) scale. */
    static final Operator DEQUANTIZE = Operator.named("DequantizeLinear")
            .since(10)
            .forward(c -> Quantization.of(c).real(c.in(0)).to(realType(c)))
            .gradient((c, gy) -> gy.times(Quantization.of(c).scale()))
            .reads(Reads.NOTHING)
            .kind(c -> c.isActive(1) || c.isActive(2)
                    ? new Kind.Blocking("its scale depends on the input")
                    : new Kind.Scaling(call -> Quantization.of(call).scale()))
            .build();

    private static NdArray.Type realType(Call c) {
        return c.attributes().integer("output_dtype", 0) == 0
                ? c.type(1)
                : c.resolve(TypeOperators.wanted(c, "output_dtype"));
    }

    /** Quantises to uint8 with scale and zero point taken from the range of the data. */
    static final Operator DYNAMIC = Operator.named("DynamicQuantizeLinear")
            .since(11)
            .forwardMany(QuantizationOperators::dynamic)
            .kind(new Kind.Blocking("its scale is taken from the data"))
            .build();

    private static List<Tensor> dynamic(Call c) {
        Tensor x = c.in(0);
        Tensor zero = Broadcasting.number(0, x);
        long[] axes = java.util.stream.LongStream.range(0, x.rank()).toArray();
        Tensor low = x.min(false, axes).minimum(zero);
        Tensor scale = x.max(false, axes).maximum(zero).minus(low).divide(255);
        Tensor isFlat = scale.equalTo(0);
        Tensor divisor = isFlat.where(Broadcasting.number(1, x), scale);
        Tensor origin = low.negate().divide(divisor).round().clamp(0, 255);
        Tensor y = x.divide(divisor).round().plus(origin).clamp(0, 255);
        return List.of(y.to(NdArray.Type.UINT8), scale, origin.to(NdArray.Type.UINT8));
    }

    /** Matrix product of whole numbers less their zero points, int32. */
    static final Operator MATMUL_INTEGER = Operator.named("MatMulInteger")
            .since(10)
            .forward(c -> exact(c, 0, 2, 0).matmul(exact(c, 1, 3, -1)).to(NdArray.Type.INT32))
            .kind(new Kind.Composite((emitter, call, in) -> new Slot[] {
                emitter.apply("MatMul", unscaled(emitter, call, in, 0, 2), unscaled(emitter, call, in, 1, 3))
            }))
            .build();

    /** Convolution of whole numbers less their zero points, int32. */
    static final Operator CONV_INTEGER = Operator.named("ConvInteger")
            .since(10)
            .forward(c -> {
                SpatialWindow window = SpatialWindow.of(c, c.shape(1));
                Convolution convolution = window.convolution(c.attributes().integer("group", 1));
                Tensor x = window.padded(exact(c, 0, 2, 0), 0);
                return convolution.apply(x, exact(c, 1, 3, 0), null).to(NdArray.Type.INT32);
            })
            .kind(new Kind.Composite((emitter, call, in) -> new Slot[] {
                emitter.apply(
                        "Conv", call.attributes(), unscaled(emitter, call, in, 0, 2), unscaled(emitter, call, in, 1, 3))
            }))
            .build();

    /** An operand less its zero point in float64, where products and sums of small integers are exact. */
    private static Tensor exact(Call c, int index, int zeroIndex, int axis) {
        Tensor x = c.in(index).to(NdArray.Type.FLOAT64);
        Tensor zero = c.optional(zeroIndex);
        if (zero == null) {
            return x;
        }
        Tensor moved = zero.to(NdArray.Type.FLOAT64);
        if (zero.rank() == 1 && zero.size() > 1 && axis == 0) {
            long[] column = new long[x.rank()];
            Arrays.fill(column, 1);
            column[index == 0 && x.rank() > 1 ? x.rank() - 2 : 0] = -1;
            moved = moved.reshape(column);
        }
        return x.minus(moved);
    }

    private static Slot unscaled(Emitter emitter, Call call, @Nullable Slot[] in, int index, int zeroIndex) {
        Tensor one = Tensor.full(1, call.resolve(NdArray.Type.FLOAT32));
        Slot zero = zeroIndex < in.length ? in[zeroIndex] : null;
        Attributes axis = Attributes.of("axis", index == 0 || call.rank(index) < 2 ? -2 : -1);
        return dequantized(emitter, axis, in[index], emitter.constant(one), zero);
    }

    private static Slot dequantized(
            Emitter emitter, Attributes attributes, @Nullable Slot x, @Nullable Slot scale, @Nullable Slot zero) {
        return emitter.apply("DequantizeLinear", attributes, x, scale, zero);
    }

    /** Matrix product of quantised matrices, quantised: inputs a, its scale and zero, b with scale and zero, y's. */
    static final Operator QLINEAR_MATMUL = Operator.named("QLinearMatMul")
            .since(10)
            .inlined((emitter, call, in) -> {
                Slot a = dequantized(emitter, Attributes.of("axis", -2), in[0], in[1], in[2]);
                Slot b = dequantized(emitter, Attributes.of("axis", -1), in[3], in[4], in[5]);
                return new Slot[] {emitter.apply("QuantizeLinear", emitter.apply("MatMul", a, b), in[6], in[7])};
            })
            .build();

    /** Convolution of quantised images, quantised; the bias is int32 in units of both scales' product. */
    static final Operator QLINEAR_CONV = Operator.named("QLinearConv")
            .since(10)
            .inlined((emitter, call, in) -> {
                Attributes first = Attributes.of("axis", 0);
                Slot x = dequantized(emitter, Attributes.NONE, in[0], in[1], in[2]);
                Slot w = dequantized(emitter, first, in[3], in[4], in[5]);
                Slot bias = null;
                if (in.length > 8 && in[8] != null) {
                    bias = dequantized(emitter, first, in[8], emitter.apply("Mul", in[1], in[4]), null);
                }
                Slot y = emitter.apply("Conv", call.attributes(), x, w, bias);
                return new Slot[] {emitter.apply("QuantizeLinear", y, in[6], in[7])};
            })
            .build();

    static final List<Operator> ALL =
            List.of(QUANTIZE, DEQUANTIZE, DYNAMIC, MATMUL_INTEGER, CONV_INTEGER, QLINEAR_MATMUL, QLINEAR_CONV);
}
