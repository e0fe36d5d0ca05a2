package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.graph.Profile;
import dev.whence.tensor.TensorScope;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ReferenceTracesTest {
    private final RandomGenerator random = Networks.seeded(77);
    private final Graph graph = Networks.mixed(random);
    private final NdArray x = Networks.random(random, 1, 3, 2, 6, 6);
    private final double[] background = Networks.random(random, 1, 1, 2, 6, 6).toDoubles();

    private Request request(NdArray examples, double[] reference) {
        return Request.of(Map.of("x", examples), DeepLift.RESCALE)
                .target(new TargetChoice.Index(1))
                .reference(ReferenceInputs.of("given", Map.of("x", NdArray.of(reference, 1, 2, 6, 6))));
    }

    private double[] scores(Explainer explainer, Request request) {
        return explainer
                .explain(request)
                .getFirst()
                .attribution()
                .units()
                .getFirst()
                .scores()
                .toDoubles();
    }

    private long forwardCalls(Explainer explainer, Request request) {
        Profile profile = new Profile();
        profile.during(() -> explainer.explain(request));
        return profile.rows().stream()
                .filter(row -> row.direction() == Profile.Direction.FORWARD)
                .mapToLong(Profile.Row::calls)
                .sum();
    }

    @Test
    void a_reference_runs_once_for_all_requests() {
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            long first = forwardCalls(explainer, request(x.rows(0, 1), background));
            long second = forwardCalls(explainer, request(x.rows(1, 2), background.clone()));
            long whole = forwardCalls(explainer, request(x, background));
            assertThat(second).isEqualTo(first / 2);
            assertThat(whole).isEqualTo(second);
        }
    }

    @Test
    void scores_do_not_depend_on_what_was_explained_before() {
        double[] other = Networks.random(random, 1, 1, 2, 6, 6).toDoubles();
        double[] alone;
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            alone = scores(explainer, request(x, background));
        }
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            scores(explainer, request(x, other));
            assertThat(scores(explainer, request(x, background))).containsExactly(alone);
            scores(explainer, request(x, background).with(DeepLift.REVEAL_CANCEL));
            assertThat(scores(explainer, request(x, background))).containsExactly(alone);
        }
    }

    @Test
    void a_reference_changed_by_its_owner_is_noticed() {
        double[] shared = background.clone();
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            double[] before = scores(explainer, request(x, shared));
            shared[5] += 1;
            double[] after = scores(explainer, request(x, shared));
            assertThat(after).isNotEqualTo(before);
            shared[5] = background[5];
            assertThat(scores(explainer, request(x, shared))).containsExactly(before);
        }
    }

    @Test
    void what_is_kept_is_bounded_and_freed_with_the_explainer() {
        long before = TensorScope.liveTensors();
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            scores(explainer, request(x, background));
            long kept = TensorScope.liveTensors();
            long most = 0;
            for (int i = 0; i < 12; i++) {
                scores(
                        explainer,
                        request(x, Networks.random(random, 1, 1, 2, 6, 6).toDoubles()));
                most = Math.max(most, TensorScope.liveTensors());
            }
            scores(explainer, request(x, background));
            assertThat(TensorScope.liveTensors()).isLessThanOrEqualTo(most);
            assertThat(most - before).isLessThan(5 * (kept - before));
        }
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
    }
}
