package dev.whence.examples;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.whence.core.NdArray;
import java.nio.FloatBuffer;
import java.util.Map;

/** Another engine, which must find the same. */
public final class Runtime {
    private Runtime() {}

    /** The first output of a model as ONNX Runtime computes it. */
    public static double[] run(Bundled model, String input, NdArray values) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(model.bytes());
                OnnxTensor tensor =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(values.toFloats()), values.shape());
                OrtSession.Result result = session.run(Map.of(input, tensor))) {
            FloatBuffer found = ((OnnxTensor) result.get(0)).getFloatBuffer();
            double[] out = new double[found.remaining()];
            for (int i = 0; i < out.length; i++) {
                out[i] = found.get();
            }
            return out;
        }
    }
}
