package dev.whence.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code whence model check}: whether a model can be run and explained. */
@Command(
        name = "check",
        description = {
            "Checks whether a model can be imported, run and explained, and by which methods.",
            "It is run with zeros, or with the inputs given."
        },
        customSynopsis = "whence model check MODEL [OPTIONS]",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the model runs",
            "2:the model or an input cannot be read",
            "3:the model does not run, or an operator is not supported"
        },
        footerHeading = "%nExample:%n",
        footer = {"  whence model check net.onnx", "  whence model check net.onnx --input x.npy --json"})
final class ModelCheckCommand implements Callable<Integer> {
    final Console console;
    final Cancellation cancellation;

    @Mixin
    final ModelOptions model = new ModelOptions();

    @Mixin
    final FileOptions files = new FileOptions();

    @Option(names = "--output", paramLabel = "NODE", description = "The value or node to explain.")
    @Nullable
    String output;

    @Option(names = "--at", paramLabel = "NODE", description = "The value or node to attribute at.")
    @Nullable
    String at;

    @Mixin
    final CommonOptions common = new CommonOptions();

    ModelCheckCommand(Console console, Cancellation cancellation) {
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Integer call() {
        return ModelChecking.run(this);
    }
}
