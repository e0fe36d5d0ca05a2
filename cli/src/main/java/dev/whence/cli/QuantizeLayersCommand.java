package dev.whence.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code whence quantize layers}: what each layer contributes to a network's answers. */
@Command(
        name = "layers",
        description = {
            "Lists the layers that can be quantized, and what each contributes to the network's answers: the relevance",
            "at its output, in absolute value, as a share of the answer's. Nothing is quantized."
        },
        customSynopsis = "whence quantize layers MODEL --calibrate FILE [OPTIONS]",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:the model, an input or an option cannot be used as it is"},
        footerHeading = "%nExample:%n",
        footer = {
            "  whence quantize layers vit.onnx --calibrate images.npy",
            "  whence quantize layers vit.onnx --calibrate images.npy --rules chefer --target 7 --json"
        })
final class QuantizeLayersCommand implements Callable<Integer> {
    final Console console;
    final Cancellation cancellation;

    @Parameters(index = "0", arity = "1", paramLabel = "MODEL", description = "The ONNX file, in float32.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path model;

    @Mixin
    final CalibrationOptions calibration = new CalibrationOptions();

    @Option(
            names = "--rules",
            paramLabel = "RULES",
            defaultValue = "attnlrp",
            description = "Rules of relevance: attnlrp (the default) or chefer.")
    String rules = "attnlrp";

    @Option(
            names = "--target",
            paramLabel = "CLASS",
            defaultValue = "max",
            description = "The class whose answer is explained: a number, or max, each example's largest.")
    String target = "max";

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "16",
            description = "How many examples are looked at; 16 is the default.")
    int examples = 16;

    @Mixin
    final CommonOptions common = new CommonOptions();

    QuantizeLayersCommand(Console console, Cancellation cancellation) {
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Integer call() {
        return LayerListing.run(this);
    }
}
