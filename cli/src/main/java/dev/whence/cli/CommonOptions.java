package dev.whence.cli;

import picocli.CommandLine.Option;

/** The options that every command has. A command takes them in as a picocli mixin. */
final class CommonOptions {
    @Option(
            names = "--json",
            description = "Write the result to standard output, and progress and errors to standard error, as JSON.")
    boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say more; after an error, show where in the program it happened.")
    boolean verbose;

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress and no notices, only results and errors.")
    boolean quiet;

    /**
     * Progress as the user wants to see it; close it when the work ends, so that the next line starts clean. Every step
     * throws {@code WhenceException} with code CANCELLED once {@code cancellation} is asked for.
     */
    ConsoleProgress progress(Console console, Cancellation cancellation) {
        return new ConsoleProgress(console, form(console), cancellation);
    }

    /** Writes a notice for the person who watches: nothing with {@code --quiet}, an event with {@code --json}. */
    void notice(Console console, String sentence) {
        if (quiet) {
            return;
        }
        console.err().println(json ? JsonLine.notice(sentence) : sentence);
        console.err().flush();
    }

    private ConsoleProgress.Form form(Console console) {
        if (quiet) {
            return ConsoleProgress.Form.NONE;
        }
        if (json) {
            return ConsoleProgress.Form.EVENTS;
        }
        return console.terminal() ? ConsoleProgress.Form.BAR : ConsoleProgress.Form.LINES;
    }
}
