package dev.whence.quantize.evaluation;

import dev.whence.core.ErrorCode;
import dev.whence.core.FinishedFile;
import dev.whence.core.WhenceException;
import dev.whence.quantize.allocation.Allocation;
import dev.whence.quantize.allocation.ParetoFrontier;
import dev.whence.quantize.allocation.Width;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything about one run of quantization: where the bits went and why, what was lost, and how fast the result is. Plain
 * numbers, so that a page, a file and a program can all be made of them.
 *
 * @param model the file that was quantized
 * @param output the file that was written; empty if none was
 * @param settings how it was done, as facts for a reader, in order
 * @param layers one a layer, in the order in which they run
 * @param totals the layers together
 * @param certificate the proof that no other bits would be better within the budgets, or null if none were chosen
 * @param pareto the best objective of each mean width; may be empty
 * @param drift whether the quantized network looks at the same evidence, or null
 * @param evaluation what both networks give, or null
 * @param latency how long both take, or null
 * @param warnings what a user should not overlook
 */
public record QuantizationReport(
        String model,
        String output,
        Map<String, String> settings,
        List<Layer> layers,
        Totals totals,
        @Nullable Certificate certificate,
        List<ParetoPoint> pareto,
        @Nullable ExplanationDrift drift,
        @Nullable Evaluation evaluation,
        @Nullable Latency latency,
        List<String> warnings) {
    /** Copies the collections. */
    public QuantizationReport {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        layers = List.copyOf(layers);
        pareto = List.copyOf(pareto);
        warnings = List.copyOf(warnings);
    }

    /**
     * One layer.
     *
     * @param name its name
     * @param kind the part it plays, such as {@code qkv}
     * @param block the place of its block, from 0; -1 outside of blocks
     * @param parameters number of weights; 0 for a product of two activations
     * @param multiplyAccumulates multiplications for one example
     * @param activationElements numbers that it reads for one example
     * @param weightBits bits of its weights, or of the second operand of a product; 32 where it stays float
     * @param activationBits bits of its input; 32 where it stays float
     * @param contribution what it contributes to the result, or null if that was not asked for
     * @param candidates the divergence of the network's output with this layer alone at other widths; may be empty
     * @param storage how its weights are kept
     * @param quantizers what quantizes its activations, one sentence each, such as {@code uniform, scale 0.021, zero 128}
     */
    public record Layer(
            String name,
            String kind,
            int block,
            long parameters,
            long multiplyAccumulates,
            long activationElements,
            int weightBits,
            int activationBits,
            @Nullable Contribution contribution,
            List<Candidate> candidates,
            Storage storage,
            List<String> quantizers) {
        /** Copies the lists. */
        public Layer {
            candidates = List.copyOf(candidates);
            quantizers = List.copyOf(quantizers);
        }

        /** Bits of weights times bits of activations, over all multiplications for one example. */
        double bitOperations() {
            return (double) multiplyAccumulates * weightBits * activationBits;
        }
    }

    /**
     * What a layer contributes.
     *
     * @param mean the mean over examples
     * @param deviation the standard deviation over examples
     * @param rank its place among all, 1 for the largest
     * @param signed the mean of signed shares: below zero where the layer speaks against the result
     */
    public record Contribution(double mean, double deviation, int rank, double signed) {}

    /**
     * A width that was tried for one layer alone.
     *
     * @param width the width
     * @param divergence the Kullback-Leibler divergence from the original's output, in nats
     */
    public record Candidate(Width width, double divergence) {}

    /**
     * How the weights of a layer are kept.
     *
     * @param bytes of codes, scales, zero points and bias together, packed
     * @param decibels signal over the noise of rounding its weights; NaN for a product
     * @param smallestScale the smallest scale of any output channel; NaN for a product
     * @param largestScale the largest
     * @param clip how channels of its input were clipped, such as {@code t 0.98, alpha 1}; empty if they were not
     */
    public record Storage(long bytes, double decibels, double smallestScale, double largestScale, String clip) {}

    /**
     * The layers together.
     *
     * @param layerBytes the sum of the layers' bytes
     * @param otherBytes bytes of everything that stays float32 outside of layers
     * @param fileBytes size of the written file; 0 if none was
     * @param originalBytes size of the file before
     * @param averageWeightBits mean bits of a weight
     * @param averageActivationBits mean bits of a number that layers read
     * @param bitOperations bits of weights times bits of activations, over all multiplications for one example
     * @param operationShare that, as a share of what 32 bits for everything take
     */
    public record Totals(
            long layerBytes,
            long otherBytes,
            long fileBytes,
            long originalBytes,
            double averageWeightBits,
            double averageActivationBits,
            double bitOperations,
            double operationShare) {
        /** The totals of some layers; means are NaN where there is nothing to take the mean of. */
        public static Totals of(List<Layer> layers, long otherBytes, long fileBytes, long originalBytes) {
            double weights = 0;
            double weightBits = 0;
            double activations = 0;
            double activationBits = 0;
            double operations = 0;
            double full = 0;
            long bytes = 0;
            for (Layer layer : layers) {
                weights += layer.parameters();
                weightBits += (double) layer.parameters() * layer.weightBits();
                activations += layer.activationElements();
                activationBits += (double) layer.activationElements() * layer.activationBits();
                operations += layer.bitOperations();
                full += (double) layer.multiplyAccumulates() * Float.SIZE * Float.SIZE;
                bytes += layer.storage().bytes();
            }
            return new Totals(
                    bytes,
                    otherBytes,
                    fileBytes,
                    originalBytes,
                    weightBits / weights,
                    activationBits / activations,
                    operations,
                    operations / full);
        }

        /** Everything packed, in bytes. */
        public long packedBytes() {
            return layerBytes + otherBytes;
        }
    }

    /**
     * The proof of an allocation.
     *
     * @param objective the name of what was made small, such as {@code lrp}
     * @param value its value
     * @param bound what no widths within the budgets can be below
     * @param gap value less bound; 0 where the widths are proved best
     * @param budgets how far each budget is used
     */
    public record Certificate(String objective, double value, double bound, double gap, List<BudgetLine> budgets) {
        /** Copies the list. */
        public Certificate {
            budgets = List.copyOf(budgets);
        }

        /** The certificate of an allocation. */
        public static Certificate of(String objective, Allocation allocation) {
            return new Certificate(
                    objective,
                    allocation.objective(),
                    allocation.bound(),
                    allocation.gap(),
                    allocation.budgets().stream()
                            .map(use -> new BudgetLine(
                                    use.budget().resource().unit(),
                                    use.budget().limit(),
                                    use.used(),
                                    use.slack(),
                                    use.shadowPrice()))
                            .toList());
        }
    }

    /**
     * One budget.
     *
     * @param unit what it counts
     * @param limit how much there is
     * @param used how much is used
     * @param slack how much is left
     * @param shadowPrice by how much the objective would fall for one more
     */
    public record BudgetLine(String unit, double limit, double used, double slack, double shadowPrice) {}

    /**
     * The best that a mean width allows.
     *
     * @param averageBits the mean width
     * @param objective the smallest objective within it
     */
    public record ParetoPoint(double averageBits, double objective) {
        /** The points of a frontier. */
        public static List<ParetoPoint> of(ParetoFrontier frontier) {
            return frontier.points().stream()
                    .map(point -> new ParetoPoint(
                            point.averageBits(), point.allocation().objective()))
                    .toList();
        }
    }

    /** Everything as JSON on one line; relevance maps are left out, what JSON has no number for is a text such as "NaN". */
    public String toJson() {
        return JsonMapper.shared().writeValueAsString(this);
    }

    /**
     * Writes {@link #toJson} to a file.
     *
     * @throws WhenceException with {@link ErrorCode#STORE_UNWRITABLE} if the place cannot be written
     */
    public void writeJson(Path file) {
        FinishedFile.writeText(file, toJson() + "\n");
    }
}
