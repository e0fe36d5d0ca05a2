package dev.whence.graph.operators;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.graph.onnx.OnnxExport;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs one node in float32 here and in ONNX Runtime, which shares no code with this project, and compares all outputs. */
final class OnnxRuntimeOracle {
    /** Both sum up to some hundred products of numbers near 1 in float32. */
    private static final double TOLERANCE = 2e-5;

    private OnnxRuntimeOracle() {}

    /** Compares; every input is fed at run time so that nothing is folded. */
    static void compare(Node node, Map<String, NdArray> inputs) {
        Map<String, NdArray> feeds = new LinkedHashMap<>();
        inputs.forEach((name, value) -> feeds.put(
                name, value.type() == NdArray.Type.FLOAT64 ? NdArray.of(value.toFloats(), value.shape()) : value));
        Map<String, NdArray> ours;
        try (Network network = StandardOperators.network(graph(node, feeds, Map.of()), Precision.FLOAT32)) {
            ours = network.evaluate(feeds);
        }
        Map<String, NdArray> theirs = theirs(OnnxExport.toBytes(graph(node, feeds, ours)), feeds);
        ours.forEach((name, expectedName) -> {
            NdArray expected = theirs.get(name);
            assertThat(expectedName.type()).as("type of " + name).isEqualTo(expected.type());
            assertThat(expectedName.shape()).as("shape of " + name).isEqualTo(expected.shape());
            assertThat(expectedName.toDoubles())
                    .as("%s of %s %s", name, node.operator(), node.attributes())
                    .usingComparatorWithPrecision(TOLERANCE)
                    .containsExactly(expected.toDoubles());
        });
    }

    private static Graph graph(Node node, Map<String, NdArray> feeds, Map<String, NdArray> outputs) {
        Graph.Builder builder = Graph.builder("one node");
        feeds.forEach((name, value) -> builder.input(Value.tensor(name, value.type(), value.shape())));
        builder.node(node);
        for (String name : node.outputs()) {
            NdArray value = outputs.get(name);
            builder.output(value == null ? Value.untyped(name) : Value.tensor(name, value.type(), value.shape()));
        }
        return builder.build();
    }

    private static Map<String, NdArray> theirs(byte[] model, Map<String, NdArray> feeds) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        List<OnnxTensor> open = new ArrayList<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(model, options)) {
            Map<String, OnnxTensor> given = new LinkedHashMap<>();
            for (Map.Entry<String, NdArray> feed : feeds.entrySet()) {
                OnnxTensor tensor = tensor(environment, feed.getValue());
                open.add(tensor);
                given.put(feed.getKey(), tensor);
            }
            Map<String, NdArray> out = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(given)) {
                for (Map.Entry<String, ai.onnxruntime.OnnxValue> entry : result) {
                    out.put(entry.getKey(), array((OnnxTensor) entry.getValue()));
                }
            }
            return out;
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } finally {
            open.forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, NdArray array) throws OrtException {
        return switch (array.type()) {
            case INT64 -> OnnxTensor.createTensor(environment, LongBuffer.wrap(array.toLongs()), array.shape());
            case INT32 -> {
                int[] data = java.util.Arrays.stream(array.toLongs())
                        .mapToInt(Math::toIntExact)
                        .toArray();
                yield OnnxTensor.createTensor(environment, IntBuffer.wrap(data), array.shape());
            }
            case BOOL -> bytes(environment, array, OnnxJavaType.BOOL);
            case UINT8 -> bytes(environment, array, OnnxJavaType.UINT8);
            case INT8 -> bytes(environment, array, OnnxJavaType.INT8);
            default -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(array.toFloats()), array.shape());
        };
    }

    private static OnnxTensor bytes(OrtEnvironment environment, NdArray array, OnnxJavaType type) throws OrtException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(array.size()).order(ByteOrder.nativeOrder());
        for (long value : array.toLongs()) {
            buffer.put((byte) value);
        }
        return OnnxTensor.createTensor(environment, buffer.flip(), array.shape(), type);
    }

    private static NdArray whole(ByteBuffer buffer, NdArray.Type type, long[] shape) {
        long[] data = new long[buffer.remaining()];
        for (int i = 0; i < data.length; i++) {
            data[i] = type == NdArray.Type.UINT8 ? Byte.toUnsignedLong(buffer.get()) : buffer.get();
        }
        return NdArray.ofIntegers(type, data, shape);
    }

    private static NdArray array(OnnxTensor tensor) {
        long[] shape = tensor.getInfo().getShape();
        return switch (tensor.getInfo().type) {
            case INT64 -> {
                LongBuffer buffer = tensor.getLongBuffer();
                long[] data = new long[buffer.remaining()];
                buffer.get(data);
                yield NdArray.of(data, shape);
            }
            case INT32 -> {
                IntBuffer buffer = tensor.getIntBuffer();
                long[] data = new long[buffer.remaining()];
                for (int i = 0; i < data.length; i++) {
                    data[i] = buffer.get();
                }
                yield NdArray.ofIntegers(NdArray.Type.INT32, data, shape);
            }
            case BOOL -> whole(tensor.getByteBuffer(), NdArray.Type.BOOL, shape);
            case UINT8 -> whole(tensor.getByteBuffer(), NdArray.Type.UINT8, shape);
            case INT8 -> whole(tensor.getByteBuffer(), NdArray.Type.INT8, shape);
            default -> {
                FloatBuffer buffer = tensor.getFloatBuffer();
                float[] data = new float[buffer.remaining()];
                buffer.get(data);
                yield NdArray.of(data, shape);
            }
        };
    }
}
