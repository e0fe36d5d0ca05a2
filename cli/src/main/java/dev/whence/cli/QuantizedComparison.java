package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.explain.Lrp;
import dev.whence.graph.Graph;
import dev.whence.quantize.evaluation.Evaluation;
import dev.whence.quantize.evaluation.ExplanationDrift;
import dev.whence.quantize.evaluation.Latency;
import dev.whence.quantize.evaluation.QuantizationPage;
import dev.whence.quantize.evaluation.RunReport;
import dev.whence.quantize.model.ExampleRows;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network and its quantized form, measured side by side and told in a report.
 *
 * @param original the network before quantization, as it runs
 * @param quantized the quantized network
 * @param originalFile its file
 * @param quantizedFile the quantized file
 * @param inputs examples by input name
 */
record QuantizedComparison(
        Graph original, Graph quantized, Path originalFile, Path quantizedFile, Map<String, NdArray> inputs) {

    /** Adds what both give, with accuracies if there are labels. */
    RunReport results(RunReport to, long @Nullable [] labels, Progress progress) {
        return to.with(Evaluation.of(original, quantized, inputs, labels, progress));
    }

    /** Adds whether both look at the same evidence, on the first examples; a note where that cannot be told. */
    RunReport evidence(RunReport to, int examples, Progress progress) {
        if (examples < 1) {
            return to;
        }
        try {
            return to.with(ExplanationDrift.of(
                    original, quantized, ExampleRows.first(original, inputs, examples), Lrp.ATTENTION, progress));
        } catch (WhenceException e) {
            return to.withWarnings(List.of(sentence(e, "Evidence is not compared: ")));
        }
    }

    /** Adds how long both take in ONNX Runtime; a note where that cannot be told. */
    RunReport latency(RunReport to, Latency.Settings settings, Progress progress) {
        try {
            return to.with(Latency.measure(
                    originalFile, quantizedFile, ExampleRows.first(original, inputs, 1), settings, progress));
        } catch (WhenceException e) {
            return to.withWarnings(List.of(sentence(e, "")));
        }
    }

    private static String sentence(WhenceException problem, String before) {
        if (problem.code() == ErrorCode.CANCELLED) {
            throw problem;
        }
        return before + problem.getMessage();
    }

    /** The place of a report, checked before any work begins, or none. */
    static ResultFiles place(@Nullable Path report, List<Path> read) {
        return ResultFiles.of(
                report == null ? List.of() : List.of(report),
                EnumSet.of(ResultFiles.Kind.HTML, ResultFiles.Kind.JSON),
                read);
    }

    /** Writes a report to its place. */
    static void write(ResultFiles files, RunReport report) {
        files.write(report::toJson, () -> "", () -> QuantizationPage.of(report));
    }
}
