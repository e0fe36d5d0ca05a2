package dev.whence.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code whence model}: shows, checks and runs a model. */
@Command(
        name = "model",
        description = "Shows, checks or runs an ONNX model.",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExample:%n",
        footer = {
            "  whence model show net.onnx",
            "  whence model check net.onnx",
            "  whence model run net.onnx --input x.npy"
        })
final class ModelCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private ModelCommand() {}

    /** The command with its three commands. */
    static CommandLine create(Console console, Cancellation cancellation) {
        return new CommandLine(new ModelCommand())
                .addSubcommand(new ModelShowCommand(console))
                .addSubcommand(new ModelCheckCommand(console, cancellation))
                .addSubcommand(new ModelRunCommand(console, cancellation));
    }

    /** Without a command, the help is the answer. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
