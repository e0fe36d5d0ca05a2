package dev.whence.report;

/**
 * Turns a number into a colour. There are two scales and no others.
 *
 * <p>{@link #DIVERGING} is for signed scores: blue (negative), near-white (zero, exactly in the middle), orange to brown
 * (positive). {@link #SEQUENTIAL} is for sizes: near-white (zero) to dark green-blue (one). Both are straight lines of
 * lightness in the OKLab space, and both arms of the diverging scale have the same lightness at the same size, so equal
 * steps of a score look equal and neither sign looks stronger. Blue against orange stays apart under all common kinds of
 * colour blindness.
 */
public enum ColorScale {
    /** Blue, near-white, brown; from -1 to 1. */
    DIVERGING,
    /** Near-white to dark green-blue; from 0 to 1. */
    SEQUENTIAL;

    private static final double LIGHTEST = 0.975;
    private static final double DARKEST = 0.44;
    private static final double ORANGE_HUE = Math.toRadians(58);
    private static final double BLUE_HUE = Math.toRadians(257);
    private static final double TEAL_HUE = Math.toRadians(205);
    private static final double ORANGE_CHROMA = 0.118;
    private static final double BLUE_CHROMA = 0.15;
    private static final double TEAL_CHROMA = 0.08;
    /** Extra colour half way along an arm, where the sRGB gamut is wider than at the dark end. */
    private static final double MIDDLE_CHROMA = 0.16;

    /** The colour of a number that is not there (NaN), outside of both scales. */
    public static final int MISSING = 0xB9BBBF;

    /**
     * The colour of a value.
     *
     * @param value from -1 (or 0, if sequential) to 1; values outside are drawn like the nearest end
     * @return the colour, 0xRRGGBB
     */
    public int rgb(double value) {
        if (Double.isNaN(value)) {
            return MISSING;
        }
        double t = Math.clamp(value, this == DIVERGING ? -1.0 : 0.0, 1.0);
        double size = Math.abs(t);
        double lightness = LIGHTEST + (DARKEST - LIGHTEST) * size;
        double hue = this == SEQUENTIAL ? TEAL_HUE : t < 0 ? BLUE_HUE : ORANGE_HUE;
        double most = this == SEQUENTIAL ? TEAL_CHROMA : t < 0 ? BLUE_CHROMA : ORANGE_CHROMA;
        double chroma = most * Math.pow(size, 0.8) + MIDDLE_CHROMA * size * (1 - size);
        return fromOkLab(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
    }

    /** Black or white, whichever is easier to read on the given ground. */
    public static int textOn(int rgb) {
        double light = luminance(rgb);
        return (light + 0.05) * (light + 0.05) > 0.05 * 1.05 ? 0x000000 : 0xFFFFFF;
    }

    /** The contrast of two colours as WCAG defines it, from 1 to 21. */
    static double contrast(int one, int other) {
        double a = luminance(one) + 0.05;
        double b = luminance(other) + 0.05;
        return Math.max(a, b) / Math.min(a, b);
    }

    /** The relative luminance of a colour as WCAG defines it, from 0 to 1. */
    static double luminance(int rgb) {
        return 0.2126 * linear((rgb >> 16) & 255) + 0.7152 * linear((rgb >> 8) & 255) + 0.0722 * linear(rgb & 255);
    }

    /** How light a colour is when it is shown in gray: 0 to 1 on the scale of sRGB values. */
    static double luminanceOfGray(int rgb) {
        return channel(luminance(rgb)) / 255.0;
    }

    /** A gradient for style sheets, from the scale's lowest value to its highest. */
    String gradient() {
        StringBuilder css = new StringBuilder("linear-gradient(90deg");
        int steps = 16;
        for (int i = 0; i <= steps; i++) {
            double share = (double) i / steps;
            css.append(',').append(Paint.hex(rgb(this == DIVERGING ? 2 * share - 1 : share)));
        }
        return css.append(')').toString();
    }

    private static double linear(int channel) {
        double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }

    private static int channel(double linear) {
        double c = Math.clamp(linear, 0.0, 1.0);
        double s = c <= 0.0031308 ? 12.92 * c : 1.055 * Math.pow(c, 1 / 2.4) - 0.055;
        return (int) Math.round(255 * s);
    }

    /** OKLab (Ottosson 2020) to sRGB. */
    private static int fromOkLab(double lightness, double a, double b) {
        double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
        double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
        double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
        int red = channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
        int green = channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
        int blue = channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
        return (red << 16) | (green << 8) | blue;
    }

    private static double cube(double x) {
        return x * x * x;
    }
}
