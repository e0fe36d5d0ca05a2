package dev.whence.tensor.training;

import dev.whence.tensor.Tensor;

/** What training makes small: means over the batch, as tensors of one element. */
public final class Losses {
    private Losses() {}

    /**
     * The mean of -ln of the probability of the right class.
     *
     * @param logits {@code [N, classes]}
     * @param labels int64 {@code [N]}
     */
    public static Tensor crossEntropy(Tensor logits, Tensor labels) {
        return logits.logSoftmax(1)
                .gather(1, labels.unsqueeze(1))
                .mean(false, 0, 1)
                .negate();
    }

    /**
     * The mean of -(t ln p + (1 - t) ln(1 - p)) with p the sigmoid of the logit, without overflow.
     *
     * @param logits any shape
     * @param targets the same shape, from 0 to 1, of the same type
     */
    public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets) {
        return mean(logits.softplus().minus(logits.times(targets)));
    }

    /** The mean squared difference. */
    public static Tensor meanSquaredError(Tensor found, Tensor wanted) {
        Tensor difference = found.minus(wanted);
        return mean(difference.times(difference));
    }

    private static Tensor mean(Tensor x) {
        return x.reshape(-1).mean(false, 0);
    }
}
