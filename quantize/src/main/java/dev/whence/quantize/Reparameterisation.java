package dev.whence.quantize;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Moves the scales of single channels behind a layer normalisation into the normalisation and into the linear layers that
 * read it, so that one scale serves all channels: x' = x / ratio - offset, and the weights take the opposite. The network
 * computes the same function. From Li et al., "RepQ-ViT: Scale Reparameterization for Post-Training Quantization of Vision
 * Transformers" (2023), but with a whole common zero point: then quantizing x' with one scale is
 * exactly quantizing x channel by channel.
 *
 * @param ratios one a channel, above zero: what the channel is divided by
 * @param offsets one a channel: what is then subtracted
 * @param quantizer what quantizes the new activations, with one scale
 */
public record Reparameterisation(float[] ratios, float[] offsets, UniformQuantizer quantizer) {
    private static final float SMALLEST_RATIO = 1e-6f;

    /** The zero point that all channels get. */
    public enum CommonZeroPoint {
        /** The mean of those of the channels, rounded to a code. */
        WHOLE,
        /** The mean as it is, which no file can express: to reproduce the published method. */
        FRACTIONAL
    }

    /** Checks that the parts belong together. */
    public Reparameterisation {
        if (ratios.length == 0 || ratios.length != offsets.length || quantizer.groups() != 1) {
            throw new IllegalArgumentException(
                    ratios.length + " ratios, " + offsets.length + " offsets and " + quantizer.groups() + " scales");
        }
        ratios = ratios.clone();
        offsets = offsets.clone();
    }

    /**
     * From scales channel by channel to their mean. A channel that hardly moves keeps a ratio of a millionth of the
     * median, so that nothing is divided by zero.
     *
     * @param channels the quantizer of the activations, one scale a channel
     * @param common the zero point that all channels get
     */
    public static Reparameterisation of(UniformQuantizer channels, CommonZeroPoint common) {
        float[] none = new float[channels.groups()];
        Arrays.fill(none, Float.NaN);
        return of(channels, common, none);
    }

    /**
     * The same, but channels that never change become zero, exactly, with a ratio of one: their scale says nothing and
     * would only harm the weights.
     *
     * @param channels the quantizer of the activations, one scale a channel
     * @param common the zero point that all channels get
     * @param constants the value of each channel that never changes, NaN for the others, as from {@link #constants}
     */
    public static Reparameterisation of(UniformQuantizer channels, CommonZeroPoint common, float... constants) {
        float[] scales = channels.scales();
        float[] zeros = channels.zeroPoints();
        float scale = mean(scales, constants);
        float zero = mean(zeros, constants);
        if (common == CommonZeroPoint.WHOLE) {
            zero = Math.clamp((float) Math.rint(zero), 0, channels.levels() - 1);
        }
        float[] sorted = scales.clone();
        Arrays.sort(sorted);
        float least = SMALLEST_RATIO * (sorted[sorted.length / 2] / scale);
        float[] ratios = new float[scales.length];
        float[] offsets = new float[scales.length];
        for (int c = 0; c < scales.length; c++) {
            if (Float.isNaN(constants[c])) {
                float ratio = scales[c] / scale;
                ratios[c] = Math.max(ratio, least);
                offsets[c] = ratio >= least ? scale * (zero - zeros[c]) : scale * zero - zeros[c] * scales[c] / least;
            } else {
                ratios[c] = 1;
                offsets[c] = constants[c];
            }
        }
        return new Reparameterisation(ratios, offsets, UniformQuantizer.perTensor(channels.bits(), scale, zero));
    }

    /**
     * The value of each channel that never changes, NaN for the others.
     *
     * @param activations with channels as the last axis; not modified
     * @param channels number of channels
     */
    public static float[] constants(float[] activations, int channels) {
        if (activations.length < channels || activations.length % channels != 0) {
            throw new IllegalArgumentException(activations.length + " values of " + channels + " channels");
        }
        float[] out = Arrays.copyOf(activations, channels);
        for (int i = channels, c = 0; i < activations.length; i++, c = c + 1 == channels ? 0 : c + 1) {
            if (activations[i] != out[c]) {
                out[c] = Float.NaN;
            }
        }
        return out;
    }

    @Override
    public float[] ratios() {
        return ratios.clone();
    }

    @Override
    public float[] offsets() {
        return offsets.clone();
    }

    /**
     * The new scale of the normalisation.
     *
     * @param gamma the old one, one a channel; not modified
     */
    public float[] gamma(float... gamma) {
        check(gamma.length);
        float[] out = new float[gamma.length];
        for (int c = 0; c < out.length; c++) {
            out[c] = gamma[c] / ratios[c];
        }
        return out;
    }

    /**
     * The new shift of the normalisation. Activations themselves change in the same way.
     *
     * @param beta the old one, one a channel; not modified
     */
    public float[] beta(float... beta) {
        check(beta.length);
        return activations(beta);
    }

    /**
     * The new activations.
     *
     * @param values the old ones, with channels as the last axis; not modified
     */
    public float[] activations(float... values) {
        if (values.length % ratios.length != 0) {
            throw new IllegalArgumentException(values.length + " values of " + ratios.length + " channels");
        }
        float[] out = new float[values.length];
        for (int i = 0, c = 0; i < out.length; i++, c = c + 1 == ratios.length ? 0 : c + 1) {
            out[i] = values[i] / ratios[c] - offsets[c];
        }
        return out;
    }

    /**
     * The new weight of a linear layer that reads the activations.
     *
     * @param weight the old one; not modified
     * @param layout where its outputs and inputs lie
     */
    public float[] weight(float[] weight, LinearLayout layout) {
        check(layout.inputs());
        float[] out = new float[weight.length];
        for (int o = 0; o < layout.outputs(); o++) {
            for (int c = 0; c < ratios.length; c++) {
                int at = layout.place(o, c);
                out[at] = weight[at] * ratios[c];
            }
        }
        return out;
    }

    /**
     * The new bias of a linear layer that reads the activations.
     *
     * @param bias the old one, one an output, or null for none; not modified
     * @param weight the old weight; not modified
     * @param layout where its outputs and inputs lie
     */
    public float[] bias(float @Nullable [] bias, float[] weight, LinearLayout layout) {
        check(layout.inputs());
        float[] out = new float[layout.outputs()];
        for (int o = 0; o < out.length; o++) {
            double sum = bias == null ? 0 : bias[o];
            for (int c = 0; c < ratios.length; c++) {
                sum += (double) (weight[layout.place(o, c)] * ratios[c]) * offsets[c];
            }
            out[o] = (float) sum;
        }
        return out;
    }

    private void check(int channels) {
        if (channels != ratios.length) {
            throw new IllegalArgumentException(channels + " channels instead of " + ratios.length);
        }
    }

    /** The mean over the channels that change; over all, if none does. */
    private static float mean(float[] values, float... constants) {
        double sum = 0;
        double all = 0;
        int count = 0;
        for (int c = 0; c < values.length; c++) {
            all += values[c];
            if (Float.isNaN(constants[c])) {
                sum += values[c];
                count++;
            }
        }
        return (float) (count == 0 ? all / values.length : sum / count);
    }
}
