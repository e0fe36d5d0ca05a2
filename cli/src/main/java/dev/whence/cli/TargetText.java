package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.explain.TargetChoice;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what stands after {@code --target}. */
final class TargetText {
    private static final Pattern INDEX = Pattern.compile("\\d{1,18}");
    private static final Pattern LIST = Pattern.compile("\\d{1,18}(,\\d{1,18})+");
    private static final Pattern DIFFERENCE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");
    private static final Pattern NORMALISED = Pattern.compile("(\\d{1,18})-mean");

    private TargetText() {}

    /** The choice. */
    static TargetChoice parse(String text) {
        String bare = text.replace(" ", "");
        if (bare.equals("argmax")) {
            return new TargetChoice.ArgMax();
        }
        if (bare.equals("sum")) {
            return new TargetChoice.Sum();
        }
        if (INDEX.matcher(bare).matches()) {
            return new TargetChoice.Index(Long.parseLong(bare));
        }
        if (LIST.matcher(bare).matches()) {
            return new TargetChoice.PerExample(
                    Arrays.stream(bare.split(",", -1)).map(Long::valueOf).toList());
        }
        Matcher difference = DIFFERENCE.matcher(bare);
        if (difference.matches()) {
            return new TargetChoice.Difference(
                    Long.parseLong(difference.group(1)), Long.parseLong(difference.group(2)));
        }
        Matcher normalised = NORMALISED.matcher(bare);
        if (normalised.matches()) {
            return new TargetChoice.SoftmaxNormalised(Long.parseLong(normalised.group(1)));
        }
        throw new WhenceException(
                ErrorCode.USAGE,
                "Target '" + text + "' is not understood; wanted is an index counted from 0 such as 3, one for each"
                        + " example such as 3,0,7, argmax, a difference such as 8-3, 3-mean or sum.");
    }
}
