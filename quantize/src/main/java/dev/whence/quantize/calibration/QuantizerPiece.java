package dev.whence.quantize.calibration;

import dev.whence.quantize.AdaLogQuantizer;
import dev.whence.quantize.Granularity;
import dev.whence.quantize.Log2Quantizer;
import dev.whence.quantize.LogSqrt2Quantizer;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.TwinUniformQuantizer;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.ZeroCode;
import dev.whence.quantize.pieces.PieceKey;
import dev.whence.quantize.pieces.PieceReader;
import dev.whence.quantize.pieces.PieceWriter;

/** Quantizers as part of a piece of work: a text of everything whole, and the real numbers to the bit. */
final class QuantizerPiece {
    private static final String WHOLE = "tensor";

    private QuantizerPiece() {}

    static PieceKey key(PieceKey before, Quantizer quantizer) {
        return before.and(text(quantizer)).and(numbers(quantizer));
    }

    static void write(String name, Quantizer quantizer, PieceWriter to) {
        to.text(name, text(quantizer)).floats(name, numbers(quantizer));
    }

    static UniformQuantizer readUniform(String name, PieceReader from) {
        if (read(name, from) instanceof UniformQuantizer uniform) {
            return uniform;
        }
        throw new IllegalArgumentException("'" + name + "' is not uniform");
    }

    static Quantizer read(String name, PieceReader from) {
        String[] words = from.text(name).split(" ", -1);
        int bits = Integer.parseInt(words[1]);
        return switch (words[0]) {
            case "uniform" -> {
                int groups = Integer.parseInt(words[3]);
                float[] both = from.floats(name, Math.multiplyExact(2, groups));
                Granularity granularity = words[2].equals(WHOLE)
                        ? Granularity.perTensor()
                        : Granularity.perAxis(Integer.parseInt(words[2]));
                yield new UniformQuantizer(bits, granularity, part(both, 0, groups), part(both, groups, groups));
            }
            case "twin" -> {
                float[] scales = from.floats(name, 2);
                yield new TwinUniformQuantizer(bits, scales[0], scales[1]);
            }
            case "log2" -> new Log2Quantizer(bits, from.floats(name, 1)[0], ZeroCode.valueOf(words[2]));
            case "log-sqrt2" -> new LogSqrt2Quantizer(bits, from.floats(name, 1)[0], ZeroCode.valueOf(words[2]));
            case "ada-log" -> {
                float[] both = from.floats(name, 2);
                yield new AdaLogQuantizer(
                        bits, both[0], Integer.parseInt(words[3]), both[1], ZeroCode.valueOf(words[2]));
            }
            default -> throw new IllegalArgumentException("there is no quantizer '" + words[0] + "'");
        };
    }

    private static String text(Quantizer quantizer) {
        return switch (quantizer) {
            case UniformQuantizer one -> "uniform " + one.bits() + " " + axis(one.granularity()) + " " + one.groups();
            case TwinUniformQuantizer one -> "twin " + one.bits();
            case Log2Quantizer one -> "log2 " + one.bits() + " " + one.zero();
            case LogSqrt2Quantizer one -> "log-sqrt2 " + one.bits() + " " + one.zero();
            case AdaLogQuantizer one -> "ada-log " + one.bits() + " " + one.zero() + " " + one.q();
        };
    }

    private static float[] numbers(Quantizer quantizer) {
        return switch (quantizer) {
            case UniformQuantizer one -> {
                float[] both = new float[2 * one.groups()];
                System.arraycopy(one.scales(), 0, both, 0, one.groups());
                System.arraycopy(one.zeroPoints(), 0, both, one.groups(), one.groups());
                yield both;
            }
            case TwinUniformQuantizer one -> new float[] {one.positiveScale(), one.negativeScale()};
            case Log2Quantizer one -> new float[] {one.scale()};
            case LogSqrt2Quantizer one -> new float[] {one.scale()};
            case AdaLogQuantizer one -> new float[] {one.scale(), one.shift()};
        };
    }

    private static String axis(Granularity granularity) {
        return switch (granularity) {
            case Granularity.PerTensor _ -> WHOLE;
            case Granularity.PerAxis(int axis) -> String.valueOf(axis);
        };
    }

    private static float[] part(float[] all, int from, int count) {
        float[] out = new float[count];
        System.arraycopy(all, from, out, 0, count);
        return out;
    }
}
