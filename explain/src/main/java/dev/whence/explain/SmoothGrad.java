package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.Map;
import java.util.TreeMap;

/**
 * Any method repeated on noisy copies of what is attributed to, and summed up: SmoothGrad takes the mean (Smilkov et al. 2017,
 * "SmoothGrad: removing noise by adding noise", section 2), its squared form the mean of squares (Hooker et al. 2019) and
 * VarGrad the variance (Adebayo et al. 2018). The element that is explained is chosen without noise.
 *
 * @param inner the method that is repeated
 * @param summary how its scores are summed up
 * @param samples how many noisy copies
 * @param noise how noisy they are
 */
public record SmoothGrad(AttributionMethod inner, Summary summary, int samples, Noise noise)
        implements AttributionMethod {
    private static final int DEFAULT_SAMPLES = 50;
    private static final double DEFAULT_LEVEL = 0.15;

    /** How the scores of noisy copies become one. */
    public enum Summary {
        /** Their mean. */
        MEAN("smoothgrad"),
        /** The mean of their squares. */
        SQUARED("smoothgrad-squared"),
        /** Their variance. */
        VARIANCE("vargrad");

        private final String methodName;

        Summary(String methodName) {
            this.methodName = methodName;
        }
    }

    /** The mean gradient of fifty copies with noise of 0.15 of the range. */
    public static final SmoothGrad MEAN = of(Gradient.PLAIN, Summary.MEAN);

    /** The mean of squared gradients. */
    public static final SmoothGrad SQUARED = of(Gradient.PLAIN, Summary.SQUARED);

    /** The variance of gradients. */
    public static final SmoothGrad VARGRAD = of(Gradient.PLAIN, Summary.VARIANCE);

    /** Checks the settings. */
    public SmoothGrad {
        int least = summary == Summary.VARIANCE ? 2 : 1;
        if (samples < least || samples > 100_000) {
            throw new IllegalArgumentException("samples must be between " + least + " and 100000, found " + samples);
        }
        if (inner instanceof SmoothGrad) {
            throw new IllegalArgumentException("inner must not add noise itself, found " + inner.name());
        }
    }

    /** A method with the default noise. */
    public static SmoothGrad of(AttributionMethod inner, Summary summary) {
        return new SmoothGrad(inner, summary, DEFAULT_SAMPLES, Noise.ofRange(DEFAULT_LEVEL));
    }

    /** The same around another method. */
    public SmoothGrad around(AttributionMethod other) {
        return new SmoothGrad(other, summary, samples, noise);
    }

    /** The same with another number of copies. */
    public SmoothGrad withSamples(int number) {
        return new SmoothGrad(inner, summary, number, noise);
    }

    /** The same with other noise. */
    public SmoothGrad withNoise(Noise other) {
        return new SmoothGrad(inner, summary, samples, other);
    }

    @Override
    public String name() {
        return summary.methodName;
    }

    @Override
    public Map<String, String> parameters() {
        Map<String, String> all = new TreeMap<>();
        inner.parameters().forEach((name, value) -> all.put("inner " + name, value));
        all.put("inner", inner.name());
        all.put("samples", String.valueOf(samples));
        all.put("noise", noise.text());
        return all;
    }

    /** Nothing is promised: the mean adds up to the change of the noisy copies, not of the input. */
    @Override
    public Completeness completeness() {
        return Completeness.NONE;
    }

    @Override
    public boolean usesReference() {
        return inner.usesReference();
    }
}
