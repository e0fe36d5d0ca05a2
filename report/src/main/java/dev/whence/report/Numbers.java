package dev.whence.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as a person reads them: a few significant digits, a true minus sign, the same text in every locale. */
final class Numbers {
    private static final int DIGITS = 4;
    private static final int SHORT_DIGITS = 3;

    private Numbers() {}

    /** At most four significant digits, such as {@code 12.35} or {@code −1.2e−7}. */
    static String plain(double value) {
        return format(value, DIGITS, false);
    }

    /** As {@link #plain}, with a plus sign before positive numbers. */
    static String signed(double value) {
        return format(value, DIGITS, true);
    }

    /** At most three significant digits and a sign, for crowded places. */
    static String shortSigned(double value) {
        return format(value, SHORT_DIGITS, true);
    }

    /** Two decimals and a sign, for numbers from -1 to 1. */
    static String hundredths(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        String text = String.format(Locale.ROOT, "%.2f", Math.abs(value));
        return text.equals("0.00") ? text : (value < 0 ? "−" : "+") + text;
    }

    /** A coordinate of a picture: at most two decimals and never an exponent. */
    static String coordinate(double value) {
        double rounded = Math.rint(value * 100) / 100;
        if (rounded == Math.rint(rounded) && Math.abs(rounded) < 1e9) {
            return Long.toString((long) rounded);
        }
        return BigDecimal.valueOf(rounded).stripTrailingZeros().toPlainString();
    }

    private static String format(double value, int digits, boolean sign) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        String lead = value < 0 ? "−" : sign && value > 0 ? "+" : "";
        double size = Math.abs(value);
        if (Double.isInfinite(size)) {
            return lead + "∞";
        }
        if (size == 0) {
            return "0";
        }
        if (size < 1e-4 || size >= 1e7) {
            String text = String.format(Locale.ROOT, "%." + (digits - 2) + "e", size);
            int at = text.indexOf('e');
            int power = Integer.parseInt(text.substring(at + 1));
            String front = text.substring(0, at).replaceFirst("\\.?0+$", "");
            return lead + front + "e" + (power < 0 ? "−" : "") + Math.abs(power);
        }
        BigDecimal rounded = new BigDecimal(size).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        if (rounded.scale() < 0) {
            rounded = new BigDecimal(Math.rint(size));
        }
        return lead + rounded.stripTrailingZeros().toPlainString();
    }
}
