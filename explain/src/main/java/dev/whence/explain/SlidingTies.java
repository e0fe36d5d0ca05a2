package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Kind;
import dev.whence.tensor.Indexing;
import dev.whence.tensor.Pooling;
import dev.whence.tensor.Tensor;
import java.util.List;

/**
 * Settles which of several equal elements wins a small window: of the input's maxima the one whose reference is smallest, of
 * the reference's maxima the one whose input is largest, then the first. Where a window's references are all the same, and
 * that is the normal case, the input's first maximum is right; only windows that may be otherwise are looked at one by one.
 */
final class SlidingTies {
    /** If more than one window in so many may be tied, ties of the input are counted first. */
    private static final long FEW = 8;

    private final Kind.Sliding sliding;
    private final Tensor input;
    private final Tensor reference;
    private final Pooling.Maxima most;
    private final Pooling.Maxima referenceMost;
    private final Tensor isUniform;

    SlidingTies(Kind.Sliding sliding, Tensor x, Tensor r, Pooling.Maxima most, Pooling.Maxima referenceMost) {
        this.sliding = sliding;
        this.input = x;
        this.reference = r;
        this.most = most;
        this.referenceMost = referenceMost;
        Tensor lowest = sliding.maxima(r.negate()).values().negate();
        this.isUniform = lowest.equalTo(referenceMost.values());
    }

    /** Whether all references of each window are the same. */
    boolean areReferencesUniform() {
        return isUniform.not().isAllFalse();
    }

    /** The winners' flat places. */
    Tensor settled(Tensor rose) {
        List<Tensor> r = sliding.elements(reference);
        Tensor fallen = isUniform.where(most.indices(), referenceMost.indices());
        Tensor places = rose.where(most.indices(), fallen);
        Tensor suspects = isUniform.not().and(rose.or(isTied(r, referenceMost.values())));
        if (suspects.isAllFalse()) {
            return places;
        }
        List<Tensor> x = sliding.elements(input);
        Tensor at = Indexing.nonzero(suspects);
        if (at.dimension(0) * FEW > suspects.size()) {
            at = Indexing.nonzero(suspects.and(rose.not().or(isTied(x, most.values()))));
        }
        if (at.dimension(0) == 0) {
            return places;
        }
        Tensor[] index = new Tensor[at.shape().length == 2 ? (int) at.dimension(1) : 0];
        for (int axis = 0; axis < index.length; axis++) {
            index[axis] = at.select(1, axis);
        }
        return Indexing.put(places, winners(x, r, rose, index), false, index);
    }

    private static Tensor isTied(List<Tensor> elements, Tensor top) {
        Tensor count = elements.getFirst().equalTo(top).to(NdArray.Type.UINT8);
        for (Tensor element : elements.subList(1, elements.size())) {
            count = count.addInPlace(element.equalTo(top));
        }
        return count.greaterThan(1);
    }

    /** The winners of some windows, by going through the places of a window. */
    private Tensor winners(List<Tensor> x, List<Tensor> r, Tensor rose, Tensor[] index) {
        long[] shape = most.values().shape();
        Tensor hasRisen = Indexing.at(rose, index);
        Tensor top = Indexing.at(most.values(), index);
        Tensor referenceTop = Indexing.at(referenceMost.values().expand(shape), index);
        Tensor lowest = Tensor.full(Double.NEGATIVE_INFINITY, top.type());
        Tensor best = top.times(0).plus(Double.NEGATIVE_INFINITY);
        Tensor places = Indexing.at(most.indices(), index);
        List<Tensor> placesOf = sliding.places();
        for (int k = 0; k < x.size(); k++) {
            Tensor value = Indexing.at(x.get(k), index);
            Tensor reference = Indexing.at(r.get(k).expand(shape), index);
            Tensor isCandidate = hasRisen.where(value.equalTo(top), reference.equalTo(referenceTop));
            // Rising, the value is the same for all candidates; falling, the reference is: the largest change is best.
            Tensor rank = isCandidate.where(value.minus(reference), lowest);
            places = rank.greaterThan(best).where(Indexing.at(placesOf.get(k).expand(shape), index), places);
            best = best.maximum(rank);
        }
        return places;
    }
}
