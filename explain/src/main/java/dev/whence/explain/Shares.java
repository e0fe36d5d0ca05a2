package dev.whence.explain;

import dev.whence.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Relevance divided by the sums it is shared from: R / s(z), where s moves z away from zero by a stabiliser of z's own sign,
 * plus at zero.
 */
final class Shares {
    private final Tensor denominator;
    private final @Nullable Tensor chosen;

    private Shares(Tensor denominator, @Nullable Tensor chosen) {
        this.denominator = denominator;
        this.chosen = chosen;
    }

    /** Sums that are stabilised already. */
    static Shares of(Tensor stabilised) {
        return new Shares(stabilised, null);
    }

    /** With a stabiliser; where it is 0, nothing is shared from sums that are zero. */
    static Shares of(Tensor z, double stabilizer) {
        if (stabilizer == 0) {
            Tensor isZero = z.equalTo(0);
            return new Shares(isZero.where(Tensor.full(1, z.type()), z), isZero.not());
        }
        Tensor up = Tensor.full(stabilizer, z.type());
        return new Shares(z.lessThan(0).where(up.negate(), up).addInPlace(z), null);
    }

    /** As {@link #of(Tensor, double)} for sums of which no element has the other sign; {@code z} is overwritten. */
    static Shares ofOneSign(Tensor z, double stabilizer, boolean isPositive) {
        return stabilizer == 0
                ? of(z, 0)
                : new Shares(z.addInPlace(Tensor.full(isPositive ? stabilizer : -stabilizer, z.type())), null);
    }

    /** The same, with nothing shared elsewhere. */
    Shares where(Tensor places) {
        return new Shares(denominator, chosen == null ? places : chosen.and(places));
    }

    /** R / s(z). */
    Tensor share(Tensor relevance) {
        Tensor share = relevance.divide(denominator);
        return chosen == null ? share : chosen.where(share, Tensor.zeros(share.type()));
    }
}
