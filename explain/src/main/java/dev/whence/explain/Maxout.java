package dev.whence.explain;

import dev.whence.graph.Call;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Maxout, the largest of several affine functions of one tensor (Shrikumar et al. 2016, "Not Just a Black Box"): on the
 * straight line from the reference to the input each function is a straight line too, so the maximum follows one piece after
 * another; each piece's multiplier is the fraction of the line on which it is the largest.
 */
final class Maxout {
    private Maxout() {}

    /** Whether a step is the maximum of affine functions of one active tensor. */
    static boolean isMaxout(Step step, Map<Slot, Step> makers) {
        if (!step.operator().name().equals("Max") || step.inputs().length < 2) {
            return false;
        }
        Set<Slot> common = null;
        for (Slot in : step.inputs()) {
            if (in == null || !in.isActive()) {
                return false;
            }
            Set<Slot> line = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
            line.addAll(affineAncestry(in, makers));
            if (common == null) {
                common = line;
            } else {
                common.retainAll(line);
            }
        }
        return common != null && !common.isEmpty();
    }

    private static List<Slot> affineAncestry(Slot slot, Map<Slot, Step> makers) {
        List<Slot> line = new ArrayList<>(List.of(slot));
        for (Step maker = makers.get(slot);
                maker != null && maker.kind().isLinear();
                maker = makers.get(line.getLast())) {
            Slot only = null;
            int active = 0;
            for (Slot in : maker.inputs()) {
                if (in != null && in.isActive()) {
                    only = in;
                    active++;
                }
            }
            if (active != 1 || only == null) {
                break;
            }
            line.add(only);
        }
        return line;
    }

    /**
     * For each argument the fraction of the way on which it is the largest.
     *
     * @param x the call at the input
     * @param r the call at the reference
     */
    static Tensor[] fractions(Call x, Call r) {
        int n = x.arity();
        Tensor[] fractions = new Tensor[n];
        for (int i = 0; i < n; i++) {
            Tensor from = Tensor.full(0, x.type(i));
            Tensor to = Tensor.full(1, x.type(i));
            for (int j = 0; j < n; j++) {
                if (j == i) {
                    continue;
                }
                // The lead of i over j goes straight from a (reference) to b (input).
                Tensor a = r.in(i).minus(r.in(j));
                Tensor b = x.in(i).minus(x.in(j));
                Tensor slope = b.minus(a);
                Tensor flat = slope.equalTo(0);
                Tensor crossing = a.negate().divide(flat.where(slope.times(0).plus(1), slope));
                Tensor leads = j < i ? a.greaterThan(0) : a.greaterOrEqual(0);
                Tensor rises = slope.greaterThan(0);
                Tensor never = flat.and(leads.not());
                Tensor starts = rises.where(crossing, crossing.times(0));
                Tensor ends = rises.or(flat).where(crossing.times(0).plus(1), crossing);
                starts = flat.where(starts.times(0), starts);
                ends = never.where(ends.times(0), ends);
                from = from.maximum(starts);
                to = to.minimum(ends);
            }
            fractions[i] = to.minus(from).atLeast(0);
        }
        return fractions;
    }
}
