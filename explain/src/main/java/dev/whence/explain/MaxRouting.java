package dev.whence.explain;

import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.tensor.Pooling;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cross-max routing: the whole change of a window's maximum goes to one element, the input's maximum if the maximum rose, the
 * reference's if it fell (Shrikumar et al. 2016, section on max pooling, without its division by zero). One element may win
 * several windows; its shares add up.
 */
final class MaxRouting {
    private final Kind.Windows windows;
    private final Call x;
    private final Winners winners;

    /**
     * One winner a window, all in the shape of the maxima.
     *
     * @param places its flat place in the input, int64
     * @param share the maximum's change over the winner's, between 0 and 1; null if it is 1 everywhere
     */
    private record Winners(Tensor places, @Nullable Tensor share) {
        Tensor shared(Tensor m) {
            Tensor shaped = m.reshape(places.shape());
            return share == null ? shaped : shaped.times(share);
        }
    }

    private MaxRouting(Kind.Windows windows, Call x, Winners winners) {
        this.windows = windows;
        this.x = x;
        this.winners = winners;
    }

    /** Finds every window's winner and its share factor. */
    static MaxRouting of(Kind.Windows windows, Call x, Call r, MaxTies ties) {
        Kind.Sliding sliding = windows.sliding(x);
        Winners winners =
                sliding == null ? amongWhole(windows, x, r, ties) : amongSliding(windows, sliding, x, r, ties);
        return new MaxRouting(windows, x, winners);
    }

    /** Window by window, for few large windows. */
    private static Winners amongWhole(Kind.Windows windows, Call x, Call r, MaxTies ties) {
        Tensor vx = windows.values(x, x.in(0));
        long[] windowed = vx.shape();
        Tensor vr = windows.values(r, r.in(0)).expand(windowed);
        int last = windowed.length - 1;
        Tensor top = vx.max(true, last);
        Tensor referenceTop = vr.max(true, last);
        Tensor lowest = Tensor.full(Double.NEGATIVE_INFINITY, vx.type());
        Tensor first = ties == MaxTies.FIRST
                ? vx.argMax(last, true)
                : vx.equalTo(top).where(vr.negate(), lowest).argMax(last, true);
        Tensor second = ties == MaxTies.FIRST
                ? vr.argMax(last, true)
                : vr.equalTo(referenceTop).where(vx, lowest).argMax(last, true);
        Tensor winner = top.greaterOrEqual(referenceTop).where(first, second);
        Tensor change = vx.gather(last, winner).minus(vr.gather(last, winner));
        Tensor places = windows.places(x).expand(windowed).gather(last, winner);
        long[] out = Arrays.copyOf(windowed, last);
        return new Winners(
                places.reshape(out), share(top.minus(referenceTop), change).reshape(out));
    }

    /** With the engine's pooling, which finds the first of equals; what remains are ties. */
    private static Winners amongSliding(Kind.Windows windows, Kind.Sliding sliding, Call x, Call r, MaxTies ties) {
        Pooling.Maxima most = sliding.maxima(x.in(0));
        if (ties != MaxTies.FIRST && isConstant(r.in(0), windows.batchAxes(x))) {
            return new Winners(most.indices(), null);
        }
        Pooling.Maxima referenceMost = sliding.maxima(r.in(0));
        Tensor rose = most.values().greaterOrEqual(referenceMost.values());
        SlidingTies settling =
                ties == MaxTies.FIRST ? null : new SlidingTies(sliding, x.in(0), r.in(0), most, referenceMost);
        if (settling != null && settling.areReferencesUniform()) {
            return new Winners(most.indices(), null);
        }
        Tensor places = settling == null ? rose.where(most.indices(), referenceMost.indices()) : settling.settled(rose);
        int axes = windows.batchAxes(x);
        Tensor change = flat(x.in(0).minus(r.in(0)), axes)
                .gather(axes, flat(places, axes))
                .reshape(places.shape());
        return new Winners(places, share(most.values().minus(referenceMost.values()), change));
    }

    /** Whether each channel has one value only, as behind a convolution of a reference that is black all over. */
    private static boolean isConstant(Tensor reference, int batchAxes) {
        Tensor first = reference;
        for (int axis = batchAxes; axis < reference.rank(); axis++) {
            first = first.narrow(axis, 0, 1);
        }
        return reference.equalTo(first).not().isAllFalse();
    }

    /** All axes behind the batch axes made one. */
    private static Tensor flat(Tensor x, int batchAxes) {
        long[] shape = Arrays.copyOf(x.shape(), batchAxes + 1);
        shape[batchAxes] = -1;
        return x.reshape(shape);
    }

    /** The quotient of both changes; 1 where the winner did not move, and then neither did the maximum. */
    private static Tensor share(Tensor ofMaximum, Tensor ofWinner) {
        Tensor isStill = ofWinner.equalTo(0);
        Tensor one = Tensor.full(1, ofWinner.type());
        return isStill.where(one, ofMaximum.divide(isStill.where(one, ofWinner)));
    }

    /** Multipliers of the windows' maxima to multipliers of the elements. */
    Tensor back(Tensor m) {
        return windows.scatter(x, x.in(0), winners.places(), winners.shared(m));
    }

    /** A part of the elements' change to a part of the maxima's change. */
    Tensor forward(Tensor part) {
        int axes = windows.batchAxes(x);
        return winners.shared(flat(part, axes).gather(axes, flat(winners.places(), axes)));
    }
}
