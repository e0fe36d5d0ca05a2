package dev.whence.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code whence model run}: what a model gives for some inputs. */
@Command(
        name = "run",
        description = "Runs a model on inputs and prints or writes what it gives.",
        customSynopsis = "whence model run MODEL --input [NAME=]FILE... [OPTIONS]",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:the model, an input or an option cannot be used as it is"},
        footerHeading = "%nExample:%n",
        footer = {
            "  whence model run net.onnx --input cat.jpg --image imagenet",
            "  whence model run net.onnx --input x.npy --output hidden -o hidden.npy"
        })
final class ModelRunCommand implements Callable<Integer> {
    final Console console;
    final Cancellation cancellation;

    @Mixin
    final ModelOptions model = new ModelOptions();

    @Mixin
    final FileOptions files = new FileOptions();

    @Option(
            names = "--output",
            split = ",",
            paramLabel = "NODE",
            description = "The values or nodes to give; without it, the model's outputs.")
    List<String> outputs = new ArrayList<>();

    @Option(
            names = "--batch",
            paramLabel = "auto|N",
            defaultValue = "auto",
            description = "Most examples at a time; auto is the default.")
    String batch = "auto";

    @Option(
            names = "-o",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Where the result goes, by its ending: .npy (one value) .npz .json; several are possible.")
    List<Path> results = new ArrayList<>();

    @Option(names = "--show", paramLabel = "N", defaultValue = "5", description = "Examples to print; 5.")
    int show = 5;

    @Option(names = "--top", paramLabel = "N", defaultValue = "5", description = "Numbers to print of each; 5.")
    int top = 5;

    @Mixin
    final CommonOptions common = new CommonOptions();

    ModelRunCommand(Console console, Cancellation cancellation) {
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Integer call() {
        return ModelRunning.run(this);
    }
}
