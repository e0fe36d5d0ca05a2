package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.Map;

/**
 * The gradient at random points between the input and random references, times the difference (expected gradients, Erion et
 * al. 2021, equation 3; GradientSHAP): with many samples the mean of integrated gradients over all references. Points and
 * references are spread evenly over the samples, which changes no expectation and makes the mean steadier than independent
 * draws.
 *
 * @param samples points for each example
 * @param noise added to the input before each
 */
public record GradientShap(int samples, Noise noise) implements AttributionMethod {
    /** Fifty points without noise. */
    public static final GradientShap DEFAULT = new GradientShap(50, Noise.NONE);

    /** Checks the number of points. */
    public GradientShap {
        if (samples < 1 || samples > 100_000) {
            throw new IllegalArgumentException("samples must be between 1 and 100000, found " + samples);
        }
    }

    /** The same with another number of points. */
    public GradientShap withSamples(int number) {
        return new GradientShap(number, noise);
    }

    /** The same with noise. */
    public GradientShap withNoise(Noise other) {
        return new GradientShap(samples, other);
    }

    @Override
    public String name() {
        return "gradient-shap";
    }

    @Override
    public Map<String, String> parameters() {
        return Map.of("samples", String.valueOf(samples), "noise", noise.text());
    }

    @Override
    public Completeness completeness() {
        return noise.level() == 0 ? Completeness.APPROXIMATE : Completeness.NONE;
    }

    @Override
    public boolean usesReference() {
        return true;
    }
}
