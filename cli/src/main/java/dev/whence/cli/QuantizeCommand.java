package dev.whence.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code whence quantize}: a smaller network, with the bits where the result comes from. */
@Command(
        name = "quantize",
        description = {
            "Quantizes a network within a budget of bits, on examples without labels.",
            "What each layer contributes decides how many bits it gets; an exact solver proves that no other widths",
            "within the budget would be better. Writes an ONNX file of standard operators."
        },
        customSynopsis = {
            "whence quantize MODEL --calibrate FILE --bits K -o OUT.onnx [OPTIONS]",
            "whence quantize layers MODEL --calibrate FILE [OPTIONS]",
            "whence quantize evaluate FLOAT QUANTIZED --images FILE [OPTIONS]"
        },
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:the model, an input or an option cannot be used as it is"},
        footerHeading = "%nExample:%n",
        footer = {
            "  whence quantize vit.onnx --calibrate images.npy --bits 3 -o vit3.onnx --report vit3.html",
            "  whence quantize vit.onnx --calibrate photos/ --image imagenet --bits 8 -o vit8.onnx",
            "  whence quantize vit.onnx --calibrate images.npy --bits 4 --allocate lrp --pin head=8 -o vit4.onnx"
        })
final class QuantizeCommand implements Callable<Integer> {
    final Console console;
    final Cancellation cancellation;

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "The ONNX file, in float32.")
    @Nullable
    Path model;

    @Mixin
    final CalibrationOptions calibration = new CalibrationOptions();

    @Option(
            names = {"-b", "--bits"},
            paramLabel = "K",
            description =
                    "Mean bits of a weight, from 2 to 8, such as 4 or 2.5. Bit operations get the same budget: those "
                            + "of K bits everywhere, but for layers that read the input, whose activations keep 8 bits.")
    @Nullable
    Double bits;

    @Option(
            names = "--allocate",
            paramLabel = "BY",
            defaultValue = "best",
            description = "What decides who gets the bits: lrp (relevance), sensitivity (divergence with one layer "
                    + "quantized alone), combined (their product), lrp-linear, uniform, or best (the default): lrp, "
                    + "sensitivity and combined are tried, and the one is kept that diverges least on the examples.")
    String allocate = "best";

    @Option(
            names = "--candidates",
            split = ",",
            paramLabel = "BITS",
            description = "The bits that a layer may have, such as 2,3,4; K-1 to K+1 without it.")
    List<Integer> candidates = new ArrayList<>();

    @Option(
            names = "--pin",
            paramLabel = "LAYER=BITS",
            description = "A layer's bits, settled; repeatable. 'whence quantize layers' names the layers.")
    Map<String, Integer> pins = new LinkedHashMap<>();

    @Option(
            names = "--error-reduction",
            paramLabel = "on|off",
            defaultValue = "on",
            description =
                    "Whether weights are corrected for what quantization does to their inputs; on is the default.")
    String errorReduction = "on";

    @Mixin
    final LevelOptions levels = new LevelOptions();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "int8-qdq (integer kernels of ONNX Runtime; the default at 8 bits), int4-weights, or fake-quant "
                            + "(any bits, for evaluation; the default below 8).")
    @Nullable
    String format;

    @Option(names = "-o", paramLabel = "OUT.onnx", description = "Where the quantized model goes.")
    @Nullable
    Path output;

    @Option(names = "--report", paramLabel = "FILE", description = "Where a report goes: .html or .json.")
    @Nullable
    Path report;

    @Mixin
    final CommonOptions common = new CommonOptions();

    private QuantizeCommand(Console console, Cancellation cancellation) {
        this.console = console;
        this.cancellation = cancellation;
    }

    /** The command with its two others. */
    static CommandLine create(Console console, Cancellation cancellation) {
        return new CommandLine(new QuantizeCommand(console, cancellation))
                .addSubcommand(new QuantizeLayersCommand(console, cancellation))
                .addSubcommand(new QuantizeEvaluateCommand(console, cancellation));
    }

    @Override
    public Integer call() {
        return Quantizing.run(this);
    }
}
