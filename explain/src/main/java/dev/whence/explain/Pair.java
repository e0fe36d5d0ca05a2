package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The same steps run on an input and on its reference. A reference shared by all examples has run once; its tensors then have
 * a batch of one and broadcast against the input's.
 */
final class Pair {
    private final List<Step> steps;
    private final List<Step> referenceSteps;
    private final IdentityHashMap<Slot, Slot> references = new IdentityHashMap<>();

    private Pair(List<Step> steps, List<Step> referenceSteps) {
        this.steps = steps;
        this.referenceSteps = referenceSteps;
    }

    /**
     * Lines up two traces of one network.
     *
     * @throws WhenceException {@link ErrorCode#OPERATOR_NO_RULE} if a branch or loop took another course on the reference
     */
    static Pair of(List<Step> steps, List<Step> referenceSteps) {
        Pair pair = new Pair(steps, referenceSteps);
        for (int i = 0; i < Math.max(steps.size(), referenceSteps.size()); i++) {
            Step x = i < steps.size() ? steps.get(i) : null;
            Step r = i < referenceSteps.size() ? referenceSteps.get(i) : null;
            if (x == null || r == null || !isSameStep(x, r)) {
                throw new WhenceException(
                        ErrorCode.OPERATOR_NO_RULE,
                        "Input and reference take different courses through the network, first at "
                                + (x != null ? x : Objects.requireNonNull(r)).describe()
                                + ": a loop or branch depends on the data, so their steps cannot be compared; use"
                                + " --method integrated-gradients, or a reference that takes the input's course.");
            }
            pair.match(x, r);
        }
        return pair;
    }

    private static boolean isSameStep(Step x, Step r) {
        return x.operator().toString().equals(r.operator().toString())
                && x.node().name().equals(r.node().name());
    }

    private void match(Step x, Step r) {
        for (int k = 0; k < x.inputs().length; k++) {
            map(x.inputs()[k], r.inputs()[k]);
        }
        for (int k = 0; k < x.outputs().length; k++) {
            map(x.outputs()[k], r.outputs()[k]);
        }
    }

    private void map(@Nullable Slot x, @Nullable Slot r) {
        if (x != null && r != null && x.isActive()) {
            references.put(x, r);
        }
    }

    /** Whether every reference value broadcasts against its input value, so that batch-of-one references can be used. */
    boolean broadcasts() {
        return references.entrySet().stream()
                .allMatch(e -> broadcasts(e.getKey().shape(), e.getValue().shape()));
    }

    private static boolean broadcasts(long[] x, long[] r) {
        if (x.length != r.length) {
            return false;
        }
        for (int i = 0; i < x.length; i++) {
            if (r[i] != x[i] && r[i] != 1) {
                return false;
            }
        }
        return true;
    }

    /** The steps run on the input. */
    List<Step> steps() {
        return steps;
    }

    /** The step run on the input. */
    Call x(int index) {
        return steps.get(index).call();
    }

    /** The step run on the reference. */
    Call r(int index) {
        return referenceSteps.get(index).call();
    }

    /** The same pair with some steps replaced by fused ones on both sides. */
    Pair with(java.util.function.UnaryOperator<List<Step>> change) {
        return of(change.apply(steps), change.apply(referenceSteps));
    }

    /** The reference's value of an active value of the input's trace. */
    Slot reference(Slot x) {
        Slot r = references.get(x);
        if (r == null) {
            throw new IllegalStateException("value " + x + " is not part of this pair");
        }
        return r;
    }

    /** The change of an active value from its reference. Whole numbers, as quantised networks have, change in real ones. */
    Tensor difference(Slot x) {
        Tensor reference = reference(x).tensor();
        if (x.type().isFloating()) {
            return x.tensor().minus(reference);
        }
        NdArray.Type real = steps.getFirst().precision().resolve(NdArray.Type.FLOAT32);
        return x.tensor().to(real).minus(reference.to(real));
    }

    /** The kind of a step. */
    Kind kind(int index) {
        return steps.get(index).kind();
    }
}
