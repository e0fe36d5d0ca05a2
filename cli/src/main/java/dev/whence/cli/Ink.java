package dev.whence.cli;

/** Emphasis for people who watch standard output live; plain text for everybody else. */
final class Ink {
    private static final String ORANGE = "\u001b[38;5;208m";
    private static final String BLUE = "\u001b[38;5;33m";
    private static final String RESET = "\u001b[0m";

    private final boolean color;

    Ink(Console console) {
        this.color = console.color();
    }

    /** A heading. */
    String bold(String text) {
        return in("\u001b[1m", text);
    }

    /** What matters less. */
    String faint(String text) {
        return in("\u001b[2m", text);
    }

    /** What speaks for the target; orange, as in the reports. */
    String plus(String text) {
        return in(ORANGE, text);
    }

    /** What speaks against the target; blue, which everybody tells from orange. */
    String minus(String text) {
        return in(BLUE, text);
    }

    /** What holds. */
    String good(String text) {
        return in(BLUE, text);
    }

    /** What does not hold. */
    String bad(String text) {
        return in(ORANGE, text);
    }

    /** Whether colours are shown. */
    boolean isColored() {
        return color;
    }

    /** A bar of the given length between 0 and 1, of plus or minus signs where there are no colours. */
    String bar(double share, boolean positive, int width) {
        int length = (int) Math.round(Math.clamp(share, 0, 1) * width);
        if (!color) {
            return (positive ? "+" : "-").repeat(length);
        }
        return positive ? plus("\u2588".repeat(length)) : minus("\u2588".repeat(length));
    }

    private String in(String code, String text) {
        return color && !text.isEmpty() ? code + text + RESET : text;
    }
}
