package dev.whence.quantize.export;

import dev.whence.quantize.AdaLogQuantizer;
import dev.whence.quantize.Log2Quantizer;
import dev.whence.quantize.LogQuantizer;
import dev.whence.quantize.LogSqrt2Quantizer;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.TwinUniformQuantizer;
import dev.whence.quantize.UniformQuantizer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a report says about one quantizer.
 *
 * @param kind {@code uniform}, {@code twin-uniform}, {@code log-sqrt2}, {@code log2} or {@code adalog}
 * @param bits width of a code
 * @param scales how many it has
 * @param scale the smallest and the largest of them; one number where they are the same
 * @param zeroPoint the smallest and the largest code of zero, likewise; null where zero has no place among even steps
 * @param zeroCode {@code inside} or {@code beside} the codes for logarithmic quantizers, else null
 */
public record QuantizerReport(
        String kind,
        int bits,
        int scales,
        List<Float> scale,
        @Nullable List<Float> zeroPoint,
        @Nullable String zeroCode) {
    /** Copies the lists in. */
    public QuantizerReport {
        scale = List.copyOf(scale);
        zeroPoint = zeroPoint == null ? null : List.copyOf(zeroPoint);
    }

    static QuantizerReport of(Quantizer quantizer) {
        return switch (quantizer) {
            case UniformQuantizer q -> of("uniform", q, range(q.zeroPoints()), null, q.scales());
            case TwinUniformQuantizer q -> of("twin-uniform", q, null, null, q.positiveScale(), q.negativeScale());
            case LogQuantizer q -> {
                String kind = switch (q) {
                    case LogSqrt2Quantizer s -> "log-sqrt2";
                    case Log2Quantizer s -> "log2";
                    case AdaLogQuantizer s -> "adalog";
                };
                yield of(kind, q, null, q.zero().name().toLowerCase(Locale.ROOT), q.scale());
            }
        };
    }

    private static QuantizerReport of(
            String kind,
            Quantizer quantizer,
            @Nullable List<Float> zeroPoint,
            @Nullable String zeroCode,
            float... scales) {
        return new QuantizerReport(kind, quantizer.bits(), scales.length, range(scales), zeroPoint, zeroCode);
    }

    private static List<Float> range(float... values) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return least == most ? List.of(least) : List.of(least, most);
    }
}
