package dev.whence.quantize.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxExport;
import java.nio.FloatBuffer;
import java.util.Map;

/** Runs models of one input and one output in ONNX Runtime with its usual optimisations. */
final class ForeignRuntime {
    private ForeignRuntime() {}

    static float[] run(Graph graph, NdArray input) {
        return run(OnnxExport.toBytes(graph), graph.inputs().getFirst().name(), input);
    }

    private static float[] run(byte[] model, String name, NdArray input) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(model, options);
                    OnnxTensor tensor =
                            OnnxTensor.createTensor(environment, FloatBuffer.wrap(input.toFloats()), input.shape());
                    OrtSession.Result result = session.run(Map.of(name, tensor))) {
                FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
                float[] out = new float[buffer.remaining()];
                buffer.get(out);
                return out;
            }
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
