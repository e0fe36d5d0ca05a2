package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** A process that keeps what it has once held, as one with libtorch does, in steps of a MiB. */
    private static final class Process implements MemoryReader {
        private long held;
        private long peak;
        private boolean resets = true;
        private boolean tells = true;

        Process(long held, long peak) {
            this.held = held << 20;
            this.peak = peak << 20;
        }

        void hold(long most) {
            held = Math.max(held, most << 20);
            peak = Math.max(peak, held);
        }

        long megabytes() {
            return held >> 20;
        }

        @Override
        public OptionalLong resident() {
            return tells ? OptionalLong.of(held) : OptionalLong.empty();
        }

        @Override
        public OptionalLong peak() {
            return tells ? OptionalLong.of(peak) : OptionalLong.empty();
        }

        @Override
        public void resetPeak() {
            peak = resets ? held : peak;
        }
    }

    /** What a plan does where every example takes so many MiB beside 300. */
    private record Course(List<Integer> sizes, String warning) {
        static Course of(AttributionMethod method, int limit, int each, Process process, MemoryExperience experience) {
            NdArray x = NdArray.of(new float[1000], 1000, 1);
            Request request = Request.of(Map.of("x", x), method).memory((long) limit << 20);
            BatchPlan plan = BatchPlan.forRequest(request, 1000, 0, Precision.FLOAT32, experience);
            List<Integer> sizes = new ArrayList<>();
            for (int batch = 0; batch < 40; batch++) {
                int count = plan.begin();
                sizes.add(count);
                process.hold(300 + (long) count * each);
                plan.end(count);
            }
            return new Course(sizes, plan.warning().orElse(""));
        }
    }

    @Test
    void batchesGrowToWhatTheLimitHolds() {
        Process process = new Process(300, 500);
        Course course = Course.of(Gradient.PLAIN, 600, 10, process, new MemoryExperience(process));
        assertThat(course.sizes()).startsWith(1, 4, 16, 24, 24).endsWith(24);
        assertThat(process.megabytes()).isEqualTo(540);
        assertThat(course.warning()).isEmpty();
    }

    @Test
    void aSecondPlanGoesOnWhereTheFirstEnded() {
        Process process = new Process(300, 300);
        MemoryExperience experience = new MemoryExperience(process);
        Course.of(Gradient.PLAIN, 600, 10, process, experience);
        Course second = Course.of(Gradient.PLAIN, 600, 10, process, experience);
        assertThat(second.sizes()).containsOnly(24);
        assertThat(process.megabytes()).isEqualTo(540);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 10, 20, 50})
    void anotherMethodAfterTheFirstKeepsTheLimitToo(int each) {
        Process process = new Process(300, 300);
        MemoryExperience experience = new MemoryExperience(process);
        Course.of(Gradient.PLAIN, 600, 10, process, experience);
        Course second = Course.of(DeepLift.RESCALE, 600, each, process, experience);
        assertThat(process.megabytes()).isLessThanOrEqualTo(600);
        assertThat(second.sizes().getLast()).isBetween(180 / each, 300 / each);
        assertThat(second.warning()).isEmpty();
    }

    @Test
    void aPeakThatIsNotResetDelaysGrowthButDoesNotEndIt() {
        Process process = new Process(300, 550);
        process.resets = false;
        Course course = Course.of(Gradient.PLAIN, 600, 10, process, new MemoryExperience(process));
        assertThat(process.megabytes()).isLessThanOrEqualTo(600);
        assertThat(course.sizes().getLast()).isBetween(18, 30);
    }

    @Test
    void aSystemThatDoesNotTellGetsExamplesOneByOneAndANote() {
        Process process = new Process(300, 300);
        process.tells = false;
        Course course = Course.of(Gradient.PLAIN, 600, 10, process, new MemoryExperience(process));
        assertThat(course.sizes()).containsOnly(1);
        assertThat(course.warning()).contains("does not tell", "600 MiB", "one by one");
    }

    @Test
    void aProcessThatFillsTheLimitBeforehandIsNoted() {
        Process process = new Process(580, 580);
        Course course = Course.of(Gradient.PLAIN, 600, 1, process, new MemoryExperience(process));
        assertThat(course.sizes()).containsOnly(1);
        assertThat(course.warning()).contains("600 MiB leaves room for one example", "580 MiB");
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
