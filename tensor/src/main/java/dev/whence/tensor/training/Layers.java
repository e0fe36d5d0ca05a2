package dev.whence.tensor.training;

import dev.whence.tensor.Pooling;
import dev.whence.tensor.Tensor;
import java.util.List;

/** Layers without parameters. */
public final class Layers {
    /** max(x, 0). */
    public static final Layer RELU = (x, pass) -> x.relu();

    /** 1 / (1 + e^-x). */
    public static final Layer SIGMOID = (x, pass) -> x.sigmoid();

    /** The hyperbolic tangent. */
    public static final Layer TANH = (x, pass) -> x.tanh();

    /** All axes but the first made one. */
    public static final Layer FLATTEN = (x, pass) -> x.reshape(x.dimension(0), -1);

    private Layers() {}

    /** One layer after the other. */
    public static Layer sequence(Layer... layers) {
        List<Layer> steps = List.of(layers);
        return (x, pass) -> {
            Tensor y = x;
            for (Layer layer : steps) {
                y = layer.apply(y, pass);
            }
            return y;
        };
    }

    /** The largest entry of each window. */
    public static Layer maxPool(Pooling pooling) {
        return (x, pass) -> pooling.max(x).values();
    }

    /** The mean of each window; padding counts. */
    public static Layer averagePool(Pooling pooling) {
        return (x, pass) -> pooling.average(x, true);
    }

    /**
     * In training each element becomes 0 with the given probability and the others grow to keep the mean (Srivastava et
     * al. 2014); in use nothing changes.
     *
     * @param probability from 0 (inclusive) to 1 (exclusive)
     */
    public static Layer dropout(double probability) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("probability must be in [0, 1), found " + probability);
        }
        return (x, pass) -> pass.draws()
                .map(draws -> x.times(draws.bernoulli(1 - probability, x.type(), x.shape())
                        .on(x.device())
                        .divide(1 - probability)))
                .orElse(x);
    }
}
