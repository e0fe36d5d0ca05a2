package dev.whence.cli.inputs;

import dev.whence.cli.inputs.ImagePreparation.Channels;
import dev.whence.cli.inputs.ImagePreparation.Crop;
import dev.whence.cli.inputs.ImagePreparation.Layout;
import dev.whence.cli.inputs.ImagePreparation.Resize;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Turns pictures into the numbers that a model takes: size, colours, scale and layout. */
final class ImageInput {
    private final String source;
    private final List<String> names;
    private final Declared wanted;
    private final ImagePreparation preparation;
    private final InputLimits limits;
    private final List<String> notices;
    private final Layout layout;
    private final boolean gray;
    private boolean toldOfResizing;

    /**
     * Settles layout and colours.
     *
     * @param names how messages call each picture
     * @param stored the channels of the first picture, for models that leave theirs open
     */
    ImageInput(
            String source,
            List<String> names,
            Declared wanted,
            ImagePreparation preparation,
            int stored,
            InputLimits limits) {
        this.source = source;
        this.names = names;
        this.wanted = wanted;
        this.preparation = preparation;
        this.limits = limits;
        this.notices = new ArrayList<>();
        this.layout = layout();
        this.gray = gray(stored);
    }

    private Layout layout() {
        if (preparation.layout() != Layout.AUTO || wanted.rank() < 3) {
            return preparation.layout() == Layout.NHWC ? Layout.NHWC : Layout.NCHW;
        }
        boolean last = isColours(wanted.dimension(wanted.rank() - 1));
        boolean first = isColours(wanted.dimension(wanted.rank() - 3));
        return last && !first ? Layout.NHWC : Layout.NCHW;
    }

    private static boolean isColours(long size) {
        return size == 1 || size == 3;
    }

    /** The number of channels that the model's shape names, -1 if it leaves that open. */
    private long declaredChannels() {
        return switch (wanted.rank()) {
            case 4 -> wanted.dimension(layout == Layout.NCHW ? 1 : 3);
            case 3 -> unbatched() ? 3 : 1;
            default -> -1;
        };
    }

    /** Whether the model takes one colour picture without a batch axis. */
    private boolean unbatched() {
        return wanted.rank() == 3 && wanted.dimension(layout == Layout.NCHW ? 0 : 2) == 3;
    }

    private boolean gray(int stored) {
        long channels = declaredChannels();
        boolean asked = preparation.channels() != Channels.AUTO;
        boolean wantsGray =
                asked ? preparation.channels() == Channels.GRAY : channels < 0 ? stored == 1 : channels == 1;
        if (channels >= 0 && channels != (wantsGray ? 1 : 3)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    source + ": pictures give " + (wantsGray ? "1 channel (gray)" : "3 channels (colours)") + "; "
                            + wanted.shapeText() + " with " + channels + " channels wanted by input '" + wanted.name()
                            + "'.");
        }
        return wantsGray;
    }

    /** Whether pictures should be kept in gray, which is cheaper. */
    boolean isGray() {
        return gray;
    }

    private long declaredHeight() {
        return switch (wanted.rank()) {
            case 4 -> wanted.dimension(layout == Layout.NCHW ? 2 : 1);
            case 3 -> wanted.dimension(unbatched() && layout == Layout.NHWC ? 0 : 1);
            default -> -1;
        };
    }

    private long declaredWidth() {
        return switch (wanted.rank()) {
            case 4 -> wanted.dimension(layout == Layout.NCHW ? 3 : 2);
            case 3 -> wanted.dimension(unbatched() && layout == Layout.NHWC ? 1 : 2);
            default -> -1;
        };
    }

    /** One picture at its final size and in its final colours. */
    Pixels prepared(String name, Pixels picture) {
        Pixels coloured = gray ? picture.gray() : picture.colour();
        return cropped(name, resized(name, coloured));
    }

    private Pixels resized(String name, Pixels picture) {
        int height = picture.height();
        int width = picture.width();
        int newHeight = height;
        int newWidth = width;
        switch (preparation.resize()) {
            case Resize.Keep() -> {}
            case Resize.Exact(int exactHeight, int exactWidth) -> {
                newHeight = exactHeight;
                newWidth = exactWidth;
            }
            case Resize.ShorterSide(int side) -> {
                newHeight = height <= width ? side : scaled(name, side, height, width);
                newWidth = height <= width ? scaled(name, side, width, height) : side;
            }
            case Resize.ToModel() -> {
                boolean sized = declaredHeight() > 0
                        && declaredWidth() > 0
                        && preparation.crop().equals(Crop.NONE);
                newHeight = sized ? limited(declaredHeight()) : height;
                newWidth = sized ? limited(declaredWidth()) : width;
            }
        }
        if (newHeight == height && newWidth == width) {
            return picture;
        }
        if ((long) newHeight * newWidth > limits.pixels()) {
            throw tooLarge(newHeight, newWidth);
        }
        if (preparation.resize() instanceof Resize.ToModel && !toldOfResizing) {
            toldOfResizing = true;
            notices.add(name + ": " + size(height, width) + " pixels resized to " + size(newHeight, newWidth)
                    + ", as the model wants them; --image resize=... and crop=... choose otherwise.");
        }
        return picture.resized(newHeight, newWidth, preparation.resampling());
    }

    private int scaled(String name, long side, long longer, long shorter) {
        long length = side * longer / shorter;
        if (side * length > limits.pixels()) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    name + ": the picture is too long and thin to be resized to a shorter side of " + side + ".");
        }
        return (int) length;
    }

    private int limited(long side) {
        if (side > limits.pixels()) {
            throw tooLarge(side, side);
        }
        return (int) side;
    }

    private WhenceException tooLarge(long height, long width) {
        return new WhenceException(
                ErrorCode.INPUT_INVALID,
                source + ": a size of " + size(height, width) + " pixels is wanted; at most " + limits.pixels()
                        + " are allowed.");
    }

    private Pixels cropped(String name, Pixels picture) {
        Crop crop = preparation.crop();
        if (crop.equals(Crop.NONE)) {
            return picture;
        }
        if (crop.height() > picture.height() || crop.width() > picture.width()) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    name + ": a crop of " + size(crop.height(), crop.width())
                            + " pixels is wanted, but the picture has " + size(picture.height(), picture.width())
                            + "; resize it first.");
        }
        int top = (int) Math.rint((picture.height() - crop.height()) / 2.0);
        int left = (int) Math.rint((picture.width() - crop.width()) / 2.0);
        return picture.crop(top, left, crop.height(), crop.width());
    }

    /** Height by width as a person reads it, height first. */
    private static String size(long height, long width) {
        return height + " x " + width;
    }

    /**
     * The input made of prepared pictures.
     *
     * @param pictures all of one size and kind, as {@link #prepared} gives them
     * @throws WhenceException if sizes differ or are not what the model wants
     */
    LoadedInput load(List<Pixels> pictures, List<String> earlier) {
        Pixels first = pictures.getFirst();
        checkSizes(pictures);
        long[] natural = layout == Layout.NCHW
                ? new long[] {pictures.size(), first.channels(), first.height(), first.width()}
                : new long[] {pictures.size(), first.height(), first.width(), first.channels()};
        if (NdArray.elements(natural) > limits.elements()) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    source + ": shape " + Arrays.toString(natural) + " is more than the " + limits.elements()
                            + " numbers allowed; take fewer pictures at a time.");
        }
        long[] shape = fitted(natural);
        NdArray values = wanted.type().isFloating() ? scaled(pictures, shape) : raw(pictures, shape);
        int channelAxis = shape.length == 4
                ? layout == Layout.NCHW ? 1 : 3
                : shape.length == 3 && unbatched() ? layout == Layout.NCHW ? 0 : 2 : -1;
        List<BufferedImage> images = pictures.stream().map(Pixels::toImage).toList();
        List<String> all = new ArrayList<>(earlier);
        all.addAll(notices);
        return new LoadedInput(source, InputKind.IMAGE, values, channelAxis, labels(), names, images, List.of(), all);
    }

    private List<String> labels() {
        if (gray) {
            return List.of("gray");
        }
        return preparation.channels() == Channels.BGR
                ? List.of("blue", "green", "red")
                : List.of("red", "green", "blue");
    }

    private void checkSizes(List<Pixels> pictures) {
        Pixels first = pictures.getFirst();
        for (int i = 1; i < pictures.size(); i++) {
            Pixels other = pictures.get(i);
            if (other.height() != first.height() || other.width() != first.width()) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        source + ": all pictures of a batch must have one size; " + names.getFirst() + " has "
                                + size(first.height(), first.width()) + " pixels, " + names.get(i) + " has "
                                + size(other.height(), other.width()) + "; give --image resize=HEIGHTxWIDTH.");
            }
        }
        boolean height = declaredHeight() >= 0 && declaredHeight() != first.height();
        boolean width = declaredWidth() >= 0 && declaredWidth() != first.width();
        if (height || width) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    names.getFirst() + ": " + size(first.height(), first.width())
                            + " pixels found after resize and crop, " + wanted.shapeText() + " wanted by input '"
                            + wanted.name() + "'.");
        }
    }

    private long[] fitted(long[] natural) {
        long pixels = natural[1] * natural[2] * natural[3];
        if (wanted.rank() == 2 && (wanted.dimension(1) < 0 || wanted.dimension(1) == pixels)) {
            return new long[] {natural[0], pixels};
        }
        if (wanted.rank() == 3 && unbatched() && natural[0] == 1) {
            return Arrays.copyOfRange(natural, 1, 4);
        }
        if (wanted.rank() == 3 && gray) {
            return layout == Layout.NCHW
                    ? new long[] {natural[0], natural[2], natural[3]}
                    : new long[] {natural[0], natural[1], natural[2]};
        }
        if (wanted.rank() == 4 || !wanted.hasShape()) {
            return natural;
        }
        throw new WhenceException(
                ErrorCode.SHAPE_MISMATCH,
                source + ": pictures give shape " + Arrays.toString(natural) + "; " + wanted.shapeText()
                        + " wanted by input '" + wanted.name() + "'.");
    }

    /** Pixels as they are, for models that take integers. */
    private NdArray raw(List<Pixels> pictures, long[] shape) {
        long[] out = new long[Math.toIntExact(NdArray.elements(shape))];
        int at = 0;
        for (Pixels picture : pictures) {
            for (int i = 0; i < picture.height() * picture.width() * picture.channels(); i++) {
                out[at++] = value(picture, i);
            }
        }
        return NdArray.ofIntegers(NdArray.Type.UINT8, out, shape);
    }

    private NdArray scaled(List<Pixels> pictures, long[] shape) {
        double[][] tables = tables();
        boolean wide = wanted.type() == NdArray.Type.FLOAT64;
        int size = Math.toIntExact(NdArray.elements(shape));
        double[] doubles = new double[wide ? size : 0];
        float[] floats = new float[wide ? 0 : size];
        int at = 0;
        for (Pixels picture : pictures) {
            for (int i = 0; i < picture.height() * picture.width() * picture.channels(); i++, at++) {
                double value = tables[channel(picture, i)][value(picture, i)];
                if (wide) {
                    doubles[at] = value;
                } else {
                    floats[at] = (float) value;
                }
            }
        }
        return wide ? NdArray.of(doubles, shape) : NdArray.of(floats, shape);
    }

    /** What each of the 256 pixel values becomes, channel by channel. */
    private double[][] tables() {
        int channels = gray ? 1 : 3;
        double[][] tables = new double[channels][256];
        for (int channel = 0; channel < channels; channel++) {
            double mean = perChannel("mean", preparation.mean(), channel, channels);
            double std = perChannel("std", preparation.std(), channel, channels);
            for (int value = 0; value < 256; value++) {
                tables[channel][value] = (value / preparation.divide() - mean) / std;
            }
        }
        return tables;
    }

    private double perChannel(String name, List<Double> values, int channel, int channels) {
        if (values.size() != 1 && values.size() != channels) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Image setting '" + name + "' has " + values.size() + " numbers; 1 or " + channels
                            + " wanted, one a channel.");
        }
        return values.size() == 1 ? values.getFirst() : values.get(channel);
    }

    /** The channel, in the model's order, of an element at a place in the model's layout. */
    private int channel(Pixels picture, int index) {
        return layout == Layout.NCHW ? index / (picture.height() * picture.width()) : index % picture.channels();
    }

    private int value(Pixels picture, int index) {
        int channel = channel(picture, index);
        int pixel = layout == Layout.NCHW ? index % (picture.height() * picture.width()) : index / picture.channels();
        int stored = preparation.channels() == Channels.BGR ? picture.channels() - 1 - channel : channel;
        return picture.at(pixel / picture.width(), pixel % picture.width(), stored);
    }
}
