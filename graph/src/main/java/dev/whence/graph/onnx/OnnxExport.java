package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attribute;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Value;
import dev.whence.graph.ValueType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes graphs as ONNX files. Reading the file again gives an equal graph, except that real attributes are rounded to
 * float32, the only form the format has.
 */
public final class OnnxExport {
    /** Weights move to a data file by themselves when all of them together come near the 2 GB a file can hold. */
    private static final long MAX_INSIDE = 1_500_000_000L;

    private static final long SMALL = 1024;

    private OnnxExport() {}

    /**
     * Writes a model file; weights go into {@code FILE.data} beside it only if they are too many for one file.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} if the graph is not a whole model or mixes versions of
     *     one domain, {@link ErrorCode#STORE_UNWRITABLE} if the file cannot be written; then nothing is left behind
     */
    public static void write(Path file, Graph graph) {
        long total = graph.constants().values().stream()
                .mapToLong(c -> c.segment().byteSize())
                .sum();
        write(file, graph, total > MAX_INSIDE ? SMALL : Long.MAX_VALUE);
    }

    /**
     * Writes a model file; constants of more than {@code externalAbove} bytes go into {@code FILE.data} beside it.
     *
     * @throws WhenceException as {@link #write(Path, Graph)}
     */
    public static void write(Path file, Graph graph, long externalAbove) {
        Path target = file.toAbsolutePath().normalize();
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw unwritable(file, "its folder does not exist", null);
        }
        String dataName = target.getFileName() + ".data";
        Path newModel = folder.resolve(target.getFileName() + ".part");
        Path newData = folder.resolve(dataName + ".part");
        try {
            boolean external;
            try (DataFile data = new DataFile(newData, dataName, externalAbove);
                    OutputStream out = Files.newOutputStream(newModel)) {
                model(graph, data).writeTo(out);
                external = data.used();
            }
            if (external) {
                Files.move(newData, folder.resolve(dataName), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(newModel, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(file, e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        } finally {
            delete(newModel);
            delete(newData);
        }
    }

    /**
     * The bytes of a model file with all weights inside.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} as {@link #write(Path, Graph)}
     */
    public static byte[] toBytes(Graph graph) {
        try {
            return model(graph, TensorWriter.INSIDE).toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("nothing is written outside", e);
        }
    }

    private static ModelProto model(Graph graph, TensorWriter tensors) throws IOException {
        Map<String, Integer> opsets = opsets(graph.verify());
        ModelProto.Builder out = ModelProto.newBuilder()
                .setIrVersion(irVersion(opsets.getOrDefault("", OnnxImport.FIRST_OPSET)))
                .setProducerName("whence");
        opsets.forEach((domain, version) -> out.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
        graph.metadata().forEach((key, note) -> out.addMetadataProps(entry(key, note)));
        return out.setGraph(graph(graph, tensors)).build();
    }

    /** The version of the file format that came with a version of the operators; never below 8. */
    private static long irVersion(int opset) {
        if (opset <= 18) {
            return 8;
        }
        return opset <= 22 ? 9 + (opset - 19) / 2 : opset - 12;
    }

    /** The one version of each domain, with those of graphs inside nodes. */
    private static Map<String, Integer> opsets(Graph graph) {
        Map<String, Integer> out = new TreeMap<>();
        Deque<Graph> open = new ArrayDeque<>(List.of(graph));
        while (!open.isEmpty()) {
            for (Node node : open.pop().nodes()) {
                Integer before = out.putIfAbsent(node.domain(), node.opset());
                if (before != null && before != node.opset()) {
                    throw OnnxImport.invalid(
                            "the graph cannot be written: a file has one version of each domain, and node '"
                                    + node.name() + "' is " + node.operatorText() + " while others are of version "
                                    + before);
                }
                open.addAll(node.attributes().graphs());
            }
        }
        out.putIfAbsent("", 17);
        return out;
    }

    static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static GraphProto graph(Graph graph, TensorWriter tensors) throws IOException {
        GraphProto.Builder out = GraphProto.newBuilder().setName(graph.name());
        graph.inputs().forEach(v -> out.addInput(value(v)));
        for (Map.Entry<String, Constant> c : graph.constants().entrySet()) {
            out.addInitializer(tensors.write(c.getKey(), c.getValue()));
        }
        for (Node node : graph.nodes()) {
            out.addNode(node(node));
        }
        graph.outputs().forEach(v -> out.addOutput(value(v)));
        graph.valueInfo().values().forEach(v -> out.addValueInfo(value(v)));
        return out.build();
    }

    /** A graph inside a node keeps its weights inside the file. */
    private static GraphProto inner(Graph graph) throws IOException {
        GraphProto.Builder out = graph(graph, TensorWriter.INSIDE).toBuilder();
        graph.metadata().forEach((key, note) -> out.addMetadataProps(entry(key, note)));
        return out.build();
    }

    private static ValueInfoProto value(Value value) {
        ValueInfoProto.Builder out = ValueInfoProto.newBuilder().setName(value.name());
        return value.declared() instanceof ValueType.Unknown
                ? out.build()
                : out.setType(OnnxTypes.write(value.declared())).build();
    }

    private static NodeProto node(Node node) throws IOException {
        NodeProto.Builder out = NodeProto.newBuilder()
                .setName(node.name())
                .setOpType(node.operator())
                .setDomain(node.domain())
                .addAllInput(node.inputs())
                .addAllOutput(node.outputs());
        for (String name : node.attributes().names()) {
            Attribute attribute = node.attributes().get(name);
            if (attribute != null) {
                out.addAttribute(attribute(name, attribute));
            }
        }
        return out.build();
    }

    private static AttributeProto attribute(String name, Attribute attribute) throws IOException {
        AttributeProto.Builder out = AttributeProto.newBuilder().setName(name);
        switch (attribute) {
            case Attribute.Whole(long value) -> out.setType(AttributeType.INT).setI(value);
            case Attribute.Real(double value) ->
                out.setType(AttributeType.FLOAT).setF((float) value);
            case Attribute.Text(String value) ->
                out.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(value));
            case Attribute.Wholes(List<Long> values) ->
                out.setType(AttributeType.INTS).addAllInts(values);
            case Attribute.Reals(List<Double> values) ->
                out.setType(AttributeType.FLOATS)
                        .addAllFloats(values.stream().map(Double::floatValue).toList());
            case Attribute.Texts(List<String> values) ->
                out.setType(AttributeType.STRINGS)
                        .addAllStrings(
                                values.stream().map(ByteString::copyFromUtf8).toList());
            case Attribute.Tensor(Constant value) ->
                out.setType(AttributeType.TENSOR).setT(TensorWriter.INSIDE.write("", value));
            case Attribute.Tensors(List<Constant> values) -> {
                out.setType(AttributeType.TENSORS);
                for (Constant c : values) {
                    out.addTensors(TensorWriter.INSIDE.write("", c));
                }
            }
            case Attribute.Subgraph(Graph value) ->
                out.setType(AttributeType.GRAPH).setG(inner(value));
            case Attribute.Subgraphs(List<Graph> values) -> {
                out.setType(AttributeType.GRAPHS);
                for (Graph g : values) {
                    out.addGraphs(inner(g));
                }
            }
            case Attribute.Type(ValueType value) ->
                out.setType(AttributeType.TYPE_PROTO).setTp(OnnxTypes.write(value));
        }
        return out.build();
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    private static WhenceException unwritable(Path file, String why, @Nullable Throwable cause) {
        return new WhenceException(ErrorCode.STORE_UNWRITABLE, "Cannot write model '" + file + "': " + why, cause);
    }
}
