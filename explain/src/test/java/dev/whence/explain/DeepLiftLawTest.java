package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.Attribution;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.testkit.Close;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws of DeepLIFT (checks 9 to 16 of the method's acceptance list) on networks written here. */
class DeepLiftLawTest {
    private static final double ROUNDING = 1e-12;

    static List<DeepLift> methods() {
        return List.of(DeepLift.RESCALE, DeepLift.REVEAL_CANCEL, DeepLift.GENOMICS_DEFAULT);
    }

    private static Attribution explain(Graph graph, Request request) {
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            return explainer.explain(request).getFirst().attribution();
        }
    }

    private static double[] scores(Graph graph, Request request) {
        return explain(graph, request).units().getFirst().scores().toDoubles();
    }

    private static ReferenceInputs reference(NdArray array) {
        return ReferenceInputs.of("given", Map.of("x", array));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void contributionsAddUpToTheChangeOfTheTarget(DeepLift method) {
        RandomGenerator random = Networks.seeded(1);
        Graph graph = Networks.mixed(random);
        for (int round = 0; round < 5; round++) {
            NdArray x = Networks.random(random, 2, 4, 2, 6, 6);
            NdArray r = Networks.random(random, 2, 1, 2, 6, 6);
            Attribution a = explain(graph, Request.of(Map.of("x", x), method).reference(reference(r)));
            for (double delta : a.delta()) {
                assertThat(delta).isCloseTo(0, within(ROUNDING));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void splittingOrPermutingABatchChangesNothing(DeepLift method) {
        RandomGenerator random = Networks.seeded(2);
        Graph graph = Networks.mixed(random);
        NdArray x = Networks.random(random, 2, 8, 2, 6, 6);
        NdArray r = Networks.random(random, 1, 1, 2, 6, 6);
        Request whole =
                Request.of(Map.of("x", x), method).reference(reference(r)).target(new TargetChoice.Index(1));
        double[] together = scores(graph, whole);
        Close.assertRelativeToMax("one by one", scores(graph, whole.batch(1)), together, ROUNDING);
        double[] turned = new double[together.length];
        double[] data = x.toDoubles();
        double[] turnedData = new double[data.length];
        int row = data.length / 8;
        for (int i = 0; i < 8; i++) {
            System.arraycopy(data, i * row, turnedData, (7 - i) * row, row);
            System.arraycopy(together, i * row, turned, (7 - i) * row, row);
        }
        Request backwards = Request.of(Map.of("x", NdArray.of(turnedData, x.shape())), method)
                .reference(reference(r))
                .target(new TargetChoice.Index(1));
        Close.assertRelativeToMax("turned around", scores(graph, backwards), turned, ROUNDING);
    }

    @Test
    void aSharedReferenceGivesWhatItsCopiesGive() {
        RandomGenerator random = Networks.seeded(3);
        Graph graph = Networks.mixed(random);
        NdArray x = Networks.random(random, 2, 3, 2, 6, 6);
        NdArray r = Networks.random(random, 1, 1, 2, 6, 6);
        double[] copies = new double[3 * r.size()];
        for (int i = 0; i < 3; i++) {
            System.arraycopy(r.toDoubles(), 0, copies, i * r.size(), r.size());
        }
        for (DeepLift method : methods()) {
            Request request = Request.of(Map.of("x", x), method);
            Close.assertRelativeToMax(
                    method.name(),
                    scores(graph, request.reference(reference(r))),
                    scores(graph, request.reference(reference(NdArray.of(copies, 3, 2, 6, 6)))),
                    ROUNDING);
        }
    }

    @Test
    void severalReferencesGiveTheMeanOfEachAndTheirOwnDeltas() {
        RandomGenerator random = Networks.seeded(4);
        Graph graph = Networks.mixed(random);
        NdArray x = Networks.random(random, 2, 2, 2, 6, 6);
        NdArray many = Networks.random(random, 1, 20, 2, 6, 6);
        Request request = Request.of(Map.of("x", x), DeepLift.RESCALE)
                .target(new TargetChoice.Index(0))
                .batch(1)
                .reference(ReferenceInputs.rows("rows", "x", many));
        double[] mean = new double[x.size()];
        for (int k = 0; k < 20; k++) {
            double[] one = scores(graph, request.reference(reference(many.rows(k, k + 1))));
            Arrays.setAll(mean, i -> mean[i] + one[i] / 20);
        }
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Explanation explanation = explainer.explain(request).getFirst();
            Close.assertRelativeToMax(
                    "mean",
                    explanation.attribution().units().getFirst().scores().toDoubles(),
                    mean,
                    ROUNDING);
            assertThat(explanation.referenceDeltas()).hasDimensions(20, 2);
            for (double[] deltas : explanation.referenceDeltas()) {
                assertThat(deltas[1]).isCloseTo(0, within(ROUNDING));
            }
        }
    }

    @Test
    void aClassDifferenceIsTheDifferenceOfTwoRuns() {
        RandomGenerator random = Networks.seeded(5);
        Graph graph = Networks.mixed(random);
        NdArray x = Networks.random(random, 2, 2, 2, 6, 6);
        Request request = Request.of(Map.of("x", x), DeepLift.REVEAL_CANCEL);
        double[] two = scores(graph, request.target(new TargetChoice.Index(2)));
        double[] zero = scores(graph, request.target(new TargetChoice.Index(0)));
        double[] difference = scores(graph, request.target(new TargetChoice.Difference(2, 0)));
        double[] expected = new double[two.length];
        Arrays.setAll(expected, i -> two[i] - zero[i]);
        Close.assertRelativeToMax("difference", difference, expected, 1e-9);
    }

    @Test
    void softmaxNormalisedScoresSumToZeroOverTheClasses() {
        RandomGenerator random = Networks.seeded(6);
        Graph graph = Networks.mixed(random);
        NdArray x = Networks.random(random, 2, 2, 2, 6, 6);
        TargetChoice[] classes = new TargetChoice[4];
        Arrays.setAll(classes, TargetChoice.SoftmaxNormalised::new);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            List<Explanation> all = explainer.explain(
                    Request.of(Map.of("x", x), DeepLift.RESCALE).target(classes));
            double[] sum = new double[x.size()];
            for (Explanation one : all) {
                double[] scores = one.attribution().units().getFirst().scores().toDoubles();
                Arrays.setAll(sum, i -> sum[i] + scores[i]);
            }
            for (double s : sum) {
                assertThat(s).isCloseTo(0, within(ROUNDING));
            }
        }
    }

    @Test
    void threadsWithDifferentTargetsGetTheSerialAnswers() throws Exception {
        RandomGenerator random = Networks.seeded(7);
        Graph graph = Networks.mixed(random);
        NdArray x = Networks.random(random, 2, 3, 2, 6, 6);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64);
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<double[]>> answers = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                Request request =
                        Request.of(Map.of("x", x), DeepLift.REVEAL_CANCEL).target(new TargetChoice.Index(t % 4));
                answers.add(threads.submit(() -> explainer
                        .explain(request)
                        .getFirst()
                        .attribution()
                        .units()
                        .getFirst()
                        .scores()
                        .toDoubles()));
            }
            for (int t = 0; t < 8; t++) {
                Request request =
                        Request.of(Map.of("x", x), DeepLift.REVEAL_CANCEL).target(new TargetChoice.Index(t % 4));
                assertThat(answers.get(t).get()).isEqualTo(scores(graph, request));
            }
        }
    }

    @Test
    void geluAndSiluGiveTheSameRescaleContributionsFusedAndSpelledOut() {
        RandomGenerator random = Networks.seeded(8);
        NdArray x = Networks.random(random, 2, 50, 4);
        NdArray r = Networks.random(random, 2, 50, 4);
        Graph gelu = Graph.builder("gelu")
                .input(dev.whence.graph.Value.tensor("x", NdArray.Type.FLOAT32, -1, 4))
                .node(new dev.whence.graph.Node("g", "", "Gelu", 20, List.of("x"), List.of("y"), Attributes.NONE))
                .output(dev.whence.graph.Value.untyped("y"))
                .build();
        Graph spelled = new Networks.Sketch(-1, 4)
                .constant("root2", NdArray.of(new double[] {Math.sqrt(2)}, 1))
                .constant("one", NdArray.of(new double[] {1}, 1))
                .constant("half", NdArray.of(new double[] {0.5}, 1))
                .node("Div", "d", "x", "root2")
                .node("Erf", "e", "d")
                .node("Add", "a", "e", "one")
                .node("Mul", "m", "x", "a")
                .node("Mul", "y", "m", "half")
                .output("y");
        for (DeepLift method : methods()) {
            Request request =
                    Request.of(Map.of("x", x), method).reference(reference(r)).target(new TargetChoice.Sum());
            Close.assertRelativeToMax(method.name(), scores(spelled, request), scores(gelu, request), 1e-10);
        }
        Graph silu = new Networks.Sketch(-1, 4)
                .node("Sigmoid", "s", "x")
                .node("Mul", "y", "s", "x")
                .output("y");
        Request request = Request.of(Map.of("x", x), DeepLift.RESCALE)
                .reference(reference(r))
                .target(new TargetChoice.Sum());
        double[] found = scores(silu, request);
        for (int i = 0; i < found.length; i++) {
            double a = x.getDouble(i);
            double b = r.getDouble(i);
            assertThat(found[i]).isCloseTo(a / (1 + Math.exp(-a)) - b / (1 + Math.exp(-b)), within(1e-10));
        }
    }

    @Test
    void softmaxIsShiftInvariantAndKeepsScoresSmallOnWildLogits() {
        Graph graph = new Networks.Sketch(-1, -1).node("Softmax", "y", "x").output("y");
        RandomGenerator random = Networks.seeded(9);
        double worst = 0;
        for (int round = 0; round < 30; round++) {
            int width = 3 + random.nextInt(18);
            double[] x = new double[100 * width];
            double[] r = new double[100 * width];
            for (int i = 0; i < x.length; i++) {
                x[i] = Math.clamp(random.nextGaussian() * 60, -60, 60);
                r[i] = Math.clamp(random.nextGaussian() * 60, -60, 60);
            }
            Request request = Request.of(Map.of("x", NdArray.of(x, 100, width)), DeepLift.RESCALE)
                    .output("y")
                    .target(new TargetChoice.Index(random.nextInt(width)))
                    .reference(reference(NdArray.of(r, 100, width)));
            Attribution a = explain(graph, request);
            double[] scores = a.units().getFirst().scores().toDoubles();
            for (int i = 0; i < 100; i++) {
                assertThat(a.delta()[i]).isCloseTo(0, within(1e-12));
                double most = 0;
                for (int j = 0; j < width; j++) {
                    most = Math.max(most, Math.abs(x[i * width + j] - r[i * width + j]));
                }
                for (int j = 0; j < width; j++) {
                    assertThat(Math.abs(scores[i * width + j])).isLessThanOrEqualTo(most);
                    worst = Math.max(worst, Math.abs(scores[i * width + j]));
                }
            }
            double[] shifted = Arrays.stream(x).map(v -> v + 5).toArray();
            double[] shiftedReference = Arrays.stream(r).map(v -> v + 5).toArray();
            Request moved = Request.of(Map.of("x", NdArray.of(shifted, 100, width)), DeepLift.RESCALE)
                    .output("y")
                    .target(request.targets().getFirst())
                    .reference(reference(NdArray.of(shiftedReference, 100, width)));
            Close.assertRelativeToMax("shifted", scores(graph, moved), scores, 1e-9);
        }
        assertThat(worst).isLessThan(60);
    }

    @Test
    void anOperatorWithoutARuleIsRefusedByName() {
        Graph graph = new Networks.Sketch(-1, 3)
                .node("Round", "rounded", "x")
                .node("Relu", "y", "rounded")
                .output("y");
        NdArray x = NdArray.of(new double[] {1.2, 2.7, -1}, 1, 3);
        assertThatThrownBy(() -> explain(graph, Request.of(Map.of("x", x), DeepLift.RESCALE)))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OPERATOR_NO_RULE))
                .hasMessageContaining("node 'rounded' (operator Round, opset 17)");
    }

    @Test
    void aChangedConditionIsReportedAsAContributorOfItsOwn() {
        Graph graph = new Networks.Sketch(-1, 2)
                .constant("zero", NdArray.of(new double[] {0}, 1))
                .constant("three", NdArray.of(new double[] {3}, 1))
                .node("Greater", "cond", "x", "zero")
                .node("Mul", "tripled", "x", "three")
                .node("Where", "y", "cond", "tripled", "x")
                .output("y");
        NdArray x = NdArray.of(new double[] {2, -1}, 1, 2);
        NdArray r = NdArray.of(new double[] {-1, -2}, 1, 2);
        Attribution a = explain(
                graph,
                Request.of(Map.of("x", x), DeepLift.RESCALE)
                        .reference(reference(r))
                        .target(new TargetChoice.Sum()));
        assertThat(a.delta()[0]).isCloseTo(0, within(ROUNDING));
        assertThat(a.units()).extracting(u -> u.name()).containsExactly("x", "condition of y");
        // First element: 6 - (-1) = 7; branches change by 9 and 3, of which half each: 6; the condition has the rest,
        // 1.
        assertThat(a.units().get(0).scores().toDoubles()).containsExactly(6, 1);
        assertThat(a.units().get(1).scores().toDoubles()).containsExactly(1);
    }

    @Test
    void maxoutFollowsThePiecesOfTheLine() {
        Graph graph = new Networks.Sketch(-1, 1)
                .constant("w0", NdArray.of(new double[] {-1}, 1, 1))
                .constant("w1", NdArray.of(new double[] {0}, 1, 1))
                .constant("w2", NdArray.of(new double[] {2}, 1, 1))
                .constant("b", NdArray.of(new double[] {-2}, 1))
                .node("MatMul", "p0", "x", "w0")
                .node("MatMul", "p1", "x", "w1")
                .node("MatMul", "m2", "x", "w2")
                .node("Add", "p2", "m2", "b")
                .node("Max", "y", "p0", "p1", "p2")
                .output("y");
        NdArray x = NdArray.of(new double[] {4}, 1, 1);
        NdArray r = NdArray.of(new double[] {-2}, 1, 1);
        Request request = Request.of(Map.of("x", x), DeepLift.PAPER_2016.withMultipliers(true))
                .reference(reference(r))
                .target(new TargetChoice.Index(0));
        // -x until 0, then 0 until 1, then 2x - 2: a third of the way each at slope -1, a sixth at 0, half at 2.
        assertThat(scores(graph, request)[0]).isCloseTo(-1.0 / 3 + 0.5 * 2, within(1e-12));
        Attribution a = explain(graph, request.with(DeepLift.PAPER_2016));
        assertThat(a.delta()[0]).isCloseTo(0, within(ROUNDING));
    }

    @Test
    void aReferenceEqualToTheInputGivesZerosAndSaysSo() {
        RandomGenerator random = Networks.seeded(10);
        Graph graph = Networks.mixed(random);
        NdArray x = Networks.random(random, 1, 1, 2, 6, 6);
        Attribution a =
                explain(graph, Request.of(Map.of("x", x), DeepLift.RESCALE).reference(reference(x)));
        for (double score : a.units().getFirst().scores().toDoubles()) {
            assertThat(score).isZero();
        }
        assertThat(a.warnings()).anyMatch(w -> w.contains("reference equals the input"));
    }

    @Test
    void logitsAreExplainedBehindAFinalSoftmaxAndTheUserIsTold() {
        Graph graph = new Networks.Sketch(-1, 3)
                .constant("w", NdArray.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3))
                .node("MatMul", "logits", "x", "w")
                .node("Softmax", "probs", "logits")
                .output("probs");
        NdArray x = NdArray.of(new double[] {1, 1, 1}, 1, 3);
        Attribution a = explain(graph, Request.of(Map.of("x", x), DeepLift.RESCALE));
        assertThat(a.target().node()).isEqualTo("logits");
        assertThat(a.units().getFirst().scores().toDoubles()).containsExactly(3, 6, 9);
        assertThat(a.warnings()).anyMatch(w -> w.contains("'logits'"));
    }
}
