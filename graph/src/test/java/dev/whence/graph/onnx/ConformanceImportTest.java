package dev.whence.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("golden")
class ConformanceImportTest {

    @Test
    void everyCaseIsReadOrRefusedInOneSentence() {
        List<ConformanceCases.Case> cases = ConformanceCases.list();
        assumeFalse(cases.isEmpty(), "not tested: no conformance cases beside the project");
        List<String> refusedPassing = new ArrayList<>();
        Map<String, Integer> counts = new TreeMap<>();
        Map<String, Integer> reasons = new TreeMap<>();
        for (ConformanceCases.Case c : cases) {
            String outcome;
            try {
                readEverything(c);
                outcome = "read";
            } catch (WhenceException e) {
                outcome = "refused";
                reasons.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
                assertThat(e.getMessage()).as(c.name()).doesNotContain("\n").isNotBlank();
                if (c.verdict().equals("pass")) {
                    refusedPassing.add(c.name() + ": " + e.getMessage());
                }
            }
            counts.merge(outcome + " (ONNX Runtime: " + c.verdict() + ")", 1, Integer::sum);
        }
        assertThat(refusedPassing)
                .as("counts %s, reasons %s, refused though ONNX Runtime passes", counts, reasons)
                .isEmpty();
    }

    private static void readEverything(ConformanceCases.Case c) {
        Graph graph = OnnxModel.read(c.model(), null).graph();
        assertThat(graph.toText()).as(c.name()).startsWith("graph ");
        assertThat(c.dataSets()).as(c.name()).isNotEmpty();
        for (ConformanceCases.DataSet set : c.dataSets()) {
            read(set.inputs(), graph.inputs());
            read(set.outputs(), graph.outputs());
        }
    }

    private static void read(List<byte @Nullable []> files, List<Value> values) {
        for (int i = 0; i < files.size(); i++) {
            byte[] bytes = files.get(i);
            if (bytes != null) {
                OnnxData.read(bytes, values.get(i).declared());
            }
        }
    }
}
