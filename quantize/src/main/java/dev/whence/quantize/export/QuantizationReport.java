package dev.whence.quantize.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.quantize.Clipping;
import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.quantize.model.QuantizableLayer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a network was quantized, layer by layer, as it stands in the file itself under {@link #KEY}.
 *
 * @param version of this form, {@link #VERSION}
 * @param format how the file is written, see {@link Format#text}
 * @param settings what the run was asked for, such as its seed; sorted
 * @param layers every layer that could be quantized, in the order in which they run
 * @param budgets what bits were given within, and how much of it is used; empty where there was no budget
 * @param otherFloats number of float32 numbers that belong to no layer
 * @param floatNumbers number of float32 numbers of the float network
 * @param totals over all layers; {@link SizeAccount#of} of the parts above
 */
public record QuantizationReport(
        int version,
        String format,
        Map<String, String> settings,
        List<LayerReport> layers,
        List<BudgetReport> budgets,
        long otherFloats,
        long floatNumbers,
        SizeAccount totals) {
    /** The version that is written, and the highest that is read. */
    public static final int VERSION = 1;

    /** Where the report lies among the notes of a model file. */
    public static final String KEY = "whence.quant.report";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .changeDefaultPropertyInclusion(i -> i.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    /**
     * Copies the collections in; files without budgets have none.
     *
     * @throws IllegalArgumentException if anything else is missing
     */
    public QuantizationReport {
        if (format == null || settings == null || layers == null || totals == null) {
            throw new IllegalArgumentException("format, settings, layers or totals are missing");
        }
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        layers = List.copyOf(layers);
        budgets = List.copyOf(Objects.requireNonNullElse(budgets, List.of()));
    }

    /**
     * Of a network as it would be written.
     *
     * @param contributions how much layers contributed, by name; may lack some or all
     * @param settings anything that is to be kept
     * @throws WhenceException as {@link QuantizedExport#graph}
     */
    public static QuantizationReport of(
            QuantizedModel model, Format format, Map<String, Double> contributions, Map<String, String> settings) {
        return of(model, QuantizedGraph.of(model, format), format, contributions, settings, List.of());
    }

    static QuantizationReport of(
            QuantizedModel model,
            QuantizedGraph graph,
            Format format,
            Map<String, Double> contributions,
            Map<String, String> settings,
            List<BudgetReport> budgets) {
        Map<String, QuantizedLayer> quantized = new HashMap<>();
        model.layers().forEach(l -> quantized.put(l.layer().name(), l));
        List<LayerReport> layers = new ArrayList<>();
        long inFloatLayers = 0;
        for (QuantizableLayer layer : model.model().layers()) {
            QuantizedLayer to = quantized.get(layer.name());
            LayerReport report = LayerReport.of(layer, to, clipping(model, layer), contributions.get(layer.name()));
            layers.add(report);
            inFloatLayers += keptNumbers(layer, to);
        }
        long others = Math.max(0, graph.otherFloats() - inFloatLayers);
        long all = numbers(model.model().graph());
        return new QuantizationReport(
                VERSION, format.text(), settings, layers, budgets, others, all, SizeAccount.of(layers, others, all));
    }

    private static @Nullable Clipping clipping(QuantizedModel model, QuantizableLayer layer) {
        String normalization = layer.data().normalization();
        return normalization == null ? null : model.clippings().get(normalization);
    }

    /** Numbers that are counted with their layer although their constant stays in the graph. */
    private static long keptNumbers(QuantizableLayer layer, @Nullable QuantizedLayer to) {
        long weights = to == null || to.weight() == null ? layer.parameters() : 0;
        long biases = layer.bias() == null || (to != null && to.bias() != null)
                ? 0
                : layer.bias().data().elements();
        return weights + biases;
    }

    private static long numbers(Graph graph) {
        return graph.constants().values().stream()
                .filter(c -> !c.isText() && c.type().isFloating())
                .mapToLong(Constant::elements)
                .sum();
    }

    /** The report that a model carries, or nothing if it carries none. */
    public static Optional<QuantizationReport> of(Graph graph) {
        return Optional.ofNullable(graph.metadata().get(KEY)).map(QuantizationReport::parse);
    }

    /**
     * Reads {@link #toJson}.
     *
     * @throws WhenceException {@link ErrorCode#INPUT_INVALID} if it is no such text, or of a later version
     */
    public static QuantizationReport parse(String json) {
        try {
            JsonNode found = MAPPER.readTree(json);
            int version = found.path("version").asInt(0);
            if (version < 1 || version > VERSION) {
                throw unreadable("it is of version " + version + ", expected " + VERSION);
            }
            return MAPPER.treeToValue(found, QuantizationReport.class);
        } catch (JacksonException | NullPointerException | IllegalArgumentException e) {
            throw unreadable("it is not the JSON that Whence writes" + reason(e));
        }
    }

    /** What a part found wrong with itself. */
    private static String reason(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalArgumentException) {
                return ": " + cause.getMessage();
            }
        }
        return "";
    }

    private static WhenceException unreadable(String why) {
        return new WhenceException(
                ErrorCode.INPUT_INVALID,
                "The report of quantization in the model ('" + KEY + "') cannot be read: " + why + ".");
    }

    /** As JSON on one line; the same report gives the same text. */
    public String toJson() {
        return MAPPER.writeValueAsString(this);
    }
}
