package dev.whence.cli;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxExport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Small networks as ONNX files, with inputs, so that commands can be tested without other data. */
final class Networks {
    private Networks() {}

    /** {@code probs = softmax(relu(x w + b) v)} with x: [N, 3], logits: [N, 2]; the dense node is {@code Gemm_hidden}. */
    static Path dense(Path folder) {
        return write(folder.resolve("dense.onnx"), denseGraph().output("probs"));
    }

    private static Graph.Builder denseGraph() {
        return Graph.builder("dense")
                .input("x", NdArray.Type.FLOAT32, -1, 3)
                .constant("w", Constant.of(new float[] {1, -1, 2, 0.5f, 1, -0.5f, -2, 1, 0.25f, 1, 1, 1}, 3, 4))
                .constant("b", Constant.of(new float[] {0.5f, -0.25f, 0.25f, 0}, 4))
                .constant("v", Constant.of(new float[] {1, -1, 0.5f, 2, -1, 1, 0.25f, 0}, 4, 2))
                .node("Gemm", "hidden", "x", "w", "b")
                .node("Relu", "active", "hidden")
                .node("MatMul", "logits", "active", "v")
                .node("Softmax", List.of("logits"), List.of("probs"), Attributes.of("axis", -1L));
    }

    /** {@code y = w . a + 2 b} with a: [N, 2] and b: [N, 1]. */
    static Path twoInputs(Path folder) {
        return write(
                folder.resolve("two.onnx"),
                Graph.builder("two")
                        .input("a", NdArray.Type.FLOAT32, -1, 2)
                        .input("b", NdArray.Type.FLOAT32, -1, 1)
                        .constant("w", Constant.of(new float[] {3, -1}, 2, 1))
                        .constant("two", Constant.of(new float[] {2}, 1))
                        .node("MatMul", "wa", "a", "w")
                        .node("Mul", "bb", "b", "two")
                        .node("Add", "y", "wa", "bb")
                        .output("y"));
    }

    /** A convolution over one-hot DNA {@code [N, 6, 4]}, a rectifier and a mean. */
    static Path dna(Path folder) {
        return write(
                folder.resolve("dna.onnx"),
                Graph.builder("dna")
                        .input("dna", NdArray.Type.FLOAT32, -1, 6, 4)
                        .constant("w", Constant.of(new float[] {1, -1, 0.5f, 0, -0.5f, 2, 0, 1}, 1, 4, 2))
                        .node("Transpose", List.of("dna"), List.of("ncl"), Attributes.of("perm", new long[] {0, 2, 1}))
                        .node("Conv", "found", "ncl", "w")
                        .node("Relu", "active", "found")
                        .node(
                                "ReduceMean",
                                List.of("active"),
                                List.of("score"),
                                Attributes.of("axes", new long[] {2}).with("keepdims", 0L))
                        .output("score"));
    }

    /** Pictures {@code [N, 1, 6, 6]} through a convolution to two scores. */
    static Path picture(Path folder) {
        return write(
                folder.resolve("picture.onnx"),
                Graph.builder("picture")
                        .input("image", NdArray.Type.FLOAT32, -1, 1, 6, 6)
                        .constant("w", Constant.of(new float[] {1, -1, 0.5f, 2, -1, 1, 0.25f, 0.5f}, 2, 1, 2, 2))
                        .node("Conv", "found", "image", "w")
                        .node("Relu", "active", "found")
                        .node("GlobalAveragePool", "mean", "active")
                        .node("Flatten", "score", "mean")
                        .output("score"));
    }

    /** {@code y = round(relu(x))}, through which DeepLIFT has no way. */
    static Path rounding(Path folder) {
        return write(
                folder.resolve("rounding.onnx"),
                Graph.builder("rounding")
                        .input("x", NdArray.Type.FLOAT32, -1, 3)
                        .node("Relu", "active", "x")
                        .node("Round", "rounded", "active")
                        .output("rounded"));
    }

    /** Whole numbers {@code [N, 3]} looked up in a table, summed. */
    static Path tokens(Path folder) {
        return write(
                folder.resolve("tokens.onnx"),
                Graph.builder("tokens")
                        .input("ids", NdArray.Type.INT64, -1, 3)
                        .constant("table", Constant.of(new float[] {0, 0, 1, -1, 2, 0.5f, -1, 3}, 4, 2))
                        .node("Gather", "embedded", "table", "ids")
                        .node("Flatten", "flat", "embedded")
                        .constant("v", Constant.of(new float[] {1, 2, -1, 1, 0.5f, 1}, 6, 1))
                        .node("MatMul", "score", "flat", "v")
                        .output("score"));
    }

    /** Writes a graph as ONNX. */
    static Path write(Path file, Graph.Builder graph) {
        OnnxExport.write(file, graph.build());
        return file;
    }

    /** Writes numbers as float32 npy. */
    static Path npy(Path file, long[] shape, double... values) {
        Npy.write(file, NdArray.of(NdArray.of(values, shape).toFloats(), shape));
        return file;
    }

    /** Two examples for {@link #dense}. */
    static Path denseInput(Path folder) {
        return npy(folder.resolve("x.npy"), new long[] {2, 3}, 1, -2, 0.5, 3, 0.25, -1);
    }

    /** The names in a folder, sorted. */
    static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
