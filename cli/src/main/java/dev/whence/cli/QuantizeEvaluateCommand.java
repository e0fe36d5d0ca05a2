package dev.whence.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code whence quantize evaluate}: a quantized network beside the one it came from. */
@Command(
        name = "evaluate",
        description = {
            "Compares a quantized network with the one it came from: accuracy (with --labels), agreement, divergence,",
            "noise at every layer, whether both look at the same evidence, and how long both take in ONNX Runtime."
        },
        customSynopsis = "whence quantize evaluate FLOAT QUANTIZED --images [NAME=]FILE... [OPTIONS]",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:a model, an input or an option cannot be used as it is"},
        footerHeading = "%nExample:%n",
        footer = {
            "  whence quantize evaluate vit.onnx vit8.onnx --images test.npy --labels classes.npy",
            "  whence quantize evaluate vit.onnx vit3.onnx --images photos/ --image imagenet --report vit3.html"
        })
final class QuantizeEvaluateCommand implements Callable<Integer> {
    final Console console;
    final Cancellation cancellation;

    @Parameters(index = "0", arity = "1", paramLabel = "FLOAT", description = "The ONNX file before quantization.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path original;

    @Parameters(index = "1", arity = "1", paramLabel = "QUANTIZED", description = "The quantized ONNX file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path quantized;

    @Option(
            names = {"-i", "--images", "--input"},
            arity = "1..*",
            paramLabel = "[NAME=]FILE",
            description = "Examples that were not used to quantize: npy, npz, CSV, or pictures or a folder of them. "
                    + "NAME=FILE for a model with several inputs.")
    List<String> images = new ArrayList<>();

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "The class of each example, whole numbers in an npy file.")
    @Nullable
    Path labels;

    @Option(
            names = "--image",
            paramLabel = "SETTINGS",
            description = "How pixels become numbers; see 'whence explain --help'.")
    @Nullable
    String image;

    @Option(
            names = "--explain",
            paramLabel = "N",
            defaultValue = "8",
            description = "Examples whose evidence is compared, from the first on; 8 is the default, 0 for none.")
    int explained = 8;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "30",
            description = "Timed runs of each file in ONNX Runtime, in turns; 30 is the default, 0 for none.")
    int runs = 30;

    @Option(
            names = "--timed-threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of ONNX Runtime in timed runs; 1 is the default.")
    int timedThreads = 1;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads for one operator elsewhere; as many as there are processors if it is not given.")
    int threads;

    @Option(names = "--report", paramLabel = "FILE", description = "Where a report goes: .html or .json.")
    @Nullable
    Path report;

    @Mixin
    final CommonOptions common = new CommonOptions();

    QuantizeEvaluateCommand(Console console, Cancellation cancellation) {
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Integer call() {
        return QuantizeEvaluating.run(this);
    }
}
