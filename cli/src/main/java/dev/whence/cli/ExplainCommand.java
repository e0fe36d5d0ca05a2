package dev.whence.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code whence explain}: what contributed to a network's result, and by how much. */
@Command(
        name = "explain",
        description = {
            "Says what contributed to a network's result, and by how much, and whether that adds up.",
            "Without -o the answer is printed."
        },
        customSynopsis = "whence explain MODEL --input [NAME=]FILE... [OPTIONS]",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "2:the model, an input or an option cannot be used as it is",
            "3:done, and --tolerance is not met"
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  whence explain digits.onnx --input seven.png -o seven.html",
            "  whence explain net.onnx --input x.npy --reference mean --target 8-3 -o scores.npy result.json",
            "  whence explain bert/model.onnx --text 'Not a bad film.' --reference token:[MASK] -o film.html",
            "  whence explain dna.onnx --input peaks.fa --method deeplift-genomics --reference dinucleotide-shuffled:20"
        })
final class ExplainCommand implements Callable<Integer> {
    final Console console;
    final Cancellation cancellation;

    @Mixin
    final ModelOptions model = new ModelOptions();

    @Mixin
    final FileOptions files = new FileOptions();

    @Option(
            names = {"-r", "--reference"},
            arity = "1..*",
            paramLabel = "REFERENCE",
            description = "What inputs are compared with: zeros (the default), mean, blur[:SIGMA], constant:V[,V...], "
                    + "shuffled[:K], dinucleotide-shuffled[:K] or a file; for texts zeros, pad or token:TEXT; NAME=... for "
                    + "one of several inputs.")
    List<String> references = new ArrayList<>();

    @Mixin
    final TargetOptions target = new TargetOptions();

    @Option(
            names = {"-m", "--method"},
            paramLabel = "METHOD",
            defaultValue = "deeplift-rescale",
            description = {
                "deeplift-rescale (the default), deeplift-revealcancel, deeplift-genomics, deeplift-shap,",
                "integrated-gradients, gradient, gradient-x-input, saliency, guided-backprop, deconvnet, grad-cam,",
                "conductance, gradient-shap, smoothgrad, smoothgrad-squared, vargrad, occlusion,",
                "in-silico-mutagenesis, lrp-epsilon, lrp-epsilon-plus, lrp-epsilon-plus-flat, lrp-epsilon-alpha2-beta1,",
                "lrp-epsilon-alpha2-beta1-flat, lrp-epsilon-gamma-box, lrp-preset-a, lrp-preset-b, lrp-z-plus,",
                "lrp-alpha2-beta1, lrp-gamma, lrp-flat, lrp-attention, lrp-attention-gamma, lrp-attention-values,",
                "lrp-chefer."
            })
    String method = "deeplift-rescale";

    @Mixin
    final MethodOptions settings = new MethodOptions();

    @Mixin
    final DeepLiftOptions rules = new DeepLiftOptions();

    @Option(
            names = "-o",
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Where the result goes, by its ending: .json .csv .npy (the scores, shaped like the input) .npz "
                            + ".html .svg .png; several are possible.")
    List<Path> results = new ArrayList<>();

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description = "Ends with exit code 3 if a delta exceeds X times the change, or X if that is below 1.")
    @Nullable
    Double tolerance;

    @Option(names = "--show", paramLabel = "N", defaultValue = "3", description = "Examples to print; 3.")
    int show = 3;

    @Option(names = "--top", paramLabel = "N", defaultValue = "8", description = "Scores to print of each; 8.")
    int top = 8;

    @Option(
            names = "--profile",
            description = "Tell where time and memory went, operator by operator, on standard error.")
    boolean profile;

    @Mixin
    final CommonOptions common = new CommonOptions();

    ExplainCommand(Console console, Cancellation cancellation) {
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Integer call() {
        return Explaining.run(this);
    }
}
