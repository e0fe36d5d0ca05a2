package dev.whence.report;

/** How wide text will be, near enough to lay out pictures before a font is known; errs on the wide side. */
final class Lettering {
    private Lettering() {}

    /** The width of a text in units. */
    static double width(String text, double size) {
        double ems = 0;
        for (int i = 0; i < text.length(); i++) {
            ems += em(text.charAt(i));
        }
        return ems * size;
    }

    /** The text, or as much of it as fits the width followed by an ellipsis. */
    static String fit(String text, double size, double most) {
        if (width(text, size) <= most) {
            return text;
        }
        int end = text.length();
        while (end > 0 && width(text.substring(0, end), size) + em('…') * size > most) {
            end--;
        }
        if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end).stripTrailing() + "…";
    }

    private static double em(char c) {
        if ("iljI.,:;'|!".indexOf(c) >= 0) {
            return 0.32;
        }
        if ("ft()[]{}-/\" r".indexOf(c) >= 0) {
            return 0.42;
        }
        if ("mwMW@%…".indexOf(c) >= 0) {
            return 0.98;
        }
        if (c >= 'A' && c <= 'Z') {
            return 0.72;
        }
        return c < 0x2E80 ? 0.63 : 1.05;
    }
}
