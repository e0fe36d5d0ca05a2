package dev.whence.cli;

import dev.whence.cli.inputs.Declared;
import dev.whence.cli.inputs.InputOptions;
import dev.whence.cli.inputs.Inputs;
import dev.whence.cli.inputs.LoadedInput;
import dev.whence.cli.inputs.NamedFile;
import dev.whence.cli.text.TextInputs;
import dev.whence.cli.text.Tokenizer;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.TokenizedText;
import dev.whence.core.WhenceException;
import dev.whence.explain.Explainer;
import dev.whence.explain.TokenEmbedding;
import dev.whence.tensor.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the inputs of a model from texts, from files, or from both.
 *
 * @param model the model's file
 * @param explainer the model, loaded
 * @param declared what it says of its inputs
 * @param files what stands after {@code --input}
 * @param options how files are read
 */
record TextReading(
        Path model, Explainer explainer, List<Declared> declared, List<NamedFile> files, InputOptions options) {
    /**
     * What was read.
     *
     * @param inputs the inputs of the model in its order
     * @param tokens what is known of tokens, or null if the model takes none
     */
    record Read(Map<String, LoadedInput> inputs, @Nullable TokenUnits tokens) {}

    /**
     * Reads; closes the tokenizer again if something is wrong.
     *
     * @throws WhenceException with one sentence on whatever is wrong
     */
    Read read(TextOptions text) {
        if (text.texts.isEmpty()) {
            if (text.maxTokens != null) {
                throw new WhenceException(ErrorCode.USAGE, "Option --max-tokens cuts texts; give one with --text.");
            }
            return ofFiles(text);
        }
        int most = text.maxTokens == null ? 0 : text.maxTokens;
        if (text.maxTokens != null && most < 1) {
            throw new WhenceException(ErrorCode.USAGE, "Option --max-tokens must be at least 1; found " + most + ".");
        }
        TokenEmbedding embedding = TokenEmbedding.find(explainer.graph())
                .orElseThrow(() -> new WhenceException(
                        ErrorCode.USAGE,
                        "Option --text needs a model that looks up a vector for each token id; the inputs of "
                                + model.getFileName() + " are " + listed() + "."));
        Path file = TextFiles.tokenizer(text.tokenizer, model);
        if (file == null) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Option --text needs the model's tokenizer, and there is no tokenizer.json beside " + model
                            + "; give it with --tokenizer.");
        }
        List<String> texts = text.texts.stream().map(TextFiles::read).toList();
        Tokenizer tokenizer = Tokenizer.open(file, Engine.cacheFolder());
        try {
            TextInputs made = TextInputs.of(texts, tokenizer, declared, embedding.input(), most);
            TokenUnits tokens = new TokenUnits(embedding, made.texts(), tokenizer);
            tokens.requireKnown(
                    Objects.requireNonNull(made.inputs().get(embedding.input())).values());
            Map<String, LoadedInput> inputs = together(made.inputs());
            requireShort(embedding, inputs);
            return new Read(inputs, tokens);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** Refuses a text that has more tokens than the model has vectors for places. */
    private void requireShort(TokenEmbedding embedding, Map<String, LoadedInput> inputs) {
        NdArray ids = Objects.requireNonNull(inputs.get(embedding.input())).values();
        long length = ids.dimension(1);
        embedding.positions(explainer.graph()).forEach((value, rows) -> {
            if (rows < length && !isLookedUp(value, length, inputs)) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "The longest text has " + length + " tokens, but " + model.getFileName()
                                + " knows the places of " + rows + " ('" + value + "'); shorten it, or cut it with"
                                + " --max-tokens " + rows + ".");
            }
        });
    }

    /** Whether a table that may be one of places has a row for every token. */
    private boolean isLookedUp(String value, long length, Map<String, LoadedInput> inputs) {
        Map<String, NdArray> first = new LinkedHashMap<>();
        inputs.forEach((name, input) ->
                first.put(name, input.values().rank() > 0 ? input.values().rows(0, 1) : input.values()));
        try {
            NdArray found = explainer.network().evaluate(first, value).get(value);
            return found != null && found.rank() > 1 && isPlausible(found.dimension(found.rank() - 2), length);
        } catch (WhenceException e) {
            return false;
        }
    }

    /** One row for each token, or one for all. */
    private static boolean isPlausible(long rows, long length) {
        return rows == length || rows == 1;
    }

    private String listed() {
        return String.join(", ", declared.stream().map(Declared::toString).toList());
    }

    /** Inputs that texts do not fill come from files. */
    private Map<String, LoadedInput> together(Map<String, LoadedInput> made) {
        for (NamedFile file : files) {
            if (file.input() != null && made.containsKey(file.input())) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Input '" + file.input() + "' is made from --text; " + file.path() + " cannot be given too.");
            }
        }
        List<Declared> rest = declared.stream()
                .filter(input -> !made.containsKey(input.name()))
                .toList();
        if (rest.isEmpty() && !files.isEmpty()) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Every input of the model is made from --text; "
                            + files.getFirst().path() + " has no place.");
        }
        Map<String, LoadedInput> further = rest.isEmpty() ? Map.of() : Inputs.load(files, rest, options);
        Map<String, LoadedInput> out = new LinkedHashMap<>();
        for (Declared input : declared) {
            LoadedInput loaded = made.containsKey(input.name()) ? made.get(input.name()) : further.get(input.name());
            out.put(input.name(), Objects.requireNonNull(loaded, input.name()));
        }
        return out;
    }

    private Read ofFiles(TextOptions text) {
        Map<String, LoadedInput> inputs = Inputs.load(files, declared, options);
        TokenEmbedding embedding = TokenEmbedding.find(explainer.graph()).orElse(null);
        boolean real =
                inputs.values().stream().anyMatch(input -> input.values().type().isFloating());
        if (embedding == null || (real && text.tokenizer == null)) {
            if (text.tokenizer != null) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Option --tokenizer needs a model that looks up a vector for each token id; the inputs of "
                                + model.getFileName() + " are " + listed() + ".");
            }
            return new Read(inputs, null);
        }
        NdArray ids = Objects.requireNonNull(inputs.get(embedding.input())).values();
        new TokenUnits(embedding, List.of(), null).requireKnown(ids);
        Path file = TextFiles.tokenizer(text.tokenizer, model);
        if (file == null || ids.rank() != 2) {
            return new Read(inputs, new TokenUnits(embedding, List.of(), null));
        }
        Tokenizer tokenizer = Tokenizer.open(file, Engine.cacheFolder());
        try {
            return new Read(inputs, new TokenUnits(embedding, words(tokenizer, ids), tokenizer));
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static List<TokenizedText> words(Tokenizer tokenizer, NdArray ids) {
        int width = (int) ids.dimension(1);
        long[] all = ids.toLongs();
        List<TokenizedText> texts = new ArrayList<>();
        for (int n = 0; n < ids.dimension(0); n++) {
            texts.add(tokenizer.decode(java.util.Arrays.copyOfRange(all, n * width, (n + 1) * width)));
        }
        return texts;
    }
}
