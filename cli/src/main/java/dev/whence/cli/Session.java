package dev.whence.cli;

import dev.whence.cli.inputs.Declared;
import dev.whence.cli.inputs.ImagePreparation;
import dev.whence.cli.inputs.InputOptions;
import dev.whence.cli.inputs.Inputs;
import dev.whence.cli.inputs.LoadedInput;
import dev.whence.cli.inputs.ModelNotes;
import dev.whence.cli.inputs.NamedFile;
import dev.whence.cli.inputs.RowSelection;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.explain.Explainer;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.tensor.Device;
import dev.whence.tensor.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model that is ready to run, what a user says about it, and the inputs that were read for it. */
final class Session implements AutoCloseable {
    private final Path model;
    private final Explainer explainer;
    private final ModelNotes notes;
    private final InputOptions options;
    private final List<NamedFile> files;
    private final Map<String, Declared> declared;
    private final Map<String, LoadedInput> inputs;
    private final @Nullable TokenUnits tokens;

    private Session(
            Path model,
            Explainer explainer,
            ModelNotes notes,
            InputOptions options,
            List<NamedFile> files,
            Map<String, Declared> declared,
            Map<String, LoadedInput> inputs,
            @Nullable TokenUnits tokens) {
        this.model = model;
        this.explainer = explainer;
        this.notes = notes;
        this.options = options;
        this.files = files;
        this.declared = declared;
        this.inputs = inputs;
        this.tokens = tokens;
    }

    /**
     * Loads a model and reads its inputs.
     *
     * @throws WhenceException with one sentence on whatever is wrong with either
     */
    static Session open(ModelOptions model, FileOptions from, Progress progress) {
        Precision precision = precision(model.precision);
        InputOptions given = options(from);
        List<NamedFile> files = from.inputs.stream().map(NamedFile::parse).toList();
        ModelNotes notes = ModelNotes.beside(model.model);
        Explainer explainer = load(model, progress);
        try {
            InputOptions options = given.orElse(notes);
            Map<String, Declared> declared = new LinkedHashMap<>();
            explainer.graph().inputs().forEach(v -> declared.put(v.name(), declared(v, precision)));
            List<Declared> every = List.copyOf(declared.values());
            TextReading.Read read = new TextReading(model.model, explainer, every, files, options).read(from.text);
            return new Session(model.model, explainer, notes, options, files, declared, read.inputs(), read.tokens());
        } catch (RuntimeException e) {
            explainer.close();
            throw e;
        }
    }

    /** Loads a model alone. */
    static Explainer load(ModelOptions model, Progress progress) {
        Precision precision = precision(model.precision);
        Engine.start(progress);
        if (model.threads < 0) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Option --threads must be at least 1; found " + model.threads + ".");
        }
        if (model.threads > 0) {
            Engine.setThreads(model.threads);
        }
        return Explainer.load(model.model, precision, Device.parse(model.device));
    }

    static Precision precision(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "float32" -> Precision.FLOAT32;
            case "float64" -> Precision.FLOAT64;
            default ->
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "There is no precision '" + text + "'" + Suggestions.ending(text, List.of("float32", "float64"))
                                + " There are float32, float64.");
        };
    }

    private static InputOptions options(FileOptions from) {
        InputOptions options = InputOptions.DEFAULT
                .withColumns(from.columns)
                .withSkip(from.skip)
                .withHeader(!from.noHeader)
                .withMember(from.array);
        if (from.rows != null) {
            options = options.withRows(RowSelection.parse(from.rows));
        }
        if (from.image != null) {
            options = options.withImage(ImagePreparation.parse(from.image));
        }
        return from.nameColumn == null ? options : options.withNameColumn(from.nameColumn);
    }

    /** What a model says of an input, in the precision of the run; any number of examples is welcome. */
    static Declared declared(Value value, Precision precision) {
        NdArray.Type type = value.type() == null ? NdArray.Type.FLOAT32 : value.type();
        NdArray.Type wanted = precision.resolve(type);
        List<Dimension> shape = value.shape();
        if (shape == null) {
            return Declared.ofAnyShape(value.name(), wanted);
        }
        long[] lengths = shape.stream()
                .mapToLong(d -> d instanceof Dimension.Fixed(long size) ? size : -1)
                .toArray();
        return new Declared(value.name(), wanted, lengths).withOpenBatch();
    }

    /** The model's file. */
    Path model() {
        return model;
    }

    /** What explains. */
    Explainer explainer() {
        return explainer;
    }

    /** The network. */
    Graph graph() {
        return explainer.graph();
    }

    /** What a file beside the model says. */
    ModelNotes notes() {
        return notes;
    }

    /** How files are read. */
    InputOptions options() {
        return options;
    }

    /** What the model says about an input. */
    Declared declared(String name) {
        return Objects.requireNonNull(declared.get(name), name);
    }

    /** The inputs that were read, by name. */
    Map<String, LoadedInput> inputs() {
        return inputs;
    }

    /** One input that was read. */
    LoadedInput input(String name) {
        return Objects.requireNonNull(inputs.get(name), name);
    }

    /** The number of examples. */
    int examples() {
        return inputs.values().stream().mapToInt(LoadedInput::examples).max().orElse(1);
    }

    /** The numbers of every input. */
    Map<String, NdArray> arrays() {
        Map<String, NdArray> arrays = new LinkedHashMap<>();
        inputs.forEach((name, input) -> arrays.put(name, input.values()));
        return arrays;
    }

    /** The inputs that hold real numbers, and so can be attributed to. */
    Set<String> realInputs() {
        Set<String> real = new LinkedHashSet<>();
        inputs.forEach((name, input) -> {
            if (input.values().type().isFloating()) {
                real.add(name);
            }
        });
        return real;
    }

    /** What is known of tokens, if the model takes them. */
    Optional<TokenUnits> tokens() {
        return Optional.ofNullable(tokens);
    }

    /** Where a result is scored: the value that the user names, else the vectors of tokens, else null for the inputs. */
    @Nullable
    String at(@Nullable String named) {
        return named != null || tokens == null ? named : tokens.embedding().value();
    }

    /** The names of what is scored. */
    List<String> scored(@Nullable String named) {
        if (named != null) {
            return List.of(named);
        }
        return tokens != null ? List.of(tokens.embedding().input()) : List.copyOf(realInputs());
    }

    /** What was changed on the way from the files. */
    List<String> notices() {
        List<String> all = new ArrayList<>();
        inputs.values().forEach(input -> all.addAll(input.notices()));
        return all.stream().distinct().toList();
    }

    /** How many examples the files of an input hold, whether taken or not. */
    int examplesInFile(String name) {
        List<Declared> every = List.copyOf(declared.values());
        Map<String, LoadedInput> all = Inputs.load(files, every, options.withRows(RowSelection.ALL));
        return Objects.requireNonNull(all.get(name), name).examples();
    }

    /** The name of an element of the target, if the notes beside the model give one. */
    String className(long element) {
        List<String> classes = notes.classes();
        return element >= 0 && element < classes.size() ? classes.get((int) element) : "";
    }

    @Override
    public void close() {
        if (tokens != null && tokens.tokenizer() != null) {
            tokens.tokenizer().close();
        }
        explainer.close();
    }
}
