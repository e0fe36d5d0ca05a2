package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.Attribution;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Explanations that are handed out batch by batch. */
class BatchSinkTest {
    private static final int EXAMPLES = 11;

    @TempDir
    private Path folder;

    private final RandomGenerator random = Networks.seeded(6);
    private final Graph graph = Networks.mixed(random);
    private final NdArray x = Networks.random(random, 1, EXAMPLES, 2, 6, 6);

    private record Taken(int target, int first, Explanation batch) {}

    private static NdArray scores(Attribution attribution) {
        return attribution.units().getFirst().scores();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 100})
    void batches_are_what_the_whole_is_made_of(int kept) {
        Request request = Request.of(Map.of("x", x), DeepLift.RESCALE)
                .target(new TargetChoice.ArgMax(), new TargetChoice.Index(2))
                .batch(3);
        List<Taken> taken = new ArrayList<>();
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            List<Explanation> whole = explainer.explain(request);
            List<Explanation> first = explainer.explain(request, kept, (t, at, b) -> taken.add(new Taken(t, at, b)));

            assertThat(taken).hasSize(2 * 4);
            for (Taken one : taken) {
                Attribution all = whole.get(one.target()).attribution();
                Attribution some = one.batch().attribution();
                int end = one.first() + some.examples();
                assertThat(scores(some)).isEqualTo(scores(all).rows(one.first(), end));
                assertThat(some.delta()[0]).isEqualTo(all.delta()[one.first()]);
                assertThat(one.batch().elements())
                        .isEqualTo(whole.get(one.target()).elements().subList(one.first(), end));
            }
            int count = Math.min(kept, EXAMPLES);
            for (int t = 0; t < 2; t++) {
                assertThat(first.get(t).attribution().examples()).isEqualTo(count);
                assertThat(scores(first.get(t).attribution()))
                        .isEqualTo(scores(whole.get(t).attribution()).rows(0, count));
                assertThat(first.get(t).elements())
                        .isEqualTo(whole.get(t).elements().subList(0, count));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1L << 42})
    void targets_that_take_turns_keep_their_numbers(long memory) {
        TargetChoice[] choices = new TargetChoice[40];
        for (int i = 0; i < choices.length; i++) {
            choices[i] = new TargetChoice.Index(i % 4);
        }
        List<Integer> targets = new ArrayList<>();
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request =
                    Request.of(Map.of("x", x), Gradient.PLAIN).target(choices).memory(memory);
            explainer.explain(request, 1, (t, at, b) -> {
                if (at == 0) {
                    targets.add(t);
                }
            });
        }
        assertThat(targets).hasSize(40).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void inputs_and_references_in_files_give_what_they_give_in_memory() {
        NdArray reference = Networks.random(random, 1, EXAMPLES, 2, 6, 6);
        Request held = Request.of(Map.of("x", x), DeepLift.RESCALE)
                .reference(ReferenceInputs.of("others", Map.of("x", reference)))
                .batch(4);
        Request stored = Request.of(Map.of("x", stored("x", x)), DeepLift.RESCALE)
                .reference(ReferenceInputs.of("others", Map.of("x", stored("r", reference))))
                .batch(4);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            assertThat(scores(explainer.explain(stored).getFirst().attribution()))
                    .isEqualTo(scores(explainer.explain(held).getFirst().attribution()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void what_every_batch_needs_is_read_once_from_its_file(int batch) {
        Graph product = new Networks.Sketch(-1, 3)
                .input("m", 1, 3)
                .constant("w", Networks.random(random, 1, 3, 2))
                .node("Tanh", "t", "x")
                .node("Mul", "tm", "t", "m")
                .node("MatMul", "y", "tm", "w")
                .output("y");
        NdArray rows = Networks.random(random, 1, EXAMPLES, 3);
        NdArray mask = Networks.random(random, 1, 1, 3);
        NdArray reference = Networks.random(random, 1, 1, 3);
        int[] reads = {0, 0};
        Request held = Request.of(Map.of("x", rows, "m", mask), DeepLift.RESCALE)
                .at("t")
                .reference(ReferenceInputs.of("one", Map.of("t", reference)))
                .batch(batch);
        NdArray storedMask = stored("m", mask).converted(mask.type(), some -> counted(some, reads, 0));
        NdArray storedReference = stored("r", reference).converted(mask.type(), some -> counted(some, reads, 1));
        Request stored = Request.of(Map.of("x", rows, "m", storedMask), DeepLift.RESCALE)
                .at("t")
                .reference(ReferenceInputs.of("one", Map.of("t", storedReference)))
                .batch(batch);
        try (Explainer explainer = Explainer.of(product, Precision.FLOAT64)) {
            assertThat(scores(explainer.explain(stored).getFirst().attribution()))
                    .isEqualTo(scores(explainer.explain(held).getFirst().attribution()));
        }
        assertThat(reads).containsExactly(1, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5})
    void scores_whose_first_axis_is_not_the_batch_are_refused_before_any_is_handed_out(int batch) {
        Graph turned = new Networks.Sketch(-1, 3)
                .constant("w", Networks.random(random, 1, 3, 2))
                .node("Transpose", "t", "x")
                .node("Tanh", "a", "t")
                .node("Transpose", "b", "a")
                .node("MatMul", "y", "b", "w")
                .output("y");
        Request request = Request.of(Map.of("x", Networks.random(random, 1, 5, 3)), Gradient.PLAIN)
                .at("a")
                .batch(batch);
        List<Integer> begun = new ArrayList<>();
        try (Explainer explainer = Explainer.of(turned, Precision.FLOAT64)) {
            assertThatThrownBy(() -> explainer.explain(request, 1, (t, first, b) -> begun.add(first)))
                    .isInstanceOfSatisfying(
                            WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SHAPE_MISMATCH))
                    .hasMessageContaining("'a' have shape [3, " + batch + "]");
        }
        assertThat(begun).isEmpty();
    }

    private static NdArray counted(NdArray some, int[] reads, int which) {
        reads[which]++;
        return some;
    }

    private NdArray stored(String name, NdArray array) {
        Path file = folder.resolve(name + ".npy");
        Npy.write(file, array);
        return Npy.open(file);
    }

    @Test
    void a_sink_that_throws_stops_the_work() {
        List<Integer> begun = new ArrayList<>();
        BatchSink stopping = (target, first, batch) -> {
            begun.add(first);
            if (first > 0) {
                throw new WhenceException(ErrorCode.CANCELLED, "Cancelled.");
            }
        };
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), Gradient.PLAIN).batch(2);
            assertThatThrownBy(() -> explainer.explain(request, 1, stopping)).isInstanceOf(WhenceException.class);
        }
        assertThat(begun).containsExactly(0, 2);
    }

    @Test
    void a_single_example_above_the_limit_is_told_with_the_numbers() {
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), Gradient.PLAIN).memory(1 << 20);
            assertThat(explainer.explain(request).getFirst().attribution().warnings())
                    .anySatisfy(warning -> assertThat(warning)
                            .matches("The process came to hold \\d+ MiB, more than the limit of 1 MiB, with a single"
                                    + " example at a time, so no batch is small enough\\."));
        }
    }
}
