package dev.whence.cli;

import dev.whence.cli.inputs.Declared;
import dev.whence.cli.inputs.ImagePreparation;
import dev.whence.cli.inputs.InputOptions;
import dev.whence.cli.inputs.Inputs;
import dev.whence.cli.inputs.LoadedInput;
import dev.whence.cli.inputs.ModelNotes;
import dev.whence.cli.inputs.NamedFile;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.rewrite.Rewrites;
import dev.whence.quantize.pieces.PieceCache;
import dev.whence.tensor.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The examples on which a network is quantized. A command takes them in as a picocli mixin. */
final class CalibrationOptions {
    @Option(
            names = {"-c", "--calibrate"},
            arity = "1..*",
            paramLabel = "[NAME=]FILE",
            description =
                    "Examples without labels: npy, npz, CSV, or pictures or a folder of them. Some 32 are enough for "
                            + "ranges, 256 are better for corrections. NAME=FILE for a model with several inputs.")
    List<String> files = new ArrayList<>();

    @Option(
            names = "--image",
            paramLabel = "SETTINGS",
            description = "How pixels become numbers; see 'whence explain --help'.")
    @Nullable
    String image;

    @Option(
            names = "--cache",
            paramLabel = "FOLDER",
            description = "Keeps every finished piece of work in a folder: a stopped run goes on where it stopped, and "
                    + "one that is repeated, or has another budget, does again only what is different.")
    @Nullable
    Path cache;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads for one operator; as many as there are processors if it is not given.")
    int threads;

    /**
     * Where pieces of work are kept, or nowhere.
     *
     * @throws WhenceException if nothing can be written there
     */
    PieceCache pieces() {
        return cache == null ? PieceCache.none() : PieceCache.in(cache);
    }

    /**
     * A model and the examples for it.
     *
     * @param graph with batch normalisation folded into the layers beside it
     * @param examples by input name, one row an example
     * @param notices what was changed on the way from the files, or looks strange
     */
    record Read(Graph graph, Map<String, NdArray> examples, Set<String> notices) {}

    /**
     * Reads both.
     *
     * @throws WhenceException with one sentence on whatever is wrong with either
     */
    Read read(Path model, Progress progress) {
        if (files.isEmpty()) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "No calibration examples are given; add --calibrate FILE with some 32 to 256 of them, or a folder.");
        }
        if (threads < 0) {
            throw new WhenceException(ErrorCode.USAGE, "Option --threads must be at least 1; found " + threads + ".");
        }
        InputOptions options = InputOptions.DEFAULT;
        if (image != null) {
            options = options.withImage(ImagePreparation.parse(image));
        }
        Engine.start(progress);
        if (threads > 0) {
            Engine.setThreads(threads);
        }
        Graph graph = OnnxModel.load(model).graph();
        List<Declared> declared = graph.inputs().stream()
                .map(value -> Session.declared(value, Precision.FLOAT32))
                .toList();
        List<NamedFile> named = files.stream().map(NamedFile::parse).toList();
        Map<String, LoadedInput> loaded = Inputs.load(named, declared, options.orElse(ModelNotes.beside(model)));
        Map<String, NdArray> examples = new LinkedHashMap<>();
        Set<String> notices = new LinkedHashSet<>();
        loaded.forEach((name, input) -> {
            requireRows(input);
            examples.put(name, input.values().rows(0, input.examples()));
            notices.addAll(input.notices());
        });
        return new Read(Rewrites.apply(graph, Rewrites.FOLDING).graph(), examples, notices);
    }

    private static void requireRows(LoadedInput input) {
        if (input.examples() < 1 || input.values().rank() == 0) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, input.source() + ": holds no examples; at least one is needed.");
        }
    }
}
