package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How pixels become numbers: resize, crop from the middle, divide, subtract the mean, divide by the standard deviation,
 * lay out. The mean and the standard deviation are in units after the division and in the order of the channels that the
 * model takes.
 *
 * @param resize how the size changes first
 * @param crop the part that is cut from the middle afterwards
 * @param resampling how new pixels are made from old ones
 * @param divide what every pixel (0 to 255) is divided by
 * @param mean what is subtracted: one number, or one a channel
 * @param std what the difference is divided by: one number, or one a channel
 * @param channels which channels the model takes
 * @param layout the order of axes
 */
public record ImagePreparation(
        Resize resize,
        Crop crop,
        Resampling resampling,
        double divide,
        List<Double> mean,
        List<Double> std,
        Channels channels,
        Layout layout) {
    /** How the size of a picture changes. */
    public sealed interface Resize {
        /** To the size that the model declares, if it declares one. */
        record ToModel() implements Resize {}

        /** So that the shorter side has this length; the shape stays. */
        record ShorterSide(int length) implements Resize {}

        /** To exactly this size. */
        record Exact(int height, int width) implements Resize {}

        /** Not at all. */
        record Keep() implements Resize {}
    }

    /** The size of a part; 0 by 0 is the whole. */
    public record Crop(int height, int width) {
        /** No cropping. */
        public static final Crop NONE = new Crop(0, 0);
    }

    /** Which channels a model takes. */
    public enum Channels {
        /** As the model's shape says: gray for one channel, red, green, blue for three. */
        AUTO,
        RGB,
        BGR,
        GRAY
    }

    /** The order of axes of a batch of pictures. */
    public enum Layout {
        /** As the model's shape says; channels first if it leaves that open. */
        AUTO,
        NCHW,
        NHWC
    }

    /** Pixels from 0 to 1, at the size that the model declares. */
    public static final ImagePreparation DEFAULT = new ImagePreparation(
            new Resize.ToModel(),
            Crop.NONE,
            Resampling.BILINEAR,
            255,
            List.of(0.0),
            List.of(1.0),
            Channels.AUTO,
            Layout.AUTO);

    private static final Map<String, String> PRESETS = presets();
    private static final List<String> KEYS =
            List.of("preset", "resize", "crop", "resample", "divide", "mean", "std", "channels", "layout");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})(?:\\s*[x/]\\s*(\\d{1,5}))?");

    /** Copies the lists and checks the numbers. */
    public ImagePreparation {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (!(divide > 0) || Double.isInfinite(divide)) {
            throw wrong("divide", Double.toString(divide), "a number greater than 0");
        }
        for (double value : std) {
            if (value == 0) {
                throw wrong("std", std.toString(), "numbers other than 0");
            }
        }
    }

    private static Map<String, String> presets() {
        Map<String, String> presets = new LinkedHashMap<>();
        presets.put("unit", "divide=255");
        presets.put("raw", "divide=1");
        presets.put("symmetric", "divide=255,mean=0.5,std=0.5");
        presets.put("imagenet", "resize=256,crop=224,divide=255,mean=0.485/0.456/0.406,std=0.229/0.224/0.225");
        presets.put("caffe", "resize=256,crop=224,divide=1,mean=103.939/116.779/123.68,channels=bgr");
        presets.put(
                "clip",
                "resize=224,crop=224,resample=bicubic,divide=255,mean=0.48145466/0.4578275/0.40821073,"
                        + "std=0.26862954/0.26130258/0.27577711");
        return presets;
    }

    /** The names of the presets. */
    public static List<String> presetNames() {
        return List.copyOf(PRESETS.keySet());
    }

    /**
     * Reads a preparation: settings {@code key=value} or names of presets, joined with commas, later ones over earlier
     * ones, such as {@code imagenet} or {@code resize=64x64,mean=0.5,std=0.25/0.25/0.3}.
     *
     * @throws WhenceException that names the setting and what is possible
     */
    public static ImagePreparation parse(String text) {
        ImagePreparation out = DEFAULT;
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            out = equals < 0
                    ? out.with("preset", part)
                    : out.with(part.substring(0, equals), part.substring(equals + 1));
        }
        return out;
    }

    /**
     * The same preparation with one setting changed; lists are joined with slashes.
     *
     * @throws WhenceException that names the setting and what is possible
     */
    public ImagePreparation with(String key, String value) {
        String name = key.strip().toLowerCase(Locale.ROOT);
        String text = value.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "preset" -> preset(text);
            case "resize" -> withResize(resizeOf(text));
            case "crop" -> withCrop(cropOf(text));
            case "resample" -> withResampling(oneOf(Resampling.class, name, text));
            case "divide" -> withNumbers(number(name, text), mean, std);
            case "mean" -> withNumbers(divide, numbers(name, text), std);
            case "std" -> withNumbers(divide, mean, numbers(name, text));
            case "channels" -> withChannels(oneOf(Channels.class, name, text));
            case "layout" -> withLayout(oneOf(Layout.class, name, text));
            default ->
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Image setting '" + name + "' is unknown; there are " + String.join(", ", KEYS) + ".");
        };
    }

    private ImagePreparation preset(String name) {
        String settings = PRESETS.get(name);
        if (settings == null) {
            throw wrong("preset", name, String.join(", ", PRESETS.keySet()));
        }
        ImagePreparation out = this;
        for (String part : settings.split(",", -1)) {
            int equals = part.indexOf('=');
            out = out.with(part.substring(0, equals), part.substring(equals + 1));
        }
        return out;
    }

    private ImagePreparation withResize(Resize other) {
        return new ImagePreparation(other, crop, resampling, divide, mean, std, channels, layout);
    }

    private ImagePreparation withCrop(Crop other) {
        return new ImagePreparation(resize, other, resampling, divide, mean, std, channels, layout);
    }

    private ImagePreparation withResampling(Resampling other) {
        return new ImagePreparation(resize, crop, other, divide, mean, std, channels, layout);
    }

    private ImagePreparation withNumbers(double newDivide, List<Double> newMean, List<Double> newStd) {
        return new ImagePreparation(resize, crop, resampling, newDivide, newMean, newStd, channels, layout);
    }

    private ImagePreparation withChannels(Channels other) {
        return new ImagePreparation(resize, crop, resampling, divide, mean, std, other, layout);
    }

    private ImagePreparation withLayout(Layout other) {
        return new ImagePreparation(resize, crop, resampling, divide, mean, std, channels, other);
    }

    private static Resize resizeOf(String text) {
        if (text.equals("model")) {
            return new Resize.ToModel();
        }
        if (text.equals("none")) {
            return new Resize.Keep();
        }
        int[] size = sizeOf("resize", text, "a shorter side such as 256, a size HEIGHTxWIDTH, model or none");
        return size.length == 1 ? new Resize.ShorterSide(size[0]) : new Resize.Exact(size[0], size[1]);
    }

    private static Crop cropOf(String text) {
        if (text.equals("none")) {
            return Crop.NONE;
        }
        int[] size = sizeOf("crop", text, "a side such as 224, a size HEIGHTxWIDTH, or none");
        return new Crop(size[0], size[size.length - 1]);
    }

    private static int[] sizeOf(String name, String text, String possible) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw wrong(name, text, possible);
        }
        String second = matcher.group(2);
        int first = Integer.parseInt(matcher.group(1));
        int[] size = second == null ? new int[] {first} : new int[] {first, Integer.parseInt(second)};
        if (Arrays.stream(size).anyMatch(side -> side < 1)) {
            throw wrong(name, text, possible);
        }
        return size;
    }

    private static double number(String name, String text) {
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(name, text, "a number");
        }
        throw wrong(name, text, "a finite number");
    }

    private static List<Double> numbers(String name, String text) {
        List<Double> out = new ArrayList<>();
        for (String part : text.split("/", -1)) {
            out.add(number(name, part.strip()));
        }
        return out;
    }

    private static <E extends Enum<E>> E oneOf(Class<E> type, String name, String text) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(text)) {
                return constant;
            }
        }
        throw wrong(
                name,
                text,
                String.join(
                                ", ",
                                Arrays.stream(type.getEnumConstants())
                                        .map(Object::toString)
                                        .toList())
                        .toLowerCase(Locale.ROOT));
    }

    private static WhenceException wrong(String name, String found, String possible) {
        return new WhenceException(
                ErrorCode.USAGE, "Image setting '" + name + "' is '" + found + "'; possible: " + possible + ".");
    }
}
