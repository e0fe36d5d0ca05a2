package dev.whence.quantize.evaluation;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.quantize.model.ExampleRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Two networks in ONNX Runtime, run in turns. */
final class LatencyRun {
    private LatencyRun() {}

    static Latency measure(
            Path original, Path quantized, Map<String, NdArray> inputs, Latency.Settings settings, Progress progress) {
        OrtEnvironment environment = environment();
        try (Timed first = new Timed(environment, original, inputs, settings);
                Timed second = new Timed(environment, quantized, inputs, settings)) {
            int all = settings.warmUps() + settings.runs();
            for (int i = 0; i < all; i++) {
                first.run(i >= settings.warmUps());
                second.run(i >= settings.warmUps());
                progress.step(i + 1L, all, "timed runs");
            }
            String runtime = "ONNX Runtime " + environment.getVersion();
            return new Latency(runtime, settings, ExampleRows.count(inputs), first.timing(), second.timing());
        }
    }

    private static OrtEnvironment environment() {
        try {
            return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "whence");
        } catch (LinkageError | IllegalStateException e) {
            throw new WhenceException(
                    ErrorCode.DEVICE_UNAVAILABLE,
                    "ONNX Runtime does not start on this machine, so no time can be measured: " + e.getMessage(),
                    e);
        }
    }

    /** One file as it runs; after a failure it does nothing but keep the reason. */
    private static final class Timed implements AutoCloseable {
        private final Path file;
        private final List<Double> milliseconds = new ArrayList<>();
        private final Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        private @Nullable OrtSession session;
        private String problem = "";

        Timed(OrtEnvironment environment, Path file, Map<String, NdArray> inputs, Latency.Settings settings) {
            this.file = file;
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setIntraOpNumThreads(settings.threads());
                options.setInterOpNumThreads(1);
                options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
                OrtSession opened = environment.createSession(file.toString(), options);
                session = opened;
                for (Map.Entry<String, NodeInfo> input : opened.getInputInfo().entrySet()) {
                    NdArray array = inputs.get(input.getKey());
                    if (array == null) {
                        throw new OrtException("there is no input '" + input.getKey() + "'");
                    }
                    feeds.put(input.getKey(), tensor(environment, array, input.getValue()));
                }
            } catch (OrtException e) {
                fail("load", e);
            }
        }

        void run(boolean counts) {
            OrtSession ready = session;
            if (ready == null || !problem.isEmpty()) {
                return;
            }
            long began = System.nanoTime();
            try (OrtSession.Result result = ready.run(feeds)) {
                double taken = (System.nanoTime() - began) / 1e6;
                if (counts) {
                    milliseconds.add(taken);
                }
            } catch (OrtException e) {
                fail("run", e);
            }
        }

        private void fail(String what, OrtException cause) {
            milliseconds.clear();
            String reason = String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
            problem = "ONNX Runtime cannot " + what + " '" + file.getFileName() + "', so its time is not measured: "
                    + reason + (reason.endsWith(".") ? "" : ".");
        }

        Latency.Timing timing() {
            try {
                return new Latency.Timing(String.valueOf(file.getFileName()), Files.size(file), milliseconds, problem);
            } catch (IOException e) {
                throw new WhenceException(ErrorCode.MODEL_UNREADABLE, "Cannot read '" + file + "': it is gone.", e);
            }
        }

        @Override
        public void close() {
            feeds.values().forEach(OnnxTensor::close);
            OrtSession opened = session;
            if (opened != null) {
                try {
                    opened.close();
                } catch (OrtException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** An array in the type that the file wants: real numbers in their width, whole numbers in theirs. */
    private static OnnxTensor tensor(OrtEnvironment environment, NdArray array, NodeInfo wanted) throws OrtException {
        OnnxJavaType type = wanted.getInfo() instanceof TensorInfo info ? info.type : OnnxJavaType.UNKNOWN;
        int size = array.size();
        ByteBuffer data =
                ByteBuffer.allocateDirect(Math.max(1, size * type.size)).order(ByteOrder.nativeOrder());
        for (int i = 0; i < size; i++) {
            switch (type) {
                case FLOAT -> data.putFloat((float) array.getDouble(i));
                case DOUBLE -> data.putDouble(array.getDouble(i));
                case FLOAT16 -> data.putShort(Float.floatToFloat16((float) array.getDouble(i)));
                case INT64 -> data.putLong(array.getLong(i));
                case INT32 -> data.putInt((int) array.getLong(i));
                case INT16 -> data.putShort((short) array.getLong(i));
                case INT8, UINT8 -> data.put((byte) array.getLong(i));
                case BOOL -> data.put((byte) (array.getLong(i) != 0 ? 1 : 0));
                case BFLOAT16, STRING, UNKNOWN -> throw new OrtException("an input is of type " + type);
            }
        }
        data.flip();
        return OnnxTensor.createTensor(environment, data, array.shape(), type);
    }
}
