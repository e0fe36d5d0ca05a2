package dev.whence.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Derivatives by the engine's own tape, for training. Nothing is recorded unless a {@linkplain #variable variable} takes
 * part; what is computed from one remembers how, until it is freed.
 */
public final class Gradients {
    private Gradients() {}

    /** The time in which nothing is recorded on this thread; closing it ends that time. Pauses nest. */
    public static final class Pause implements AutoCloseable {
        private final NoGradGuard guard = new NoGradGuard();

        private Pause() {}

        @Override
        public void close() {
            guard.close();
        }
    }

    /** A handle to the same memory whose uses are recorded. */
    public static Tensor variable(Tensor x) {
        org.bytedeco.pytorch.Tensor leaf = x.at.detach();
        leaf.requires_grad_(true);
        return Tensor.wrap(leaf);
    }

    /** A handle to the same memory that forgets how it was computed. */
    public static Tensor detach(Tensor x) {
        return Tensor.wrap(x.at.detach()).as(x.type());
    }

    /** Whether uses of a tensor are recorded. */
    public static boolean isRecorded(Tensor x) {
        return x.at.requires_grad();
    }

    /** Stops recording on this thread: for evaluation, and to change variables in place. */
    public static Pause pause() {
        Engine.start();
        return new Pause();
    }

    /**
     * The derivatives of a number by each variable; zeros where it does not depend on one. The record of how
     * {@code result} was computed is used up.
     *
     * @param result one element, computed from variables
     * @return one tensor a variable, of its shape
     */
    public static List<Tensor> of(Tensor result, List<Tensor> variables) {
        try (TensorVector outputs = Tensor.vector(result);
                TensorVector inputs = Tensor.vector(variables.toArray(Tensor[]::new));
                TensorVector seeds = new TensorVector();
                BoolOptional retained = new BoolOptional(false);
                TensorVector all = torch.grad(outputs, inputs, seeds, retained, false, true)) {
            List<Tensor> gradients = new ArrayList<>();
            for (int i = 0; i < variables.size(); i++) {
                try (var gradient = new org.bytedeco.pytorch.Tensor(all.get(i))) {
                    gradients.add(Tensor.wrap(
                            gradient.defined()
                                    ? new org.bytedeco.pytorch.Tensor(gradient)
                                    : torch.zeros_like(variables.get(i).at)));
                }
            }
            return gradients;
        }
    }
}
