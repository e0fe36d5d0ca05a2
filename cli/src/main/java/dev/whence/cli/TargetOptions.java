package dev.whence.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is explained, and how the work is cut. A command takes them in as a picocli mixin. */
final class TargetOptions {
    @Option(
            names = {"-t", "--target"},
            paramLabel = "TARGET",
            defaultValue = "argmax",
            description =
                    "Which element of the output: INDEX; I,J,K (one an example); argmax (the default: the largest of "
                            + "each example); A-B (one minus another); A-mean (one minus the mean of all); sum.")
    String target = "argmax";

    @Option(
            names = "--output",
            paramLabel = "NODE",
            description =
                    "The value or node that holds the target; without it, the first output, or the logits if that is "
                            + "a softmax or sigmoid.")
    @Nullable
    String output;

    @Option(
            names = "--at",
            paramLabel = "NODE",
            description = "The value or node whose elements are scored; without it, the model's inputs.")
    @Nullable
    String at;

    @Option(
            names = "--batch",
            paramLabel = "auto|N",
            defaultValue = "auto",
            description = "Most examples at a time; auto is the default.")
    String batch = "auto";

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description =
                    "What the whole process may take, such as 2g or 800m; --batch auto keeps to it, and --batch N "
                            + "cannot be given as well.")
    @Nullable
    String memory;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Seed of random choices; 0.")
    long seed;
}
