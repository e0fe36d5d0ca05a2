package dev.whence.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model, and on what it runs. A command takes them in as a picocli mixin. */
final class ModelOptions {
    @Parameters(index = "0", arity = "1", paramLabel = "MODEL", description = "The ONNX file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path model;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            defaultValue = "float32",
            description = "float32 or float64; float32 is the default.")
    String precision = "float32";

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "auto (the default), cpu or cuda:N.")
    String device = "auto";

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads for one operator; as many as there are processors if it is not given.")
    int threads;
}
