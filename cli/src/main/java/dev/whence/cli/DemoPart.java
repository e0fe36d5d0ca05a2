package dev.whence.cli;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.ConvergenceReport;
import dev.whence.report.AttributionPage;
import dev.whence.report.Example;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One network of the demo: what it said about a few inputs, and how three methods explain it.
 *
 * @param name a word for files and anchors, such as {@code digits}
 * @param title a heading
 * @param lead what is asked and how to read the answer
 * @param predictions what the network says about each input
 * @param examples what the inputs look like
 * @param attributions one a method, all of the same inputs
 */
record DemoPart(
        String name,
        String title,
        String lead,
        List<Prediction> predictions,
        List<Example> examples,
        List<Attribution> attributions) {

    /**
     * What a network says about an input.
     *
     * @param input the input's name
     * @param expected what is true
     * @param found what the network says
     */
    record Prediction(String input, String expected, String found) {
        /** Whether the network is right. */
        boolean isRight() {
            return expected.equals(found);
        }
    }

    /** Whether the network is right about every input. */
    boolean isRight() {
        return predictions.stream().allMatch(Prediction::isRight);
    }

    /** Whether the scores of every method that promises it add up. */
    boolean addsUp() {
        return attributions.stream().allMatch(a -> report(a).verdict() != ConvergenceReport.Verdict.FAIL);
    }

    /** The check of a method's sums. */
    static ConvergenceReport report(Attribution attribution) {
        return ConvergenceReport.of(attribution, ConvergenceReport.Precision.FLOAT32);
    }

    /** This part as a page. */
    AttributionPage page() {
        return AttributionPage.of(title, attributions, examples)
                .withLead(lead)
                .withLabels(attributions.stream().map(a -> a.method().name()).toList());
    }

    /** The numbers of this part as plain values. */
    Map<String, Object> summary() {
        List<Map<String, Object>> inputs = new ArrayList<>();
        for (Prediction prediction : predictions) {
            Map<String, Object> input = new LinkedHashMap<>();
            input.put("name", prediction.input());
            input.put("expected", prediction.expected());
            input.put("found", prediction.found());
            input.put("right", prediction.isRight());
            inputs.add(input);
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("network", name);
        out.put("right", isRight());
        out.put("addsUp", addsUp());
        out.put("inputs", inputs);
        out.put("methods", attributions.stream().map(DemoPart::summary).toList());
        return out;
    }

    private static Map<String, Object> summary(Attribution attribution) {
        ConvergenceReport report = report(attribution);
        List<Map<String, Object>> examples = new ArrayList<>();
        for (ConvergenceReport.Example example : report.examples()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("value", example.target());
            row.put("reference", example.reference());
            row.put("sum", attribution.sum(example.index()));
            row.put("delta", example.delta());
            row.put("tolerance", example.tolerance());
            row.put("passed", example.passed());
            examples.add(row);
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("method", attribution.method().name());
        out.put("promisesSum", attribution.method().completeness() != Completeness.NONE);
        out.put("verdict", report.verdict());
        out.put(
                "target",
                attribution.target().node() + " [" + attribution.target().selection() + "]");
        out.put("reference", attribution.reference().description());
        out.put("examples", examples);
        return out;
    }
}
