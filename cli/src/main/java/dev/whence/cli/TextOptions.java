package dev.whence.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Texts for a model whose input is token ids. A command takes them in as a picocli mixin. */
final class TextOptions {
    @Option(
            names = "--text",
            paramLabel = "TEXT|@FILE",
            description = "A text, or the file that holds it, for a model of token ids; its inputs are filled by their "
                    + "names. May be repeated for several texts.")
    List<String> texts = new ArrayList<>();

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "The tokenizer.json of the model; without it, the one beside the model. With ids as --input, "
                    + "it tells their words.")
    @Nullable
    Path tokenizer;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Cut a text to at most N tokens, those added around it included.")
    @Nullable
    Integer maxTokens;
}
