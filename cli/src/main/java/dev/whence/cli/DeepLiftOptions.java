package dev.whence.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Settings of the DeepLIFT methods. A command takes them in as a picocli mixin. */
final class DeepLiftOptions {
    @Option(
            names = "--rule",
            paramLabel = "NODE=RULE",
            description = "DeepLIFT's rule for one activation: rescale, reveal-cancel, gradient, guided-backprop, "
                    + "guided-backprop-rescale, deconvnet or pass-through. For the LRP methods a rule for a node or for "
                    + "@first, @convolutions, @dense, @sums, ...: epsilon:0.1, z-plus, alpha-beta:2, gamma:0.25, "
                    + "w-square, flat, box:LOW:HIGH. May be repeated.")
    List<String> rules = new ArrayList<>();

    @Option(
            names = "--ties",
            paramLabel = "best|first",
            description = "Which of several maxima DeepLIFT lets win; best without it.")
    @Nullable
    String ties;

    @Option(
            names = "--compat",
            paramLabel = "NAME",
            description = "What DeepLIFT takes for a vanishing difference: whence (the default), kundaje or captum.")
    @Nullable
    String compat;

    @Option(names = "--maxout", description = "DeepLIFT follows a maximum of affine functions piece by piece.")
    boolean maxout;

    @Option(names = "--multipliers", description = "DeepLIFT gives multipliers instead of contributions.")
    boolean multipliers;
}
