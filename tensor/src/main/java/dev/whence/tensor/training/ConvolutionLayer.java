package dev.whence.tensor.training;

import dev.whence.tensor.Convolution;
import dev.whence.tensor.Tensor;
import java.util.Arrays;

/**
 * A convolution over one, two or three spatial axes that learns.
 *
 * @param settings stride, padding, dilation and groups; one entry a spatial axis
 * @param weight {@code [outputs, inputs / groups, kernel...]}
 * @param bias {@code [outputs]}
 */
public record ConvolutionLayer(Convolution settings, Tensor weight, Tensor bias) implements Layer {
    /** Stride and dilation 1, no padding, one group, for a kernel of as many axes. */
    public static Convolution plain(int axes) {
        long[] ones = new long[axes];
        Arrays.fill(ones, 1);
        long[] zeros = new long[axes];
        return new Convolution(ones, zeros, ones, false, zeros, 1);
    }

    /**
     * Makes parameters {@code name.weight}, drawn after He et al. 2015, and {@code name.bias}, zeros.
     *
     * @param kernel size of the window along each spatial axis
     */
    public static ConvolutionLayer create(
            Parameters parameters, String name, Convolution settings, long inputs, long outputs, long... kernel) {
        long[] shape = new long[kernel.length + 2];
        shape[0] = outputs;
        shape[1] = inputs / settings.groups();
        System.arraycopy(kernel, 0, shape, 2, kernel.length);
        long fanIn = shape[1] * Arrays.stream(kernel).reduce(1, (a, b) -> a * b);
        return new ConvolutionLayer(
                settings, parameters.drawn(name + ".weight", fanIn, shape), parameters.zeros(name + ".bias", outputs));
    }

    @Override
    public Tensor apply(Tensor x, Pass pass) {
        return settings.apply(x, weight, bias);
    }
}
