package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Discrete Fourier transforms, which are products with matrices of cosines and sines and written out as such, and the
 * window functions and mel weights that go with them.
 */
final class SpectralOperators {
    /** The largest matrix of cosines, in elements. */
    private static final long LARGEST = 1L << 26;

    private SpectralOperators() {}

    /** The transform along an axis of {@code [..., 1 or 2]}, whose last axis is real and imaginary part. */
    static final Operator DFT = Operator.named("DFT")
            .since(17)
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                int rank = c.rank(0);
                int axis = c.opset() < 20
                        ? c.axis("axis", 1, rank)
                        : Call.axis(c.has(2) ? c.in(2).toLongs()[0] : -2, rank);
                long length = c.has(1) ? c.in(1).toLongs()[0] : c.shape(0)[axis];
                if (axis == rank - 1 || length < 1) {
                    throw new WhenceException(
                            ErrorCode.SHAPE_MISMATCH,
                            "axis " + axis + " of an input of shape " + Arrays.toString(c.shape(0))
                                    + " cannot be transformed with length " + length);
                }
                boolean inverse = c.attributes().flag("inverse", false);
                boolean onesided = c.attributes().flag("onesided", false);
                Slot x = Formula.given(in, 0);
                if (c.shape(0)[axis] > length) {
                    x = f.slice(x, axis, 0, length);
                }
                long[] order = LongStream.range(0, rank).toArray();
                order[axis] = rank - 1L;
                order[rank - 1] = axis;
                // The parts come to where the axis was, the axis to the end, and back.
                Slot turned = f.permute(x, order);
                Slot y = transformed(f, turned, axis, new Transform(x.shape()[axis], length, inverse, onesided));
                return new Slot[] {f.permute(y, order)};
            })
            .build();

    /**
     * One transform.
     *
     * @param given how many values there are; the others up to {@code length} are zero
     */
    private record Transform(long given, long length, boolean inverse, boolean onesided) {
        long bins() {
            return onesided ? length / 2 + 1 : length;
        }

        Tensor matrix(NdArray.Type type, boolean isSine) {
            if (given > LARGEST / Math.max(1, bins())) {
                throw new WhenceException(
                        ErrorCode.OPERATOR_FAILED, "a transform of " + length + " values is too large");
            }
            double[] out = new double[(int) (given * bins())];
            double scale = inverse ? 1.0 / length : 1;
            for (int n = 0; n < given; n++) {
                for (int k = 0; k < bins(); k++) {
                    double angle = 2 * Math.PI * ((long) n * k % length) / length;
                    out[(int) (n * bins()) + k] =
                            scale * (isSine ? (inverse ? 1 : -1) * Math.sin(angle) : Math.cos(angle));
                }
            }
            return Tensor.of(NdArray.of(out, given, bins())).to(type);
        }
    }

    /** Transforms the last axis; axis {@code parts} holds the real and perhaps the imaginary part. */
    private static Slot transformed(Formula f, Slot x, int parts, Transform t) {
        Slot cosines = f.constant(t.matrix(f.type(), false));
        Slot sines = f.constant(t.matrix(f.type(), true));
        long count = x.shape()[parts];
        if (count == 1) {
            return f.concat(parts, List.of(f.product(x, cosines), f.product(x, sines)));
        }
        if (count != 2) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH, "the last axis has length " + count + "; 1 or 2 is expected");
        }
        Slot[] both = f.split(x, parts, 2);
        Slot real = f.minus(f.product(both[0], cosines), f.product(both[1], sines));
        Slot imaginary = f.plus(f.product(both[0], sines), f.product(both[1], cosines));
        return f.concat(parts, List.of(real, imaginary));
    }

    /** The transforms of overlapping frames of a signal {@code [N, length, 1 or 2]}: {@code [N, frames, bins, 2]}. */
    static final Operator STFT = Operator.named("STFT")
            .since(17)
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                long step = c.in(1).toLongs()[0];
                long length = c.has(3) ? c.in(3).toLongs()[0] : c.has(2) ? c.shape(2)[0] : 0;
                long signal = c.shape(0)[1];
                if (c.rank(0) != 3 || step < 1 || length < 1 || length > signal) {
                    throw new WhenceException(
                            ErrorCode.SHAPE_MISMATCH,
                            "frames of length " + length + " every " + step + " do not fit a signal of shape "
                                    + Arrays.toString(c.shape(0)));
                }
                long frames = (signal - length) / step + 1;
                if (frames > LARGEST / length) {
                    throw new WhenceException(
                            ErrorCode.OPERATOR_FAILED, frames + " frames of length " + length + " are too many");
                }
                long[] places = new long[(int) (frames * length)];
                for (int i = 0; i < places.length; i++) {
                    places[i] = i / length * step + i % length;
                }
                Slot index = emitter.constant(Tensor.of(NdArray.of(places, frames, length)));
                Slot cut = emitter.apply("Gather", Attributes.of("axis", 1), Formula.given(in, 0), index);
                Slot turned = f.permute(cut, 0, 1, 3, 2);
                @Nullable Slot window = in.length > 2 ? in[2] : null;
                turned = window == null ? turned : f.times(turned, window);
                boolean onesided = c.attributes().flag("onesided", true);
                Slot y = transformed(f, turned, 2, new Transform(length, length, false, onesided));
                return new Slot[] {f.permute(y, 0, 1, 3, 2)};
            })
            .build();

    /** Hann's window, sin^2(pi n / N). */
    static final Operator HANN = window("HannWindow", a -> 0.5 - 0.5 * Math.cos(a));

    /** Hamming's window, 25/46 - 21/46 cos(2 pi n / N). */
    static final Operator HAMMING = window("HammingWindow", a -> 25.0 / 46 - 21.0 / 46 * Math.cos(a));

    /** Blackman's window, 0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N). */
    static final Operator BLACKMAN = window("BlackmanWindow", a -> 0.42 - 0.5 * Math.cos(a) + 0.08 * Math.cos(2 * a));

    /** A window of a given length; with {@code periodic} (the default) one that goes on after its end. */
    private static Operator window(String name, DoubleUnaryOperator ofAngle) {
        return Operator.named(name)
                .since(17)
                .forward(c -> {
                    long size = c.in(0).toLongs()[0];
                    if (size < 0 || size > LARGEST) {
                        throw new WhenceException(
                                ErrorCode.OPERATOR_FAILED, "a window of " + size + " values is not possible");
                    }
                    double period = c.attributes().flag("periodic", true) ? size : size - 1;
                    double[] out = new double[(int) size];
                    for (int n = 0; n < size; n++) {
                        out[n] = ofAngle.applyAsDouble(2 * Math.PI * n / period);
                    }
                    return Tensor.of(NdArray.of(out, size)).to(outputType(c));
                })
                .kind(Kinds.DISCRETE)
                .build();
    }

    private static NdArray.Type outputType(Call c) {
        return c.attributes().has("output_datatype")
                ? TypeOperators.wanted(c, "output_datatype")
                : c.resolve(NdArray.Type.FLOAT32);
    }

    /** Triangular weights from the bins of a spectrum to mel bands, {@code [bins, bands]}. */
    static final Operator MEL_WEIGHT_MATRIX = Operator.named("MelWeightMatrix")
            .since(17)
            .forward(c -> {
                long bands = c.in(0).toLongs()[0];
                long length = c.in(1).toLongs()[0];
                long rate = c.in(2).toLongs()[0];
                long bins = length / 2 + 1;
                if (bands < 1 || length < 1 || rate < 1 || bands > LARGEST / bins) {
                    throw new WhenceException(
                            ErrorCode.OPERATOR_FAILED,
                            bands + " bands of a transform of " + length + " values at rate " + rate
                                    + " are not possible");
                }
                long[] edges =
                        edges(bands, length, rate, c.in(3).item(), c.in(4).item());
                double[] out = new double[(int) (bins * bands)];
                for (int b = 0; b < bands; b++) {
                    for (int k = 0; k < bins; k++) {
                        out[(int) (k * bands) + b] = weight(k, edges[b], edges[b + 1], edges[b + 2]);
                    }
                }
                return Tensor.of(NdArray.of(out, bins, bands)).to(outputType(c));
            })
            .kind(Kinds.DISCRETE)
            .build();

    private static double weight(long bin, long low, long centre, long high) {
        if (bin >= low && bin <= centre) {
            return centre == low ? 1 : (double) (bin - low) / (centre - low);
        }
        return bin > centre && bin < high ? (double) (high - bin) / (high - centre) : 0;
    }

    /** The bins at which bands begin, peak and end: evenly spaced in mel. */
    private static long[] edges(long bands, long length, long rate, double lowest, double highest) {
        double low = 2595 * Math.log10(1 + lowest / 700);
        double high = 2595 * Math.log10(1 + highest / 700);
        long[] out = new long[(int) bands + 2];
        for (int i = 0; i < out.length; i++) {
            double mel = low + i * (high - low) / out.length;
            double hertz = 700 * (Math.pow(10, mel / 2595) - 1);
            out[i] = (long) Math.floor((length + 1) * hertz / rate);
        }
        return out;
    }

    static final List<Operator> ALL = List.of(DFT, STFT, HANN, HAMMING, BLACKMAN, MEL_WEIGHT_MATRIX);
}
