package dev.whence.tensor.training;

import dev.whence.tensor.Tensor;

/** A step of a network. Layers that learn keep references to tensors of a {@link Parameters}. */
@FunctionalInterface
public interface Layer {
    /** The output for a batch; the first axis counts examples. */
    Tensor apply(Tensor x, Pass pass);
}
