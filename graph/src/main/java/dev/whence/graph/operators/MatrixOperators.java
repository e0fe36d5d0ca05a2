package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Algebra;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Functions of square matrices. */
final class MatrixOperators {
    private MatrixOperators() {}

    /** The determinant of each matrix {@code [..., n, n]}; its gradient is det(X) times the transposed inverse. */
    static final Operator DET = Operator.named("Det")
            .since(11)
            .forward(c -> {
                long[] x = c.shape(0);
                if (x.length < 2 || x[x.length - 1] != x[x.length - 2]) {
                    throw new WhenceException(
                            ErrorCode.SHAPE_MISMATCH,
                            "an input of shape " + Arrays.toString(x) + " holds no square matrices");
                }
                return Algebra.determinant(c.in(0));
            })
            .gradient((c, gy) -> {
                Tensor scaled = gy.times(c.out(0)).unsqueeze(-1).unsqueeze(-1);
                return Algebra.inverse(c.in(0)).transpose(-1, -2).times(scaled);
            })
            .reads(Reads.ALL)
            .kind(new Kind.Blocking("a determinant cannot be shared out among its elements"))
            .build();

    static final List<Operator> ALL = List.of(DET);
}
