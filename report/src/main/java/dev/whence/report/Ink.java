package dev.whence.report;

/**
 * Colours with a meaning. On a page they follow the reader's light or dark setting; in a file of their own they have the
 * light value given here. All differ from the paper by at least 3 to 1 in contrast, text by 4.5 to 1, except
 * {@link #HAIRLINE}, {@link #SHADE} and {@link #PAPER} itself, which carry no information.
 */
public enum Ink implements Paint {
    /** The ground. */
    PAPER("paper", 0xFFFFFF, 0x1A1C20),
    /** Text and marks. */
    TEXT("text", 0x1D2026, 0xE9EAED),
    /** Secondary text, ticks. */
    MUTED("muted", 0x5C6370, 0xA5ABB7),
    /** Thin lines of axes and frames. */
    HAIRLINE("hairline", 0xD9DCE2, 0x3A3E47),
    /** Quiet area behind a highlighted range. */
    SHADE("shade", 0xEEF0F4, 0x2A2E36),
    /** Pushes the result up. */
    POSITIVE("positive", 0xA8530F, 0xE8944A),
    /** Pushes the result down. */
    NEGATIVE("negative", 0x2B62B8, 0x7FAEF2),
    /** First series of a chart, and totals. */
    FIRST("first", 0x3F4652, 0xC3C8D2),
    /** Adenine; second series of a chart. */
    GREEN("green", 0x00795E, 0x3FBF9B),
    /** Cytosine; third series of a chart. */
    BLUE("blue", 0x2B62B8, 0x7FAEF2),
    /** Guanine; fourth series of a chart. */
    OCHRE("ochre", 0x9A6700, 0xD9A441),
    /** Thymine and uracil; fifth series of a chart. */
    PURPLE("purple", 0x8B2F7F, 0xD98ACB);

    private final String style;
    private final int light;
    private final int dark;

    Ink(String style, int light, int dark) {
        this.style = style;
        this.light = light;
        this.dark = dark;
    }

    /** The name of this ink in style sheets. */
    String style() {
        return style;
    }

    @Override
    public int rgb() {
        return light;
    }

    /** The value on dark ground, 0xRRGGBB. */
    int dark() {
        return dark;
    }
}
