package dev.whence.quantize.evaluation;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A quantized network beside the one it came from, on the same examples, both run by Whence.
 *
 * <pre>{@code
 * Graph original = OnnxModel.load(Path.of("vit.onnx")).graph();
 * Graph quantized = OnnxModel.load(Path.of("vit-int8.onnx")).graph();
 * Evaluation found = Evaluation.of(original, quantized, Map.of("image", images), labels, Progress.SILENT);
 * }</pre>
 *
 * @param examples how many examples there were
 * @param outputs how near each output of the network is
 * @param classification how both classify, if the first output is one row of scores an example; else null
 * @param layers how near the result of each layer is, in the order in which they run: values whose names both networks have
 * @param warnings what must be known to read the numbers
 */
public record Evaluation(
        int examples,
        List<Fidelity> outputs,
        @Nullable Classification classification,
        List<Fidelity> layers,
        List<String> warnings) {
    /** Copies the lists. */
    public Evaluation {
        outputs = List.copyOf(outputs);
        layers = List.copyOf(layers);
        warnings = List.copyOf(warnings);
    }

    /**
     * Runs both networks and compares. Examples run in batches, or in the batch that a network fixes; no result depends on it.
     *
     * @param original the network before quantization
     * @param quantized the quantized network, with the same inputs and outputs
     * @param inputs inputs by name, examples first
     * @param labels the class of each example, or null if they are not known
     * @param progress told after every batch
     * @throws WhenceException {@link ErrorCode#SHAPE_MISMATCH} if inputs or outputs of the two networks differ or the examples do
     *     not fill a fixed batch, {@link ErrorCode#INPUT_INVALID} if labels are not one class an example
     */
    public static Evaluation of(
            Graph original, Graph quantized, Map<String, NdArray> inputs, long @Nullable [] labels, Progress progress) {
        return new EvaluationRun(original, quantized, inputs, labels).run(progress);
    }

    /** How many examples, in words. */
    public String text() {
        return examples + (examples == 1 ? " example" : " examples");
    }
}
