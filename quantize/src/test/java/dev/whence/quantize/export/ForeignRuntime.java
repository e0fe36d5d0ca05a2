package dev.whence.quantize.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.whence.core.NdArray;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import dev.whence.graph.onnx.OnnxExport;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs models of one input and one output in ONNX Runtime with its usual optimisations. */
final class ForeignRuntime {
    private ForeignRuntime() {}

    /** The output for all rows of the input, in batches of the size that the model fixes, if it does. */
    static float[] run(Graph graph, NdArray input) {
        Value declared = graph.inputs().getFirst();
        int rows = (int) input.dimension(0);
        int batch = Objects.requireNonNull(declared.shape()).getFirst() instanceof Dimension.Fixed(long size)
                ? (int) size
                : rows;
        List<float[]> parts = new ArrayList<>();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(OnnxExport.toBytes(graph), options)) {
                for (int row = 0; row < rows; row += batch) {
                    parts.add(run(session, declared.name(), input.rows(row, row + batch)));
                }
            }
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        return joined(parts);
    }

    private static float[] run(OrtSession session, String name, NdArray input) throws OrtException {
        try (OnnxTensor tensor = tensor(input);
                OrtSession.Result result = session.run(Map.of(name, tensor))) {
            FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] out = new float[buffer.remaining()];
            buffer.get(out);
            return out;
        }
    }

    private static OnnxTensor tensor(NdArray input) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        return input.type().isFloating()
                ? OnnxTensor.createTensor(environment, FloatBuffer.wrap(input.toFloats()), input.shape())
                : OnnxTensor.createTensor(environment, LongBuffer.wrap(input.toLongs()), input.shape());
    }

    static float[] joined(List<float[]> parts) {
        float[] out = new float[parts.stream().mapToInt(p -> p.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, out, at, part.length);
            at += part.length;
        }
        return out;
    }
}
