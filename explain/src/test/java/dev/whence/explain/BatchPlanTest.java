package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Sizes of batches under a limit of memory. */
class BatchPlanTest {
    private static final long FAR_TOO_LITTLE = 1;
    private static final long PLENTY = 1L << 42;

    private static List<Integer> sizes(long limit, int examples) {
        RandomGenerator random = Networks.seeded(2);
        Graph graph = Networks.mixed(random);
        NdArray x = Networks.random(random, 1, examples, 2, 6, 6);
        List<Integer> sizes = new ArrayList<>();
        long[] last = {0};
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), Gradient.PLAIN)
                    .memory(limit)
                    .progress((done, total, label) -> {
                        if (done > last[0]) {
                            sizes.add((int) (done - last[0]));
                            last[0] = done;
                        }
                    });
            explainer.explain(request);
        }
        return sizes;
    }

    @Test
    void withoutRoomExamplesComeOneByOne() {
        assertThat(sizes(FAR_TOO_LITTLE, 6)).containsExactly(1, 1, 1, 1, 1, 1);
    }

    @Test
    void withRoomBatchesGrowStepByStep() {
        assertThat(sizes(PLENTY, 30)).containsExactly(1, 4, 16, 9);
    }

    @Test
    void manyTargetsGiveWhatEachGivesAlone() {
        RandomGenerator random = Networks.seeded(4);
        Graph graph = Networks.mixed(random);
        NdArray x = Networks.random(random, 1, 2, 2, 6, 6);
        TargetChoice[] choices = new TargetChoice[70];
        for (int i = 0; i < choices.length; i++) {
            choices[i] = new TargetChoice.Index(i % 4);
        }
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), DeepLift.RESCALE);
            List<Explanation> all = explainer.explain(request.target(choices));
            assertThat(all).hasSize(choices.length);
            for (int i = 0; i < choices.length; i++) {
                Explanation alone =
                        explainer.explain(request.target(choices[i])).getFirst();
                assertThat(all.get(i).attribution().units())
                        .isEqualTo(alone.attribution().units());
            }
        }
    }
}
