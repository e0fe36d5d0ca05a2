package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;

/**
 * How closely Shapley values are estimated.
 *
 * @param examples how many examples are drawn at random
 * @param permutations how many random orders of the players for each, every one walked forward and backward
 * @param players the most players: elements that are more than that are joined to blocks, whose scores add up
 */
public record ShapleySampling(int examples, int permutations, int players) {
    /** Five examples, ten permutations, up to 64 players. */
    public static final ShapleySampling DEFAULT = new ShapleySampling(5, 10, 64);

    /** Checks the numbers. */
    public ShapleySampling {
        if (examples < 1 || permutations < 2 || players < 1) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "An estimate of Shapley values wants at least 1 example, 2 permutations and 1 player; found "
                            + examples + ", " + permutations + " and " + players + ".");
        }
    }
}
