package dev.whence.tensor;

import dev.whence.core.NdArray;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/** Matrices: special ones, contractions, determinant, inverse and Cholesky factors. */
public final class Algebra {
    private Algebra() {}

    /** Ones on the main diagonal, zeros elsewhere. */
    public static Tensor identity(NdArray.Type type, long rows, long columns) {
        try (var options = Types.options(type)) {
            return Tensor.wrap(torch.eye(rows, columns, options)).as(type);
        }
    }

    /** The numbers from {@code start} (inclusive) to {@code end} (exclusive) in steps. */
    public static Tensor range(double start, double end, double step, NdArray.Type type) {
        try (Scalar from = Tensor.scalarFor(type, start);
                Scalar to = Tensor.scalarFor(type, end);
                Scalar by = Tensor.scalarFor(type, step);
                var options = Types.options(type)) {
            return Tensor.wrap(torch.arange(from, to, by, options)).as(type);
        }
    }

    /** Einstein's sum, such as {@code "bij,bjk->bik"}. */
    public static Tensor einsum(String equation, Tensor... operands) {
        double elements = 1;
        for (Tensor operand : operands) {
            elements *= Math.sqrt(operand.size());
        }
        BlasThreads.prepare(elements * Math.sqrt(elements), torch.get_num_threads());
        try (var all = Tensor.vector(operands)) {
            return Tensor.wrap(torch.einsum(equation, all));
        }
    }

    /** The determinant of each matrix {@code [..., n, n]}. */
    public static Tensor determinant(Tensor x) {
        return Tensor.wrap(torch.det(x.at));
    }

    /** The inverse of each matrix {@code [..., n, n]}. */
    public static Tensor inverse(Tensor x) {
        return Tensor.wrap(torch.inverse(x.at));
    }

    /**
     * The lower triangle L of each symmetric positive definite matrix {@code [..., n, n]}, where L times its transpose is
     * the matrix.
     */
    public static Tensor cholesky(Tensor x) {
        return Tensor.wrap(torch.linalg_cholesky(x.at));
    }

    /** What a symmetric positive definite matrix with the lower triangle {@code factor} takes to {@code right}. */
    public static Tensor choleskySolve(Tensor factor, Tensor right) {
        return Tensor.wrap(torch.cholesky_solve(right.at, factor.at));
    }

    /** The part of each matrix on and above a diagonal; 0 is the main one, positive ones lie above it. */
    public static Tensor upperTriangle(Tensor x, long diagonal) {
        return Tensor.wrap(torch.triu(x.at, diagonal)).as(x.type());
    }

    /** The part of each matrix on and below a diagonal; 0 is the main one, positive ones lie above it. */
    public static Tensor lowerTriangle(Tensor x, long diagonal) {
        return Tensor.wrap(torch.tril(x.at, diagonal)).as(x.type());
    }
}
