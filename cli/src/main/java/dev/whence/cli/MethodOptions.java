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
            description = "Points on the line of integrated-gradients; 50 without it.")
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
}
