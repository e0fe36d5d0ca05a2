package dev.whence.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code whence audit}: whether contributions add up, and at which node they stop doing so. */
@Command(
        name = "audit",
        description = {
            "Checks whether DeepLIFT's contributions add up, and names the node at which they stop doing so.",
            "If they do not in float32, they are computed again in float64. For the example with the largest delta,",
            "every node is listed with the contributions that arrive at its outputs and leave at its inputs.",
            "Two other checks suit every method: --check weights and --check shapley."
        },
        customSynopsis = "whence audit MODEL --input [NAME=]FILE... [OPTIONS]",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:contributions add up, scores depend on the weights, or the estimate is made",
            "2:the model, an input or an option cannot be used as it is",
            "3:contributions do not add up, or scores do not depend on the weights"
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  whence audit net.onnx --input x.npy",
            "  whence audit net.onnx --input x.npy --check weights --method guided-backprop",
            "  whence audit net.onnx --input x.npy --check shapley --permutations 50",
            "  whence audit net.onnx --input x.npy --method deeplift-revealcancel --precision float64 -o audit.csv"
        })
final class AuditCommand implements Callable<Integer> {
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
            description = "What inputs are compared with; see 'whence explain --help'. zeros without it.")
    List<String> references = new ArrayList<>();

    @Mixin
    final TargetOptions target = new TargetOptions();

    @Option(
            names = {"-m", "--method"},
            paramLabel = "METHOD",
            defaultValue = "deeplift-rescale",
            description = "deeplift-rescale (the default) or one of its kin; an LRP method, for a report of how much "
                    + "relevance biases and constants keep; for weights and shapley any method of 'whence explain'.")
    String method = "deeplift-rescale";

    @Mixin
    final CheckOptions checks = new CheckOptions();

    @Mixin
    final MethodOptions settings = new MethodOptions();

    @Mixin
    final DeepLiftOptions rules = new DeepLiftOptions();

    @Option(
            names = "-o",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Where the result goes, by its ending: .json .csv .html; several are possible.")
    List<Path> results = new ArrayList<>();

    @Mixin
    final CommonOptions common = new CommonOptions();

    AuditCommand(Console console, Cancellation cancellation) {
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Integer call() {
        return switch (checks.kind()) {
            case SUM -> Auditing.run(this);
            case WEIGHTS -> WeightCheck.run(this);
            case SHAPLEY -> ShapleyCheck.run(this);
        };
    }
}
