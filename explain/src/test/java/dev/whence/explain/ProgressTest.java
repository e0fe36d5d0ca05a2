package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.CancellableProgress;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressTest {
    private static final Map<String, NdArray> INPUT = Map.of("x", NdArray.of(new float[80], 8, 10));

    private static Explainer explainer() {
        return Explainer.of(
                Graph.builder("net")
                        .input("x", NdArray.Type.FLOAT32, -1, 10)
                        .node("Sigmoid", "y", "x")
                        .output("y")
                        .build(),
                Precision.FLOAT32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"occlusion", "integrated-gradients", "deeplift-rescale"})
    void progress_rises_to_the_number_of_examples(String method) {
        List<Long> told = new ArrayList<>();
        Progress progress = (done, total, label) -> {
            assertThat(total).isEqualTo(8);
            told.add(done);
        };
        try (Explainer explainer = explainer()) {
            explainer.explain(Request.of(INPUT, Methods.find(method).orElseThrow())
                    .batch(4)
                    .progress(progress));
        }
        assertThat(told).isSorted().endsWith(8L).hasSizeGreaterThan(2);
    }

    @Test
    void work_can_be_stopped_in_the_midst_of_a_batch() {
        List<Long> told = new ArrayList<>();
        CancellableProgress[] progress = new CancellableProgress[1];
        progress[0] = CancellableProgress.around((done, total, label) -> {
            told.add(done);
            if (told.size() == 3) {
                progress[0].cancel();
            }
        });
        try (Explainer explainer = explainer()) {
            assertThatThrownBy(() -> explainer.explain(
                            Request.of(INPUT, Occlusion.SINGLE_ELEMENTS).progress(progress[0])))
                    .isInstanceOfSatisfying(
                            WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        }
        assertThat(told).hasSize(3);
    }
}
