package dev.whence.tensor.training;

import dev.whence.tensor.Tensor;

/**
 * A learnt vector for each of a number of things.
 *
 * @param weight {@code [things, width]}
 */
public record Embedding(Tensor weight) implements Layer {
    /** Makes the parameter {@code name.weight}, drawn from the standard normal distribution. */
    public static Embedding create(Parameters parameters, String name, long things, long width) {
        return new Embedding(parameters.normal(name + ".weight", things, width));
    }

    /** The vectors of int64 indices of any shape, in a new last axis. */
    @Override
    public Tensor apply(Tensor indices, Pass pass) {
        long[] shape = indices.shape();
        long[] out = java.util.Arrays.copyOf(shape, shape.length + 1);
        out[shape.length] = weight.dimension(1);
        return weight.indexSelect(0, indices.reshape(-1)).reshape(out);
    }
}
