package dev.whence.tensor.training;

import dev.whence.tensor.Tensor;

/**
 * x W^T + b along the last axis.
 *
 * @param weight {@code [outputs, inputs]}
 * @param bias {@code [outputs]}
 */
public record Linear(Tensor weight, Tensor bias) implements Layer {
    /** Makes parameters {@code name.weight}, drawn after He et al. 2015, and {@code name.bias}, zeros. */
    public static Linear create(Parameters parameters, String name, long inputs, long outputs) {
        return new Linear(
                parameters.drawn(name + ".weight", inputs, outputs, inputs), parameters.zeros(name + ".bias", outputs));
    }

    @Override
    public Tensor apply(Tensor x, Pass pass) {
        return x.matmul(weight.transpose(0, 1)).plus(bias);
    }
}
