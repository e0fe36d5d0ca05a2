package dev.whence.quantize;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.quantize.Reparameterisation.CommonZeroPoint;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses how much of the different ranges of channels goes into the weights. A {@link Reparameterisation} makes the
 * activations easy to quantize and the weights hard; so here the widest channels may be clipped first, and their ratios
 * taken to a power below one. Each combination is tried on activations, and that of the smallest error of the layers'
 * outputs wins. Clipping 1 with power 1 is the plain reparameterisation, power 0 none at all.
 *
 * <p>The idea of clipped channels is that of Ranjan and Savakis, "LRP-QViT: Mixed-Precision Vision Transformer
 * Quantization via Layer-wise Relevance Propagation" (2024); this procedure is ours.
 *
 * @param bits width of the activations, 2 to 8
 * @param rows the most rows of activations that are tried, evenly spread
 */
public record ChannelClip(int bits, int rows) {
    private static final double[] CLIPS = {1, 0.98, 0.95, 0.9, 0.8, 0.7};
    private static final double[] POWERS = {1, 0.75, 0.5, 0.25, 0};

    /** Checks the width. */
    public ChannelClip {
        Bits.check(bits);
        if (rows < 1) {
            throw new IllegalArgumentException(rows + " rows");
        }
    }

    /**
     * A linear layer that reads the activations.
     *
     * @param weight its weight; not modified
     * @param layout where its outputs and inputs lie
     * @param fit chooses the levels of its weight
     */
    public record Reader(float[] weight, LinearLayout layout, ErrorReduction.WeightFit fit) {}

    /**
     * The best combination.
     *
     * @param clipping what it is
     * @param reparameterisation what is to be done to the network
     */
    public record Choice(Clipping clipping, Reparameterisation reparameterisation) {}

    /**
     * Tries all combinations.
     *
     * @param activations rows of channels, as they come out of the normalisation; not modified
     * @param readers the layers that read them, at least one
     * @throws WhenceException if there are no activations or one is not finite
     */
    public Choice search(float[] activations, List<Reader> readers) {
        int channels = readers.getFirst().layout().inputs();
        UniformQuantizer byChannel =
                new UniformFit(bits, Granularity.perAxis(-1)).fit(activations, activations.length / channels, channels);
        float[] constants = Reparameterisation.constants(activations, channels);
        float[] x = spread(activations, channels);
        try (TensorScope scope = TensorScope.open()) {
            Trial trial = new Trial(x, channels, readers);
            Reparameterisation unclipped = Reparameterisation.of(byChannel, CommonZeroPoint.WHOLE, constants);
            double plain = trial.error(unclipped);
            Choice best = new Choice(new Clipping(1, 1, plain, plain), unclipped);
            for (double clip : CLIPS) {
                UniformQuantizer clipped = clip(byChannel, activations, clip);
                for (double power : POWERS) {
                    if (clip < 1 ? power == 0 : power == 1) {
                        continue;
                    }
                    Reparameterisation candidate = power == 1
                            ? Reparameterisation.of(clipped, CommonZeroPoint.WHOLE, constants)
                            : tempered(clipped, activations, power, constants);
                    double error = trial.error(candidate);
                    if (error < best.clipping().error()) {
                        best = new Choice(new Clipping(clip, power, error, plain), candidate);
                    }
                }
            }
            return best;
        }
    }

    /** Evenly spread rows, copied. */
    private float[] spread(float[] activations, int channels) {
        int all = activations.length / channels;
        if (all <= rows) {
            return activations;
        }
        float[] out = new float[rows * channels];
        for (int row = 0; row < rows; row++) {
            int from = (int) ((long) row * all / rows);
            System.arraycopy(activations, from * channels, out, row * channels, channels);
        }
        return out;
    }

    /** Channels wider than a quantile of the widths shrunk to it about their medians. */
    private static UniformQuantizer clip(UniformQuantizer byChannel, float[] activations, double clip) {
        float[] scales = byChannel.scales();
        float[] zeros = byChannel.zeroPoints();
        float cap = Quantiles.of(scales, clip)[0];
        float top = byChannel.levels() - 1;
        for (int c = 0; c < scales.length; c++) {
            if (scales[c] > cap) {
                float shrinking = cap / scales[c];
                float middle = median(activations, scales.length, c);
                float low = -zeros[c] * scales[c];
                float high = (top - zeros[c]) * scales[c];
                Levels levels =
                        Levels.between(middle + (low - middle) * shrinking, middle + (high - middle) * shrinking, top);
                scales[c] = levels.scale();
                zeros[c] = levels.zeroPoint();
            }
        }
        return new UniformQuantizer(byChannel.bits(), byChannel.granularity(), scales, zeros);
    }

    private static float median(float[] activations, int channels, int channel) {
        float[] values = new float[activations.length / channels];
        for (int row = 0; row < values.length; row++) {
            values[row] = activations[row * channels + channel];
        }
        return Quantiles.of(values, 0.5)[0];
    }

    /** Ratios to a power, and one scale fitted to what they leave. */
    private Reparameterisation tempered(
            UniformQuantizer byChannel, float[] activations, double power, float... constants) {
        Reparameterisation whole = Reparameterisation.of(byChannel, CommonZeroPoint.WHOLE, constants);
        float[] ratios = whole.ratios();
        float[] offsets = new float[ratios.length];
        for (int c = 0; c < ratios.length; c++) {
            ratios[c] = (float) Math.pow(ratios[c], power);
            offsets[c] = Float.isNaN(constants[c]) ? 0 : constants[c];
        }
        Reparameterisation scaled = new Reparameterisation(ratios, offsets, whole.quantizer());
        UniformQuantizer fitted =
                new UniformFit(bits, Granularity.perTensor()).fit(scaled.activations(activations), activations.length);
        return new Reparameterisation(ratios, offsets, fitted);
    }

    /** The layers' exact outputs, to compare with those of candidates. */
    private static final class Trial {
        private final float[] x;
        private final long[] shape;
        private final List<Reader> readers;
        private final List<Tensor> targets;

        Trial(float[] x, int channels, List<Reader> readers) {
            this.x = x;
            this.shape = new long[] {x.length / channels, channels};
            this.readers = readers;
            Tensor input = Tensor.of(NdArray.of(x, shape));
            this.targets = readers.stream()
                    .map(reader -> input.matmul(inputsFirst(reader.weight(), reader.layout())))
                    .toList();
        }

        double error(Reparameterisation candidate) {
            try (TensorScope scope = TensorScope.open()) {
                float[] quantized = candidate.quantizer().apply(candidate.activations(x), shape);
                Tensor input = Tensor.of(NdArray.of(quantized, shape));
                double error = 0;
                for (int i = 0; i < readers.size(); i++) {
                    LinearLayout layout = readers.get(i).layout();
                    float[] moved = candidate.weight(readers.get(i).weight(), layout);
                    float[] weight =
                            readers.get(i).fit().fit(moved, layout.shape()).apply(moved, layout.shape());
                    float[] bias = candidate.bias(null, readers.get(i).weight(), layout);
                    Tensor found =
                            input.matmul(inputsFirst(weight, layout)).plus(Tensor.of(NdArray.of(bias, bias.length)));
                    error += meanSquare(found.minus(targets.get(i)).toDoubles());
                }
                return error;
            }
        }

        private static Tensor inputsFirst(float[] weight, LinearLayout layout) {
            Tensor tensor = Tensor.of(NdArray.of(weight, layout.shape()));
            return layout.inputsFirst() ? tensor : tensor.transpose(0, 1);
        }

        private static double meanSquare(double... values) {
            return Arrays.stream(values).map(value -> value * value).sum() / values.length;
        }
    }
}
