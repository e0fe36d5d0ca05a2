package dev.whence.cli;

import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The {@code whence} command: says what contributed to a network's result, and by how much.
 *
 * <p>{@link #main} is for a process; {@link #run} does the same in-process and gives the exit code back, for tests and
 * for programs that embed the command.
 */
@Command(
        name = "whence",
        description = "Says what contributed to a network's result, and by how much.",
        versionProvider = WhenceVersion.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommandsRepeatable = false,
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExample:%n",
        footer = {
            "  whence explain net.onnx --input x.npy",
            "  whence doctor",
            "",
            "Help on one command: whence COMMAND --help"
        })
public final class Whence implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    Whence() {}

    /** Runs the command and ends the process with its exit code. */
    @SuppressWarnings("SystemExitOutsideMain")
    public static void main(String[] arguments) {
        Cancellation cancellation = new Cancellation();
        cancellation.watchProcess();
        int exitCode;
        try {
            exitCode = run(Console.ofProcess(), cancellation, arguments);
        } finally {
            cancellation.finish();
        }
        System.exit(exitCode);
    }

    /** Runs the command on the given streams and returns its exit code; never ends the process. */
    public static int run(Console console, String... arguments) {
        return run(console, new Cancellation(), arguments);
    }

    /** The same with a way to stop the work from outside. */
    static int run(Console console, Cancellation cancellation, String... arguments) {
        Failures failures = new Failures(console, Arrays.asList(arguments));
        try {
            return commandLine(console, cancellation, failures).execute(arguments);
        } catch (OutOfMemoryError | StackOverflowError e) {
            return failures.tooLarge(e);
        } finally {
            console.flush();
        }
    }

    /** The parser with all its commands. */
    static CommandLine commandLine(Console console, Cancellation cancellation, Failures failures) {
        CommandLine root = new CommandLine(new Whence());
        Commands.all(console, cancellation).forEach(root::addSubcommand);
        return root.setOut(console.out())
                .setErr(console.err())
                .setUsageHelpAutoWidth(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAllowOptionsAsOptionParameters(false)
                .setExpandAtFiles(false)
                .setExecutionStrategy(Whence::runLast)
                .setExecutionExceptionHandler((thrown, command, parsed) -> failures.of(thrown))
                .setParameterExceptionHandler((thrown, unparsed) -> failures.usage(thrown));
    }

    /** Without a command, the help is the answer. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int runLast(ParseResult parsed) {
        return new CommandLine.RunLast().execute(parsed);
    }
}
