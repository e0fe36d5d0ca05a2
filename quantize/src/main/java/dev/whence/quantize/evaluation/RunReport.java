package dev.whence.quantize.evaluation;

import dev.whence.core.ErrorCode;
import dev.whence.core.FinishedFile;
import dev.whence.core.WhenceException;
import dev.whence.quantize.allocation.Allocation;
import dev.whence.quantize.allocation.ParetoFrontier;
import dev.whence.quantize.export.QuantizationReport;
import dev.whence.quantize.pipeline.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything that is known of a quantized network: where the bits went and why, what was lost, and how fast the result is.
 * Plain numbers, so that a page, a file and a program can all be made of them. What is not known is null or empty.
 *
 * <pre>{@code
 * RunReport report = RunReport.of(Path.of("vit.onnx"), Path.of("vit3.onnx"))
 *         .with(quantization)
 *         .with(outcome)
 *         .with(evaluation)
 *         .with(drift)
 *         .with(latency);
 * QuantizationPage.of(report).write(Path.of("vit3.html"));
 * }</pre>
 *
 * @param model the file before quantization
 * @param output the quantized file
 * @param modelBytes size of the file before
 * @param outputBytes size of the quantized file
 * @param quantization what the quantized file says of itself, or null if it says nothing
 * @param layers what is known of layers beyond that, in the order in which they run
 * @param trials the objectives that were tried
 * @param certificate the proof that no other bits would be better within the budgets, or null
 * @param pareto the best objective of each mean width
 * @param drift whether the quantized network looks at the same evidence, or null
 * @param evaluation what both networks give, or null
 * @param latency how long both take, or null
 * @param warnings what a user should not overlook
 */
public record RunReport(
        String model,
        String output,
        long modelBytes,
        long outputBytes,
        @Nullable QuantizationReport quantization,
        List<LayerFindings> layers,
        List<Trial> trials,
        @Nullable Certificate certificate,
        List<ParetoPoint> pareto,
        @Nullable ExplanationDrift drift,
        @Nullable Evaluation evaluation,
        @Nullable Latency latency,
        List<String> warnings) {
    /** Copies the collections. */
    public RunReport {
        layers = List.copyOf(layers);
        trials = List.copyOf(trials);
        pareto = List.copyOf(pareto);
        warnings = warnings.stream().distinct().toList();
    }

    /**
     * An objective that was tried.
     *
     * @param objective its name, such as {@code lrp}
     * @param divergence how far the finished network's answers are from the original's, on examples that no score was taken from
     * @param kept whether it was kept
     */
    public record Trial(String objective, double divergence, boolean kept) {}

    /**
     * The proof of an allocation.
     *
     * @param objective the name of what was made small
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

        static Certificate of(String objective, Allocation allocation) {
            List<BudgetLine> budgets = allocation.budgets().stream()
                    .map(use -> new BudgetLine(
                            use.budget().resource().unit(),
                            use.budget().limit(),
                            use.used(),
                            use.slack(),
                            use.shadowPrice()))
                    .toList();
            return new Certificate(objective, allocation.objective(), allocation.bound(), allocation.gap(), budgets);
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
        static List<ParetoPoint> of(@Nullable ParetoFrontier frontier) {
            return frontier == null
                    ? List.of()
                    : frontier.points().stream()
                            .map(point -> new ParetoPoint(
                                    point.averageBits(), point.allocation().objective()))
                            .toList();
        }
    }

    /** A report that is being put together. */
    private static final class Draft {
        private final String model;
        private final String output;
        private final long modelBytes;
        private final long outputBytes;
        private @Nullable QuantizationReport quantization;
        private List<LayerFindings> layers = List.of();
        private List<Trial> trials = List.of();
        private @Nullable Certificate certificate;
        private List<ParetoPoint> pareto = List.of();
        private @Nullable ExplanationDrift drift;
        private @Nullable Evaluation evaluation;
        private @Nullable Latency latency;
        private final List<String> warnings = new ArrayList<>();

        Draft(String model, String output, long modelBytes, long outputBytes) {
            this.model = model;
            this.output = output;
            this.modelBytes = modelBytes;
            this.outputBytes = outputBytes;
        }

        RunReport report() {
            return new RunReport(
                    model,
                    output,
                    modelBytes,
                    outputBytes,
                    quantization,
                    layers,
                    trials,
                    certificate,
                    pareto,
                    drift,
                    evaluation,
                    latency,
                    warnings);
        }
    }

    /** This report with something changed, and further warnings. */
    private RunReport changed(List<String> further, Consumer<Draft> change) {
        Draft draft = new Draft(model, output, modelBytes, outputBytes);
        draft.quantization = quantization;
        draft.layers = layers;
        draft.trials = trials;
        draft.certificate = certificate;
        draft.pareto = pareto;
        draft.drift = drift;
        draft.evaluation = evaluation;
        draft.latency = latency;
        draft.warnings.addAll(warnings);
        draft.warnings.addAll(further);
        change.accept(draft);
        return draft.report();
    }

    /**
     * A report that knows two files and nothing else.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_UNREADABLE} if one cannot be read
     */
    public static RunReport of(Path model, Path output) {
        return new Draft(
                        String.valueOf(model.getFileName()),
                        String.valueOf(output.getFileName()),
                        size(model),
                        size(output))
                .report();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new WhenceException(
                    ErrorCode.MODEL_UNREADABLE, "Cannot read '" + file + "': there is no such file.", e);
        }
    }

    /** The same with what the quantized file says of itself. */
    public RunReport with(QuantizationReport found) {
        return changed(List.of(), draft -> draft.quantization = found);
    }

    /** The same with what a run of quantization found. */
    public RunReport with(Outcome outcome) {
        return changed(outcome.warnings(), draft -> {
            draft.layers = LayerFindings.of(outcome);
            draft.trials = outcome.trials().stream()
                    .map(t -> new Trial(t.objective().text(), t.divergence(), t.equals(outcome.chosen())))
                    .toList();
            draft.certificate = Certificate.of(
                    outcome.chosen().objective().text(), outcome.chosen().allocation());
            draft.pareto = ParetoPoint.of(outcome.frontier());
        });
    }

    /** The same with a comparison of evidence. */
    public RunReport with(ExplanationDrift found) {
        return changed(List.of(), draft -> draft.drift = found);
    }

    /** The same with a comparison of results, and its warnings. */
    public RunReport with(Evaluation found) {
        return changed(found.warnings(), draft -> draft.evaluation = found);
    }

    /** The same with latencies, and their warnings. */
    public RunReport with(Latency found) {
        return changed(found.warnings(), draft -> draft.latency = found);
    }

    /** The same with further warnings. */
    public RunReport withWarnings(List<String> further) {
        return changed(further, draft -> {});
    }

    /** What is known of a layer beyond what the file says. */
    Optional<LayerFindings> findings(String layer) {
        return layers.stream().filter(l -> l.name().equals(layer)).findFirst();
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
