package dev.whence.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code whence model show}: what a model file holds. */
@Command(
        name = "show",
        description = "Shows what a model holds: file, inputs, outputs, operators, and the graph as text.",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:the model cannot be read"},
        footerHeading = "%nExample:%n",
        footer = {"  whence model show net.onnx", "  whence model show net.onnx --brief"})
final class ModelShowCommand implements Callable<Integer> {
    final Console console;

    @Parameters(index = "0", arity = "1", paramLabel = "MODEL", description = "The ONNX file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path model;

    @Option(names = "--brief", description = "Leave out the graph.")
    boolean brief;

    @Mixin
    final CommonOptions common = new CommonOptions();

    ModelShowCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        return ModelShowing.run(this);
    }
}
