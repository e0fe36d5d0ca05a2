package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.quantize.evaluation.Classification;
import dev.whence.quantize.evaluation.Evaluation;
import dev.whence.quantize.evaluation.ExplanationDrift;
import dev.whence.quantize.evaluation.Fidelity;
import dev.whence.quantize.evaluation.Latency;
import dev.whence.quantize.evaluation.RunReport;
import dev.whence.quantize.export.QuantizationReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The work of {@code whence quantize evaluate}. */
final class QuantizeEvaluating {
    private static final String LINE = "%-16s %s%n";

    private QuantizeEvaluating() {}

    static int run(QuantizeEvaluateCommand command) {
        if (command.images.isEmpty()) {
            throw new WhenceException(
                    ErrorCode.USAGE, "No examples are given; add --images FILE with some that were not calibrated on.");
        }
        requireAtLeast("--explain", command.explained, 0);
        requireAtLeast("--runs", command.runs, 0);
        requireAtLeast("--timed-threads", command.timedThreads, 1);
        ResultFiles files = QuantizedComparison.place(command.report, List.of(command.original, command.quantized));
        long[] labels = command.labels == null ? null : labels(command.labels);
        RunReport report;
        try (ConsoleProgress progress = command.common.progress(command.console, command.cancellation)) {
            CalibrationOptions options = new CalibrationOptions();
            options.files = command.images;
            options.image = command.image;
            options.threads = command.threads;
            CalibrationOptions.Read read = options.read(command.original, progress);
            report = measured(command, read, labels, progress);
        }
        command.cancellation.check();
        QuantizedComparison.write(files, report);
        report.warnings().forEach(sentence -> command.common.notice(command.console, "note: " + sentence));
        if (command.common.json) {
            command.console.out().println(toJson(report));
        } else {
            print(command.console, report);
            if (!files.isEmpty()) {
                command.console.out().println("written: " + files.text());
            }
        }
        return ExitCode.DONE;
    }

    private static RunReport measured(
            QuantizeEvaluateCommand command,
            CalibrationOptions.Read read,
            long @Nullable [] labels,
            ConsoleProgress progress) {
        Graph quantized = OnnxModel.load(command.quantized).graph();
        QuantizedComparison both =
                new QuantizedComparison(read.graph(), quantized, command.original, command.quantized, read.examples());
        RunReport report = RunReport.of(command.original, command.quantized).withWarnings(List.copyOf(read.notices()));
        QuantizationReport found = QuantizationReport.of(quantized).orElse(null);
        report = found == null ? report : report.with(found);
        report = both.results(report, labels, progress);
        report = both.evidence(report, command.explained, progress);
        return command.runs == 0
                ? report
                : both.latency(
                        report,
                        Latency.Settings.USUAL
                                .withThreads(command.timedThreads)
                                .withRuns(Latency.Settings.USUAL.warmUps(), command.runs),
                        progress);
    }

    private static void requireAtLeast(String option, int value, int least) {
        if (value < least) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Option " + option + " must be at least " + least + "; found " + value + ".");
        }
    }

    private static long[] labels(Path file) {
        NdArray found = Npy.read(file);
        boolean isColumn = found.rank() == 1 || (found.rank() == 2 && found.dimension(1) == 1);
        if (found.type().isFloating() || !isColumn) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, file + ": holds " + found + "; labels are whole numbers, one an example.");
        }
        return found.toLongs();
    }

    private static String toJson(RunReport report) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", "whence-quantize-evaluate");
        all.put("version", 1);
        all.put("report", JsonLine.tree(report.toJson()));
        return JsonLine.write(all);
    }

    private static void print(Console console, RunReport report) {
        PrintWriter out = console.out();
        Ink ink = new Ink(console);
        Evaluation evaluation = Objects.requireNonNull(report.evaluation());
        out.println(ink.bold(report.output()) + " beside " + report.model() + ", " + evaluation.text());
        out.println();
        Classification classes = evaluation.classification();
        if (classes != null) {
            print(out, classes);
        }
        for (Fidelity output : evaluation.outputs()) {
            String text = String.format(
                    Locale.ROOT,
                    "signal over noise %s, relative error %.3g, cosine %.4f",
                    decibels(output),
                    output.relativeError(),
                    output.cosine());
            out.printf(Locale.ROOT, LINE, Summary.shortened(output.name(), 16), text);
        }
        ExplanationDrift drift = report.drift();
        if (drift != null) {
            out.printf(Locale.ROOT, LINE, "same evidence", drift.text());
        }
        Latency latency = report.latency();
        if (latency != null && latency.ratio().isPresent()) {
            out.printf(Locale.ROOT, LINE, "time", latency.text());
        }
        String size = String.format(
                Locale.ROOT, "%.4g kB instead of %.4g kB", report.outputBytes() / 1e3, report.modelBytes() / 1e3);
        out.printf(Locale.ROOT, LINE, "size", size);
        if (!evaluation.layers().isEmpty()) {
            out.println();
            layers(out, ink, evaluation.layers());
        }
    }

    private static void print(PrintWriter out, Classification classes) {
        Classification.Accuracy accuracy = classes.accuracy();
        if (accuracy != null) {
            out.printf(Locale.ROOT, LINE, "right class", accuracy.quantized().text());
            out.printf(Locale.ROOT, LINE, "  original", accuracy.original().text());
            if (classes.classes() > 5) {
                out.printf(
                        Locale.ROOT,
                        LINE,
                        "among five",
                        accuracy.quantizedTop5().text());
                out.printf(
                        Locale.ROOT, LINE, "  original", accuracy.originalTop5().text());
            }
            out.printf(Locale.ROOT, LINE, "McNemar", accuracy.difference().sentence());
        }
        out.printf(Locale.ROOT, LINE, "same class", classes.agreement().text());
        String divergence = String.format(
                Locale.ROOT, "%.4g nats on average, %.4g at most", classes.divergence(), classes.largestDivergence());
        out.printf(Locale.ROOT, LINE, "divergence", divergence);
    }

    private static void layers(PrintWriter out, Ink ink, List<Fidelity> layers) {
        int width = 5;
        for (Fidelity layer : layers) {
            width = Math.max(width, Auditing.ending(layer.name()).length());
        }
        String format = "%-" + width + "s  %17s  %14s%n";
        out.print(ink.bold(String.format(Locale.ROOT, format, "layer", "signal over noise", "relative error")));
        for (Fidelity layer : layers) {
            String error = String.format(Locale.ROOT, "%.3g", layer.relativeError());
            out.printf(Locale.ROOT, format, Auditing.ending(layer.name()), decibels(layer), error);
        }
    }

    private static String decibels(Fidelity fidelity) {
        return Double.isInfinite(fidelity.decibels())
                ? "exact"
                : String.format(Locale.ROOT, "%.1f dB", fidelity.decibels());
    }
}
