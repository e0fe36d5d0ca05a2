package dev.whence.tensor;

import dev.whence.core.NdArray;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Random tensors from a seed. The same seed and the same calls give the same numbers, whatever the number of threads;
 * there is no global seed. Not thread-safe.
 */
public final class Draws implements AutoCloseable {
    private final Generator generator;
    private final GeneratorOptional source;

    private Draws(long seed) {
        generator = torch.make_generator_cpu(seed);
        source = new GeneratorOptional(generator);
    }

    /** A source of numbers that starts from {@code seed}. */
    public static Draws seeded(long seed) {
        Engine.start();
        return new Draws(seed);
    }

    /** Independent draws from the standard normal distribution. */
    public Tensor normal(NdArray.Type type, long... shape) {
        try (var options = Types.options(type)) {
            return Tensor.wrap(torch.randn(shape, source, options));
        }
    }

    /** Independent draws from {@code low} (inclusive) to {@code high} (exclusive). */
    public Tensor uniform(double low, double high, NdArray.Type type, long... shape) {
        try (var options = Types.options(type);
                var unit = torch.rand(shape, source, options);
                var width = new org.bytedeco.pytorch.Scalar(high - low);
                var start = new org.bytedeco.pytorch.Scalar(low);
                var stretched = torch.mul(unit, width)) {
            return Tensor.wrap(torch.add(stretched, start));
        }
    }

    /** The numbers 0 to {@code n - 1} in random order, int64. */
    public Tensor permutation(long n) {
        try (var options = Types.options(NdArray.Type.INT64)) {
            return Tensor.wrap(torch.randperm(n, source, options));
        }
    }

    /** 1 with the given probability, else 0. */
    public Tensor bernoulli(double probability, NdArray.Type type, long... shape) {
        try (var options = Types.options(NdArray.Type.FLOAT64);
                var unit = torch.rand(shape, source, options);
                var limit = new org.bytedeco.pytorch.Scalar(probability);
                var below = torch.lt(unit, limit)) {
            return Tensor.wrap(below.to(Types.scalarType(type)));
        }
    }

    @Override
    public void close() {
        source.close();
        generator.close();
    }
}
