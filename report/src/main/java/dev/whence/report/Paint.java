package dev.whence.report;

/** What a mark is painted with: a colour with a meaning, or a fixed colour such as one of a {@link ColorScale}. */
public sealed interface Paint permits Ink, Paint.Fixed {
    /** The colour on light ground, 0xRRGGBB. */
    int rgb();

    /** A colour that is the same on any ground. */
    record Fixed(int rgb) implements Paint {}

    /** A colour as style sheets write it, such as {@code #a8530f}. */
    static String hex(int rgb) {
        return "#" + Integer.toHexString(0x1000000 | (rgb & 0xFFFFFF)).substring(1);
    }
}
