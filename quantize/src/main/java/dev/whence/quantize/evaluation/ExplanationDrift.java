package dev.whence.quantize.evaluation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.explain.Lrp;
import dev.whence.graph.Graph;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether a quantized network still looks at the same evidence: relevance at the input, by layer-wise relevance propagation,
 * in both networks for the same examples and the same target, which is the class that the original network sees.
 *
 * <p>Quantization is taken for what it stands for, the number that it rounds: relevance passes the nodes that quantize
 * unchanged. Every other layer shares by the values that the quantized network really has.
 *
 * @param method the method's name
 * @param units where relevance is compared: at all inputs of real numbers, or at the vectors of tokens
 * @param output the output whose largest element is explained: the network's first
 * @param examples one an example, in order
 */
public record ExplanationDrift(String method, List<String> units, String output, List<Example> examples) {
    /** Copies the lists. */
    public ExplanationDrift {
        units = List.copyOf(units);
        examples = List.copyOf(examples);
    }

    /**
     * One example.
     *
     * @param target the element of the output that is explained, in both networks
     * @param cosine the cosine of the angle between the relevance of both, over all units together, from -1 to 1; NaN where one
     *     is zero throughout
     * @param maps the relevance at each unit, in their order
     */
    public record Example(long target, double cosine, List<Maps> maps) {
        /** Copies the list. */
        public Example {
            maps = List.copyOf(maps);
        }
    }

    /**
     * Relevance at one unit, in one example.
     *
     * @param unit the value
     * @param cosine that of both maps of this unit alone; NaN where one is zero throughout
     * @param input what was explained, without the axis of examples
     * @param original relevance in the original network, in the same shape
     * @param quantized relevance in the quantized network, in the same shape
     */
    public record Maps(
            String unit,
            double cosine,
            @JsonIgnore NdArray input,
            @JsonIgnore NdArray original,
            @JsonIgnore NdArray quantized) {}

    /**
     * Explains both networks. Examples run one by one, or in the batch that a network fixes.
     *
     * @param original the network before quantization
     * @param quantized the quantized network: the same nodes, with others between them that quantize
     * @param inputs inputs by name, examples first
     * @param method {@link Lrp#ATTENTION} or another walk of relevance
     * @param progress told after every example
     * @throws WhenceException {@link ErrorCode#OPERATOR_NO_RULE} if a network has an operator that carries no relevance, {@link
     *     ErrorCode#SHAPE_MISMATCH} if a network fixes a batch of several examples
     */
    public static ExplanationDrift of(
            Graph original, Graph quantized, Map<String, NdArray> inputs, Lrp method, Progress progress) {
        return new DriftRun(original, quantized, inputs, method).run(progress);
    }

    /** The mean cosine over the examples that have one; NaN if none has. */
    public double mean() {
        return examples.stream()
                .mapToDouble(Example::cosine)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }

    /** The smallest cosine of any example; NaN if none has one. */
    public double least() {
        return examples.stream()
                .mapToDouble(Example::cosine)
                .filter(Double::isFinite)
                .min()
                .orElse(Double.NaN);
    }

    /** Mean and smallest cosine, as a person reads them. */
    public String text() {
        if (examples.size() == 1) {
            return String.format(Locale.ROOT, "cosine %.3f, 1 example", mean());
        }
        return String.format(
                Locale.ROOT, "cosine %.3f on average, %.3f at least, %d examples", mean(), least(), examples.size());
    }
}
