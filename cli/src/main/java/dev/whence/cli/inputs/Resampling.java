package dev.whence.cli.inputs;

/**
 * How a picture is brought to another size. Each new pixel is a weighted mean of old ones around its centre; when a
 * picture shrinks, the kernel widens by the same factor, so that every old pixel counts (no aliasing). Weights, rounding
 * and the order of passes (rows first, 8 bits in between) are those of the Pillow library, so that a network sees the
 * pixels that its training saw.
 */
public enum Resampling {
    /** The old pixel that lies under the new one's centre; never blurs, aliases when it shrinks. */
    NEAREST(0),
    /** Triangle kernel, reaching 1 pixel to each side. */
    BILINEAR(1),
    /** Cubic convolution kernel with a = -1/2 (Keys 1981), reaching 2 pixels to each side. */
    BICUBIC(2);

    private final double reach;

    Resampling(double reach) {
        this.reach = reach;
    }

    /** How far the kernel reaches to each side at full size, in pixels. */
    double reach() {
        return reach;
    }

    /** The kernel's height at a distance from its centre. */
    double weight(double distance) {
        double x = Math.abs(distance);
        return switch (this) {
            case NEAREST -> x <= 0.5 ? 1 : 0;
            case BILINEAR -> Math.max(0, 1 - x);
            case BICUBIC -> {
                if (x < 1) {
                    yield (1.5 * x - 2.5) * x * x + 1;
                }
                yield x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
            }
        };
    }
}
