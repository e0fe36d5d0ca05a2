package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;

/** Options that are on or off. */
final class Switches {
    private Switches() {}

    /** @throws WhenceException if a text is neither */
    static boolean isOn(String option, String text) {
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default ->
                throw new WhenceException(
                        ErrorCode.USAGE, "Option " + option + " must be on or off; found '" + text + "'.");
        };
    }
}
