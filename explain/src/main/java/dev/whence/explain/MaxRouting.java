package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.tensor.Tensor;
import java.util.Arrays;

/**
 * Cross-max routing: the whole change of a window's maximum goes to one element, the input's maximum if the maximum rose, the
 * reference's if it fell (Shrikumar et al. 2016, section on max pooling, without its division by zero). One element may win
 * several windows; its shares add up.
 */
final class MaxRouting {
    private final long[] inputShape;
    private final long[] outputShape;
    private final long slices;
    private final Tensor winners;
    private final Tensor share;

    private MaxRouting(long[] inputShape, long[] outputShape, long slices, Tensor winners, Tensor share) {
        this.inputShape = inputShape;
        this.outputShape = outputShape;
        this.slices = slices;
        this.winners = winners;
        this.share = share;
    }

    /** Finds every window's winner and its share factor, which is between 0 and 1. */
    static MaxRouting of(Kind.Windows windows, Call x, Call r, MaxTies ties, Differences differences) {
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
        Tensor wx = vx.gather(last, winner);
        Tensor wr = vr.gather(last, winner);
        Tensor difference = wx.minus(wr);
        Tensor share = Differences.quotient(
                top.minus(referenceTop),
                difference,
                differences.isVanishing(difference, wx, wr),
                () -> Tensor.full(1, vx.type()));
        Tensor places = windows.places(x).expand(windowed).gather(last, winner);
        long[] in = x.shape(0);
        long slices = NdArray.elements(Arrays.copyOf(in, windows.batchAxes(x)));
        long[] out = Arrays.copyOf(windowed, last);
        return new MaxRouting(
                in,
                out,
                slices,
                places.reshape(slices, NdArray.elements(out) / Math.max(1, slices)),
                share.reshape(out));
    }

    /** Multipliers of the windows' maxima to multipliers of the elements. */
    Tensor back(Tensor m) {
        Tensor shared = m.reshape(outputShape).times(share).reshape(winners.shape());
        Tensor zeros = Tensor.zeros(m.type(), slices, NdArray.elements(inputShape) / Math.max(1, slices));
        return zeros.scatterAdd(1, winners, shared).reshape(inputShape);
    }

    /** A part of the elements' change to a part of the maxima's change. */
    Tensor forward(Tensor part) {
        Tensor won = part.reshape(slices, -1).gather(1, winners);
        return won.reshape(outputShape).times(share);
    }
}
