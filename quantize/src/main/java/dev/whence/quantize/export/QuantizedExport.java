package dev.whence.quantize.export;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxExport;
import dev.whence.quantize.calibration.QuantizedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes quantized networks.
 *
 * <pre>{@code
 * Graph graph = QuantizedExport.graph(model, Format.INT8_QDQ, Map.of(), Map.of("seed", "0"));
 * QuantizedExport.write(Path.of("vit.int8.onnx"), graph);
 * QuantizationReport report = QuantizationReport.of(graph).orElseThrow();
 * }</pre>
 */
public final class QuantizedExport {
    private QuantizedExport() {}

    /**
     * The graph of a quantized network. Its inputs, outputs and all values that are still there keep their names; what is
     * new begins with the name of its layer. Every layer reads its activations and weights through nodes that give, bit by
     * bit, what its quantizers give; a layer without quantizers for its operands reads its activations as they are. The
     * report lies in the graph's {@linkplain Graph#metadata() metadata}.
     *
     * <p>For integer kernels, {@link Format#INT8_QDQ} rounds the bias of a convolution between two quantizers to a whole number
     * of input scale times weight scale; nothing else differs from what quantizers give.
     *
     * <p>A uniform quantizer whose zero point no byte holds is widened until it reaches zero.
     *
     * @param contributions how much layers contributed, by name, for the report; may lack some or all
     * @param settings anything that the report is to keep, such as the seed
     * @throws WhenceException {@link ErrorCode#USAGE} if the format has no form for a quantizer, {@link
     *     ErrorCode#OPERATOR_UNSUPPORTED} if the model's operators are older than the format needs and cannot be brought
     *     up to date, {@link ErrorCode#INPUT_INVALID} if its weights are not float32
     */
    public static Graph graph(
            QuantizedModel model, Format format, Map<String, Double> contributions, Map<String, String> settings) {
        return graph(model, format, contributions, settings, List.of());
    }

    /**
     * The same with the budgets that bits were given within, for the report.
     *
     * @param budgets see {@link BudgetReport#of}
     */
    public static Graph graph(
            QuantizedModel model,
            Format format,
            Map<String, Double> contributions,
            Map<String, String> settings,
            List<BudgetReport> budgets) {
        QuantizedGraph graph = QuantizedGraph.of(model, format);
        QuantizationReport report = QuantizationReport.of(model, graph, format, contributions, settings, budgets);
        return graph.build(Map.of(QuantizationReport.KEY, report.toJson()));
    }

    /**
     * Writes a graph as an ONNX file, which is either finished or not there.
     *
     * @throws WhenceException {@link ErrorCode#STORE_UNWRITABLE} if it cannot be written
     */
    public static void write(Path file, Graph graph) {
        OnnxExport.write(file, graph);
    }
}
