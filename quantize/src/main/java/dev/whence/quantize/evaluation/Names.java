package dev.whence.quantize.evaluation;

import java.util.Locale;

/** Names as users write them. */
final class Names {
    private Names() {}

    /** The name of a choice, such as {@code lrp-linear}. */
    static String of(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
