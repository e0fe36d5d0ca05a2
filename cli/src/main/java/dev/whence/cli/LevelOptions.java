package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.calibration.CalibrationSettings.AttentionLevels;
import dev.whence.quantize.calibration.CalibrationSettings.GeluLevels;
import dev.whence.quantize.export.Format;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which levels activations get. A command takes them in as a picocli mixin. */
final class LevelOptions {
    private static final Map<String, AttentionLevels> ATTENTION = attentionNames();
    private static final Map<String, GeluLevels> GELU = geluNames();

    @Option(
            names = "--channel-clip",
            paramLabel = "on|off",
            defaultValue = "off",
            description = "Whether wide channels behind a normalisation are clipped and tempered where that makes the "
                    + "layers behind it more exact on the examples; off is the default.")
    String channelClip = "off";

    @Option(
            names = "--attention-levels",
            paramLabel = "LEVELS",
            description = "Levels of attention weights: best (uniform or log-sqrt2, whichever has the smaller error on "
                    + "the examples; the default), any (of these two and adalog), uniform, log-sqrt2 or adalog. The "
                    + "format int8-qdq has uniform ones only.")
    @Nullable
    String attention;

    @Option(
            names = "--gelu-levels",
            paramLabel = "LEVELS",
            description =
                    "Levels behind a GELU: uniform (the default), twin (a step each above and below zero) or best "
                            + "(whichever has the smaller error on the examples). The format int8-qdq has uniform ones only.")
    @Nullable
    String gelu;

    private static Map<String, AttentionLevels> attentionNames() {
        Map<String, AttentionLevels> out = new LinkedHashMap<>();
        out.put("best", AttentionLevels.BEST);
        out.put("any", AttentionLevels.ANY);
        out.put("uniform", AttentionLevels.UNIFORM);
        out.put("log-sqrt2", AttentionLevels.LOGARITHMIC);
        out.put("adalog", AttentionLevels.ADAPTIVE);
        return out;
    }

    private static Map<String, GeluLevels> geluNames() {
        Map<String, GeluLevels> out = new LinkedHashMap<>();
        out.put("uniform", GeluLevels.UNIFORM);
        out.put("twin", GeluLevels.TWIN);
        out.put("best", GeluLevels.BEST);
        return out;
    }

    /**
     * The settings for a format.
     *
     * @throws WhenceException if a name is unknown or the format cannot express what it stands for
     */
    CalibrationSettings settings(Format format) {
        boolean isInteger = format == Format.INT8_QDQ;
        CalibrationSettings out = isInteger ? CalibrationSettings.INTEGER : CalibrationSettings.USUAL;
        if (attention != null) {
            out = out.with(found("--attention-levels", attention, ATTENTION));
        }
        if (gelu != null) {
            out = out.with(found("--gelu-levels", gelu, GELU));
        }
        if (isInteger && out.attention() != AttentionLevels.UNIFORM) {
            throw refused(format, "--attention-levels", attention);
        }
        if (isInteger && out.gelu() != GeluLevels.UNIFORM) {
            throw refused(format, "--gelu-levels", gelu);
        }
        return out.clippingChannels(Switches.isOn("--channel-clip", channelClip));
    }

    /** What was chosen, by the options' names. */
    static Map<String, String> names(CalibrationSettings settings) {
        Map<String, String> out = new LinkedHashMap<>();
        out.put("attention-levels", name(ATTENTION, settings.attention()));
        out.put("gelu-levels", name(GELU, settings.gelu()));
        out.put("channel-clip", settings.clipsChannels() ? "on" : "off");
        return out;
    }

    private static <E extends Enum<E>> String name(Map<String, E> names, E value) {
        return names.entrySet().stream()
                .filter(one -> one.getValue() == value)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private static <E extends Enum<E>> E found(String option, String text, Map<String, E> names) {
        E found = names.get(text);
        if (found == null) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Option " + option + " must be one of " + String.join(", ", names.keySet()) + "; found '" + text
                            + "'" + Suggestions.ending(text, names.keySet()));
        }
        return found;
    }

    private static WhenceException refused(Format format, String option, @Nullable String text) {
        return new WhenceException(
                ErrorCode.USAGE,
                "The format " + format.text() + " has uniform levels only, and " + option + " is " + text
                        + "; leave it out, or choose --format " + Format.FAKE_QUANT.text() + ".");
    }
}
