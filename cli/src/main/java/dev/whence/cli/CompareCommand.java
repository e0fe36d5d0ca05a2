package dev.whence.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code whence compare}: several methods or references side by side. */
@Command(
        name = "compare",
        description = {
            "Puts several methods or references side by side, with the rank correlation of their scores.",
            "Without -o the answer is printed."
        },
        customSynopsis = "whence compare MODEL --input [NAME=]FILE... [OPTIONS]",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:the model, an input or an option cannot be used as it is"},
        footerHeading = "%nExample:%n",
        footer = {
            "  whence compare net.onnx --input x.npy --methods deeplift-rescale,integrated-gradients,occlusion",
            "  whence compare net.onnx --input cat.jpg --references zeros,blur,constant:0.5 -o compared.html"
        })
final class CompareCommand implements Callable<Integer> {
    final Console console;
    final Cancellation cancellation;

    @Mixin
    final ModelOptions model = new ModelOptions();

    @Mixin
    final FileOptions files = new FileOptions();

    @Option(
            names = {"-m", "--methods", "--method"},
            arity = "1..*",
            paramLabel = "METHOD,METHOD",
            description = "The methods, joined with commas; see 'whence explain --help'. deeplift-rescale without it.")
    List<String> methods = new ArrayList<>();

    @Option(
            names = {"-r", "--references", "--reference"},
            arity = "1..*",
            paramLabel = "REFERENCE,REFERENCE",
            description = "The references, joined with commas; see 'whence explain --help'. zeros without it.")
    List<String> references = new ArrayList<>();

    @Mixin
    final TargetOptions target = new TargetOptions();

    @Mixin
    final MethodOptions settings = new MethodOptions();

    @Mixin
    final DeepLiftOptions rules = new DeepLiftOptions();

    @Option(
            names = "-o",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Where the result goes, by its ending: .html .json .csv; several are possible.")
    List<Path> results = new ArrayList<>();

    @Option(names = "--show", paramLabel = "N", defaultValue = "5", description = "Examples to print; 5.")
    int show = 5;

    @Mixin
    final CommonOptions common = new CommonOptions();

    CompareCommand(Console console, Cancellation cancellation) {
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Integer call() {
        return Comparing.run(this);
    }
}
