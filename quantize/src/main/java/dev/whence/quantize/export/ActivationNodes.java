package dev.whence.quantize.export;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.quantize.Granularity;
import dev.whence.quantize.LogQuantizer;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.TwinUniformQuantizer;
import dev.whence.quantize.UniformQuantizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Adds the nodes that quantize an activation and make real numbers of it again. */
final class ActivationNodes {
    private static final int MOST = 255;
    private static final float TINIEST = 1e-37f;

    private final GraphSurgery graph;
    private final Format format;
    private final List<Done> done = new ArrayList<>();

    /** A value that is quantized already. */
    private record Done(String value, Quantizer quantizer, String result) {}

    ActivationNodes(GraphSurgery graph, Format format) {
        this.graph = graph;
        this.format = format;
    }

    /**
     * The quantized form of a value; the same nodes as before if the same quantizer had the same value.
     *
     * @param name the beginning of all new names
     */
    String quantized(String name, String value, Quantizer quantizer) {
        for (Done before : done) {
            if (before.value.equals(value) && isSame(before.quantizer, quantizer)) {
                return before.result;
            }
        }
        String result = switch (quantizer) {
            case UniformQuantizer q -> isForIntegers(q) ? uniform(name, value, q) : arithmetic(name, value, q);
            case TwinUniformQuantizer q -> twin(name, value, q);
            case LogQuantizer q -> logarithmic(name, value, q);
        };
        done.add(new Done(value, quantizer, result));
        return result;
    }

    private static boolean isSame(Quantizer one, Quantizer other) {
        if (one instanceof UniformQuantizer a && other instanceof UniformQuantizer b) {
            return a.bits() == b.bits()
                    && a.granularity().equals(b.granularity())
                    && Arrays.equals(a.scales(), b.scales())
                    && Arrays.equals(a.zeroPoints(), b.zeroPoints());
        }
        return one.equals(other);
    }

    // ---- integers ----------------------------------------------------------------------------------------------

    /** Kernels want one whole zero point; ONNX Runtime takes models with more and then cannot run them. */
    static boolean isForIntegers(Quantizer quantizer) {
        return quantizer instanceof UniformQuantizer one
                && one.granularity() instanceof Granularity.PerTensor
                && one.hasWholeZeroPoints();
    }

    private String uniform(String name, String value, UniformQuantizer quantizer) {
        float zero = quantizer.zeroPoints()[0];
        float moved = Math.max(0, -zero);
        return zero <= MOST && quantizer.levels() - 1 + moved <= MOST
                ? integers(name, value, quantizer, (int) moved)
                : integers(name, value, quantizer.reachingZero(), 0);
    }

    /**
     * QuantizeLinear, a Clip where there are fewer levels than a byte has, DequantizeLinear.
     *
     * @param moved added to all codes
     */
    private String integers(String name, String value, UniformQuantizer quantizer, int moved) {
        int top = quantizer.levels() - 1;
        String scale = real(name + ".scale", quantizer.scales()[0]);
        String zero = code(name + ".zero", (int) quantizer.zeroPoints()[0] + moved);
        String codes = plain("QuantizeLinear", name + ".codes", value, scale, zero);
        if (top < MOST) {
            String lowest = code(name + ".lowest", moved);
            codes = plain("Clip", name + ".clipped", codes, lowest, code(name + ".highest", top + moved));
        }
        return plain("DequantizeLinear", name, codes, scale, zero);
    }

    private String code(String name, int value) {
        return graph.constant(name, Numbers.unsigned(value));
    }

    // ---- real arithmetic ---------------------------------------------------------------------------------------

    /** Zero points that are no codes, or several. */
    private String arithmetic(String name, String value, UniformQuantizer quantizer) {
        String what = quantizer.hasWholeZeroPoints() ? "several scales" : "a fractional zero point";
        requireFakeQuant(name, what);
        boolean isScalar = quantizer.granularity() instanceof Granularity.PerTensor;
        if (!isScalar && !quantizer.granularity().equals(Granularity.perAxis(-1))) {
            throw refused(name, what + " along an axis that is not the last");
        }
        String scale = graph.constant(name + ".scale", Numbers.reals(quantizer.scales(), isScalar));
        String zero = graph.constant(name + ".zero", Numbers.reals(quantizer.zeroPoints(), isScalar));
        String codes = plain("Add", name + ".moved", steps(name, value, scale), zero);
        String kept = clip(name, codes, 0, quantizer.levels() - 1);
        return plain("Mul", name, plain("Sub", name + ".signed", kept, zero), scale);
    }

    private String twin(String name, String value, TwinUniformQuantizer quantizer) {
        requireFakeQuant(name, "a twin uniform quantizer");
        int half = quantizer.levels() / 2;
        String up = side(name + ".positive", value, quantizer.positiveScale(), 0, half - 1);
        String down = side(name + ".negative", value, quantizer.negativeScale(), -half, 0);
        return plain("Add", name, up, down);
    }

    private String side(String name, String value, float size, int lowest, int highest) {
        String scale = graph.constant(name + ".scale", Numbers.real(size));
        return plain("Mul", name, clip(name, steps(name, value, scale), lowest, highest), scale);
    }

    private String steps(String name, String value, String scale) {
        return plain("Round", name + ".rounded", plain("Div", name + ".steps", value, scale));
    }

    private String clip(String name, String value, float lowest, float highest) {
        return plain(
                "Clip",
                name + ".clipped",
                value,
                graph.constant(name + ".lowest", Numbers.real(lowest)),
                graph.constant(name + ".highest", Numbers.real(highest)));
    }

    /** See {@link LogTable}. */
    private String logarithmic(String name, String value, LogQuantizer quantizer) {
        requireFakeQuant(name, "a logarithmic quantizer");
        LogTable table = LogTable.of(quantizer);
        String moved =
                table.shift() == 0 ? value : plain("Add", name + ".moved", value, real(name + ".shift", table.shift()));
        String positive = plain("Max", name + ".positive", moved, real(name + ".tiniest", TINIEST));
        String log = plain("Log", name + ".log", positive);
        String scaled = plain("Mul", name + ".scaled", log, real(name + ".slope", table.slope()));
        String steps = plain("Add", name + ".steps", scaled, real(name + ".offset", table.offset()));
        String kept = clip(name, plain("Floor", name + ".floor", steps), 0, table.levels().length - 1);
        String proposal = cast(name + ".proposal", kept);
        String lowest = gather(name + ".smallest", table.lowest(), proposal);
        String next = cast(name + ".next", plain("Less", name + ".is_below", value, lowest));
        return gather(name + ".levels", table.levels(), plain("Add", name + ".codes", proposal, next));
    }

    private String real(String name, float value) {
        return graph.constant(name, Numbers.real(value));
    }

    private String cast(String name, String value) {
        return graph.add("Cast", name, Attributes.of("to", ElementType.INT32.code()), value);
    }

    private String gather(String name, float[] table, String places) {
        String constant = graph.constant(name + ".table", Constant.of(table, table.length));
        return plain("Gather", name, constant, places);
    }

    private String plain(String operator, String output, String... inputs) {
        return graph.add(operator, output, Attributes.NONE, inputs);
    }

    private void requireFakeQuant(String name, String what) {
        if (format == Format.INT8_QDQ) {
            throw refused(name, what);
        }
    }

    private WhenceException refused(String name, String what) {
        return new WhenceException(
                ErrorCode.USAGE,
                "The format " + format.text() + " has no form for " + what + ", which '" + name
                        + "' has; choose the format " + Format.FAKE_QUANT.text()
                        + " or quantize with uniform quantizers and whole zero points.");
    }
}
