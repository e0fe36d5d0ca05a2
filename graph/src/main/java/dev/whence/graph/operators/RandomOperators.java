package dev.whence.graph.operators;

import dev.whence.core.NdArray;
import dev.whence.graph.Call;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operators that draw random numbers, always from a seed, and Dropout, which is off. */
final class RandomOperators {
    private RandomOperators() {}

    /** The input itself, as in inference; the mask keeps everything. */
    static final Operator DROPOUT = Operator.named("Dropout")
            .forwardMany(c -> Arrays.<@Nullable Tensor>asList(c.in(0), c.wants(1) ? mask(c) : null))
            .gradient((c, gy) -> gy)
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> c.in(0))
            .build();

    private static Tensor mask(Call c) {
        NdArray.Type type = c.opset() < 10 ? c.in(0).type() : NdArray.Type.BOOL;
        return Tensor.full(1, type, c.shape(0));
    }

    static final List<Operator> ALL = List.of(DROPOUT);
}
