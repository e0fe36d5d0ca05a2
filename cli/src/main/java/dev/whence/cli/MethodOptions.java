package dev.whence.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Settings of the methods that are not DeepLIFT. A command takes them in as a picocli mixin. */
final class MethodOptions {
    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Points on the line of integrated-gradients, steps of conductance; 50 without it.")
    @Nullable
    Integer steps;

    @Option(
            names = "--quadrature",
            paramLabel = "RULE",
            description = "Where those points lie: gauss-legendre (the default), riemann-middle, ...")
    @Nullable
    String quadrature;

    @Option(
            names = "--window",
            split = ",",
            paramLabel = "N",
            description = "Size of the window of occlusion along each axis after the batch; one element without it.")
    List<Long> window = new ArrayList<>();

    @Option(
            names = "--stride",
            split = ",",
            paramLabel = "N",
            description = "Its steps along each axis; the window's size without it.")
    List<Long> stride = new ArrayList<>();

    @Option(
            names = "--times",
            paramLabel = "FACTOR",
            description = "What a gradient method multiplies its gradient by: one, input or difference.")
    @Nullable
    String times;

    @Option(names = "--masked", description = "A gradient method gives 0 where the input is 0.")
    boolean masked;

    @Option(
            names = "--channel-axis",
            paramLabel = "N",
            description = "The axis of letters for in-silico-mutagenesis, if the input does not tell.")
    @Nullable
    Integer channelAxis;

    @Option(
            names = "--inner",
            paramLabel = "METHOD",
            description = "What smoothgrad and its kin repeat (gradient without it), or which DeepLIFT deeplift-shap "
                    + "averages (deeplift-rescale without it).")
    @Nullable
    String inner;

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Random samples of gradient-shap, smoothgrad and its kin; 50 without it.")
    @Nullable
    Integer samples;

    @Option(
            names = "--noise",
            paramLabel = "LEVEL",
            description = "Standard deviation of their noise: 0.15 of each example's range for smoothgrad and its kin, "
                    + "0 for gradient-shap without it.")
    @Nullable
    Double noise;

    @Option(
            names = "--noise-scale",
            paramLabel = "range|absolute",
            description = "What the noise is measured in; range without it.")
    @Nullable
    String noiseScale;

    @Option(names = "--signed", description = "grad-cam keeps negative evidence.")
    boolean signed;

    @Option(names = "--layer-size", description = "grad-cam is not enlarged to the size of the input.")
    boolean layerSize;
}
