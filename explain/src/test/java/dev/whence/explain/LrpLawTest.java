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
import dev.whence.tensor.TensorScope;
import dev.whence.testkit.Close;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws of relevance propagation (check 17 of the method's acceptance list) on networks written here. */
class LrpLawTest {
    private static final double ROUNDING = 1e-10;

    static List<Lrp> methods() {
        return Lrp.ALL;
    }

    private static Attribution explain(Graph graph, AttributionMethod method, NdArray x) {
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), method).target(new TargetChoice.Index(1));
            return explainer.explain(request).getFirst().attribution();
        }
    }

    private static double[] scores(Graph graph, AttributionMethod method, NdArray x) {
        return explain(graph, method, x).units().getFirst().scores().toDoubles();
    }

    private static Lrp everywhere(LrpRule rule) {
        return Lrp.of("lrp", LrpComposite.of(new LrpAssignment(new LrpPlace.Everywhere(), rule)));
    }

    /** Convolution, rectifier, pooling, residual sum, dense layers. */
    private static Graph rectifiers(RandomGenerator random, double bias) {
        Attributes same = Attributes.of("pads", new long[] {1, 1, 1, 1});
        return new Networks.Sketch(-1, 2, 6, 6)
                .constant("w1", Networks.random(random, 0.5, 4, 2, 3, 3))
                .constant("b1", Networks.random(random, bias, 4))
                .constant("w2", Networks.random(random, 0.5, 4, 4, 3, 3))
                .constant("b2", Networks.random(random, bias, 4))
                .constant("w3", Networks.random(random, 0.5, 36, 8))
                .constant("b3", Networks.random(random, bias, 8))
                .constant("w4", Networks.random(random, 0.5, 8, 3))
                .constant("b4", Networks.random(random, bias, 3))
                .node("Conv", "c1", same, "x", "w1", "b1")
                .node("Relu", "r1", "c1")
                .node("Conv", "c2", same, "r1", "w2", "b2")
                .node("Add", "s", "c2", "r1")
                .node("Relu", "r2", "s")
                .node(
                        "MaxPool",
                        "p",
                        Attributes.of("kernel_shape", new long[] {2, 2}).with("strides", new long[] {2, 2}),
                        "r2")
                .node("Flatten", "f", "p")
                .node("MatMul", "m", "f", "w3")
                .node("Add", "h", "m", "b3")
                .node("Relu", "r3", "h")
                .node("Gemm", "y", "r3", "w4", "b4")
                .output("y");
    }

    private static NdArray input(RandomGenerator random, long examples) {
        return Networks.random(random, 1, examples, 2, 6, 6);
    }

    @Test
    void withAVanishingStabiliserRectifierNetworksGiveGradientTimesInput() {
        RandomGenerator random = Networks.seeded(1);
        for (double bias : new double[] {0, 0.3}) {
            Graph graph = rectifiers(random, bias);
            NdArray x = input(random, 4);
            Close.assertRelativeToMax(
                    "bias " + bias,
                    scores(graph, everywhere(LrpRule.epsilon(1e-9)), x),
                    scores(graph, Gradient.TIMES_INPUT, x),
                    1e-6);
        }
    }

    @Test
    void withoutBiasesRelevanceIsConserved() {
        RandomGenerator random = Networks.seeded(2);
        Graph graph = rectifiers(random, 0);
        NdArray x = input(random, 4);
        List<LrpRule> rules = List.of(
                LrpRule.epsilon(1e-12),
                new LrpRule.Gamma(0.25, 1e-12, false),
                new LrpRule.WSquare(1e-12),
                new LrpRule.Flat(1e-12));
        for (LrpRule rule : rules) {
            Attribution found = explain(graph, everywhere(rule), x);
            double value =
                    Arrays.stream(found.target().values()).map(Math::abs).max().orElse(1);
            for (double delta : found.delta()) {
                assertThat(delta).as(rule.toString()).isCloseTo(0, within(1e-6 * Math.max(1, value)));
            }
        }
    }

    @Test
    void theBoxRuleConservesAtAFirstLayerWithBiases() {
        RandomGenerator random = Networks.seeded(3);
        Graph graph = rectifiers(random, 0.3);
        NdArray x = input(random, 3);
        Lrp box = Lrp.of("lrp", LrpComposite.EPSILON.with(LrpPlace.first(), LrpRule.box()));
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Conservation all = explainer.conservation(Request.of(Map.of("x", x), box));
            LayerConservation first = all.layers().getLast();
            assertThat(first.rule()).isEqualTo("box");
            for (int i = 0; i < 3; i++) {
                assertThat(first.left()[i]).isCloseTo(first.arrived()[i], within(1e-4 * Math.abs(first.arrived()[i])));
            }
        }
    }

    @Test
    void gammaOfNothingIsEpsilonAndGammaWithoutEndIsZPlus() {
        RandomGenerator random = Networks.seeded(4);
        Graph graph = rectifiers(random, 0);
        NdArray x = input(random, 2);
        Close.assertRelativeToMax(
                "0",
                scores(graph, everywhere(LrpRule.gamma(0)), x),
                scores(graph, everywhere(LrpRule.epsilon(1e-6)), x),
                1e-4);
        Graph one = new Networks.Sketch(-1, 5)
                .constant("w", Networks.random(random, 1, 5, 3))
                .node("MatMul", "h", "x", "w")
                .node("Relu", "y", "h")
                .output("y");
        NdArray vector = NdArray.of(new double[] {1, 2, 0.5, 3, 1}, 1, 5);
        double[] wide = scores(one, everywhere(LrpRule.gamma(1e9)), vector);
        double[] plus = scores(one, everywhere(LrpRule.zPlus()), vector);
        Close.assertRelativeToMax("without end", wide, plus, 1e-5);
        Close.assertRelativeToMax(
                "one weight",
                scores(one, everywhere(new LrpRule.Gamma(0.25, 1e-6, true)), vector),
                scores(one, everywhere(LrpRule.gamma(0.25)), vector),
                1e-12);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aBatchGivesWhatItsExamplesGive(Lrp method) {
        RandomGenerator random = Networks.seeded(5);
        Graph graph = Networks.mixed(random);
        NdArray x = input(random, 5);
        long before = TensorScope.liveTensors();
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), method).target(new TargetChoice.Index(1));
            double[] together = explainer
                    .explain(request)
                    .getFirst()
                    .attribution()
                    .units()
                    .getFirst()
                    .scores()
                    .toDoubles();
            double[] apart = explainer
                    .explain(request.batch(1))
                    .getFirst()
                    .attribution()
                    .units()
                    .getFirst()
                    .scores()
                    .toDoubles();
            Close.assertRelativeToMax(method.name(), apart, together, ROUNDING);
            assertThat(Arrays.stream(together).filter(v -> v != 0).count()).isPositive();
        }
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void severalTargetsAtOnceGiveWhatEachGives(Lrp method) {
        RandomGenerator random = Networks.seeded(6);
        Graph graph = Networks.mixed(random);
        NdArray x = input(random, 2);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), method);
            List<Explanation> both =
                    explainer.explain(request.target(new TargetChoice.Index(0), new TargetChoice.Index(2)));
            for (int t = 0; t < 2; t++) {
                double[] alone = explainer
                        .explain(request.target(new TargetChoice.Index(2L * t)))
                        .getFirst()
                        .attribution()
                        .units()
                        .getFirst()
                        .scores()
                        .toDoubles();
                double[] found =
                        both.get(t).attribution().units().getFirst().scores().toDoubles();
                Close.assertRelativeToMax(method.name(), found, alone, ROUNDING);
            }
        }
    }

    @Test
    void whatDoesNotReachTheInputIsFoundAtBiases() {
        RandomGenerator random = Networks.seeded(7);
        Graph graph = rectifiers(random, 0.3);
        NdArray x = input(random, 3);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Conservation all = explainer.conservation(Request.of(Map.of("x", x), everywhere(LrpRule.epsilon(1e-12))));
            for (int i = 0; i < 3; i++) {
                double kept = all.absorbed()[i];
                assertThat(Math.abs(kept)).isGreaterThan(1e-3);
                assertThat(all.end()[i] + kept).isCloseTo(all.start()[i], within(1e-6 * Math.abs(all.start()[i])));
                for (LayerConservation layer : all.layers()) {
                    assertThat(layer.lost(i))
                            .as(layer.node())
                            .isCloseTo(0, within(1e-6 * Math.max(1, Math.abs(layer.arrived()[i]))));
                }
            }
            assertThat(all.layers().stream()
                            .filter(l -> l.rule().equals("bias"))
                            .map(LayerConservation::node))
                    .containsExactly("h");
        }
    }

    /** Operators that put constants beside what flows through them, each with the constant's place. */
    static List<Networks.Sketch> besideConstants() {
        RandomGenerator random = Networks.seeded(16);
        NdArray c = Networks.random(random, 1, 3, 4);
        Attributes last = Attributes.of("axis", -1L);
        Attributes wide = Attributes.of("alpha", 0.5).with("beta", -1.5);
        return List.of(
                beside(c).node("Sub", "y", "h", "c"),
                beside(c).node("Sub", "y", "c", "h"),
                beside(c).node("Sum", "y", "h", "c", "c"),
                beside(c).node("Mean", "y", "c", "h", "c"),
                beside(c).node("Add", "y", "h", "c"),
                beside(c).node("Concat", "k", last, "h", "c").node("MatMul", "y", "k", "v"),
                beside(c)
                        .constant("half", NdArray.ofIntegers(NdArray.Type.BOOL, new long[] {1, 0, 0, 1}, 4))
                        .node("Where", "y", "half", "h", "c"),
                beside(c).node("Greater", "g", "h", "c").node("Where", "y", "g", "h", "c"),
                beside(c)
                        .constant("p", NdArray.of(new long[] {0, 1, 0, 3}, 4))
                        .constant("one", NdArray.of(new double[] {0.75}))
                        .node("Pad", "k", "h", "p", "one")
                        .node("MatMul", "y", "k", "v"),
                beside(c).node("Transpose", "t", "h").node("Gemm", "y", wide, "h", "t", "d"));
    }

    private static Networks.Sketch beside(NdArray c) {
        RandomGenerator random = Networks.seeded(17);
        return new Networks.Sketch(3, 4)
                .constant("c", c)
                .constant("d", Networks.random(random, 1, 3, 3))
                .constant("w", Networks.random(random, 1, 4, 4))
                .constant("v", Networks.random(random, 1, 8, 4))
                .node("MatMul", "h", "x", "w");
    }

    @ParameterizedTest
    @MethodSource("besideConstants")
    void whatConstantsTakeIsKeptAndNotLost(Networks.Sketch sketch) {
        NdArray x = Networks.random(Networks.seeded(18), 1, 3, 4);
        try (Explainer explainer = Explainer.of(sketch.output("y"), Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), everywhere(LrpRule.epsilon(1e-12)))
                    .target(new TargetChoice.Index(1));
            Conservation all = explainer.conservation(request);
            double kept = Arrays.stream(all.absorbed()).map(Math::abs).sum();
            assertThat(kept).isGreaterThan(1e-3);
            for (LayerConservation layer : all.layers()) {
                double lost = layer.lost(0) + layer.lost(1) + layer.lost(2);
                assertThat(lost).as(layer.node()).isCloseTo(0, within(1e-8));
            }
        }
    }

    @Test
    void theFirstAssignmentThatFitsDecides() {
        LrpComposite composite = LrpComposite.EPSILON_PLUS
                .with(LrpPlace.first(), LrpRule.flat())
                .with(new LrpPlace.AtNode("head"), LrpRule.gamma(0.5))
                .with(new LrpPlace.AtDepth(3, 5), LrpRule.wSquare());
        assertThat(composite.rule(LrpLayer.CONVOLUTION, "stem", 0)).isEqualTo(LrpRule.flat());
        assertThat(composite.rule(LrpLayer.CONVOLUTION, "second", 1)).isEqualTo(LrpRule.zPlus());
        assertThat(composite.rule(LrpLayer.DENSE, "head", 2)).isEqualTo(LrpRule.gamma(0.5));
        assertThat(composite.rule(LrpLayer.DENSE, "head", 4)).isEqualTo(LrpRule.wSquare());
        assertThat(composite.rule(LrpLayer.DENSE, "other", 9)).isEqualTo(LrpRule.epsilon(1e-6));
        assertThat(composite.rule(LrpLayer.SUM, "add", 4)).isEqualTo(LrpRule.epsilon(LrpRule.STABILIZER));
        assertThat(composite.rule(LrpLayer.MAXIMUM, "pool", 0)).isEqualTo(new LrpRule.Pass());
    }

    @Test
    void theNamesOfRulesAreRead() {
        assertThat(LrpRule.parse("epsilon:0.1")).isEqualTo(LrpRule.epsilon(0.1));
        assertThat(LrpRule.parse("Alpha-Beta:2")).isEqualTo(LrpRule.alphaBeta(2, 1));
        assertThat(LrpRule.parse("box:-1:1")).isEqualTo(new LrpRule.Box(-1, 1, LrpRule.STABILIZER));
        for (String wrong : List.of("epsilon:x", "gamma:-1", "alpha-beta:0.5", "box:1:0", "plus", "flat:3")) {
            assertThatThrownBy(() -> LrpRule.parse(wrong))
                    .as(wrong)
                    .isInstanceOfSatisfying(
                            WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE));
        }
    }

    @Test
    void spelledOutActivationsPassLikeFusedOnes() {
        RandomGenerator random = Networks.seeded(8);
        NdArray w = Networks.random(random, 1, 4, 5);
        NdArray v = Networks.random(random, 1, 5, 3);
        Graph spelled = new Networks.Sketch(-1, 4)
                .constant("w", w)
                .constant("v", v)
                .constant("root", NdArray.of(new double[] {Math.sqrt(2)}, 1))
                .constant("one", NdArray.of(new double[] {1}, 1))
                .constant("half", NdArray.of(new double[] {0.5}, 1))
                .node("MatMul", "h", "x", "w")
                .node("Div", "d", "h", "root")
                .node("Erf", "e", "d")
                .node("Add", "a", "e", "one")
                .node("Mul", "g", "h", "a")
                .node("Mul", "k", "g", "half")
                .node("MatMul", "y", "k", "v")
                .output("y");
        Graph plain = new Networks.Sketch(-1, 4)
                .constant("w", w)
                .constant("v", v)
                .constant("half", NdArray.of(new double[] {0.5}, 1))
                .node("MatMul", "h", "x", "w")
                .node("Sigmoid", "s", "h")
                .node("Mul", "k", "h", "s")
                .node("MatMul", "y", "k", "v")
                .output("y");
        NdArray x = Networks.random(random, 1, 3, 4);
        for (Graph graph : List.of(spelled, plain)) {
            Attribution found = explain(graph, everywhere(LrpRule.epsilon(1e-12)), x);
            for (double delta : found.delta()) {
                assertThat(delta).isCloseTo(0, within(1e-6));
            }
        }
    }

    @Test
    void foldedNormalizationGivesWhatTheFoldedNetworkGives() {
        RandomGenerator random = Networks.seeded(9);
        NdArray w = Networks.random(random, 0.5, 3, 2, 3, 3);
        NdArray variance = NdArray.of(new double[] {0.5, 2, 1}, 3);
        Networks.Sketch sketch = new Networks.Sketch(-1, 2, 6, 6)
                .constant("w", w)
                .constant("scale", Networks.random(random, 1, 3))
                .constant("shift", Networks.random(random, 1, 3))
                .constant("mean", Networks.random(random, 1, 3))
                .constant("variance", variance)
                .constant("v", Networks.random(random, 0.3, 48, 2));
        Graph graph = sketch.node("Conv", "c", "x", "w")
                .node("BatchNormalization", "n", "c", "scale", "shift", "mean", "variance")
                .node("Relu", "r", "n")
                .node("Flatten", "f", "r")
                .node("MatMul", "y", "f", "v")
                .output("y");
        NdArray x = input(random, 2);
        Close.assertRelativeToMax(
                "epsilon",
                scores(graph, everywhere(LrpRule.epsilon(1e-9)), x),
                scores(graph, Gradient.TIMES_INPUT, x),
                1e-5);
        double[] folded = scores(graph, Lrp.EPSILON_PLUS, x);
        double[] apart = scores(graph, Lrp.EPSILON_PLUS.withFolding(false), x);
        assertThat(folded).isNotEqualTo(apart);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request inner = Request.of(Map.of("x", x), Lrp.EPSILON_PLUS).at("c");
            Attribution found = explainer.explain(inner).getFirst().attribution();
            assertThat(found.warnings()).anyMatch(w1 -> w1.contains("not folded"));
        }
    }

    @Test
    void aStepWithoutAShareIsRefusedByName() {
        Graph graph = new Networks.Sketch(-1, 4).node("Round", "y", "x").output("y");
        NdArray x = NdArray.of(new double[] {1, 2, 3, 4}, 1, 4);
        assertThatThrownBy(() -> explain(graph, Lrp.EPSILON, x))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OPERATOR_NO_RULE))
                .hasMessageContaining("'y'")
                .hasMessageContaining("LRP");
    }

    @Test
    void aVectorBehindAConvolutionIsItsBiasOnlyAlongTheChannels() {
        RandomGenerator random = Networks.seeded(14);
        NdArray x = input(random, 2);
        for (long[] shape : new long[][] {{3, 1, 1}, {4}, {1}}) {
            Graph graph = new Networks.Sketch(-1, 2, 6, 6)
                    .constant("w", Networks.random(random, 0.5, 3, 2, 3, 3))
                    .constant("v", Networks.random(random, 0.5, shape))
                    .constant("u", Networks.random(random, 0.5, 48, 2))
                    .node("Conv", "c", "x", "w")
                    .node("Add", "a", "c", "v")
                    .node("Relu", "r", "a")
                    .node("Flatten", "f", "r")
                    .node("MatMul", "y", "f", "u")
                    .output("y");
            Close.assertRelativeToMax(
                    Arrays.toString(shape),
                    scores(graph, everywhere(LrpRule.epsilon(1e-10)), x),
                    scores(graph, Gradient.TIMES_INPUT, x),
                    1e-6);
            assertThat(scores(graph, Lrp.EPSILON_PLUS, x)).doesNotContain(Double.NaN);
            try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
                Request request = Request.of(Map.of("x", x), Lrp.EPSILON_PLUS);
                boolean isBias = explainer.conservation(request).layers().stream()
                        .anyMatch(layer -> layer.rule().equals("bias"));
                assertThat(isBias).isEqualTo(shape[0] != 4);
            }
        }
    }

    @Test
    void aGateGetsHalfOrNothing() {
        RandomGenerator random = Networks.seeded(15);
        Graph graph = new Networks.Sketch(-1, 4)
                .constant("w", Networks.random(random, 1, 4, 4))
                .node("MatMul", "h", "x", "w")
                .node("Sigmoid", "g", "h")
                .node("Mul", "y", "x", "g")
                .output("y");
        NdArray x = Networks.random(random, 1, 1, 4);
        double value = explain(graph, Lrp.EPSILON, x).target().values()[0];
        LrpConventions halves = LrpConventions.ATTN_LRP;
        LrpConventions signal = new LrpConventions(
                halves.attention(), LrpConventions.Gates.SIGNAL_ONLY, halves.sums(), halves.isNormalizationPassed());
        double[] all = scores(graph, Lrp.of("lrp", LrpComposite.EPSILON.with(signal)), x);
        assertThat(all).containsExactly(new double[] {0, value, 0, 0}, within(ROUNDING));
        double[] shared = scores(graph, Lrp.EPSILON, x);
        assertThat(Arrays.stream(shared).sum()).isCloseTo(value, within(1e-4));
        assertThat(shared[0]).isNotZero();
    }

    @Test
    void aRuleForANodeThatTakesNoneIsRefused() {
        Graph graph = rectifiers(Networks.seeded(12), 0);
        NdArray x = input(Networks.seeded(13), 1);
        assertThatThrownBy(() -> explain(graph, Lrp.EPSILON.withRule("r1", LrpRule.flat()), x))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("'r1'");
        assertThatThrownBy(() -> explain(graph, Lrp.EPSILON.withRule("c1", new LrpRule.Pass()), x))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("'c1'");
    }

    @Test
    void aRuleForASortOfLayerThatDoesNotKnowItIsRefused() {
        for (LrpLayer layer : List.of(LrpLayer.SUM, LrpLayer.NORMALIZATION, LrpLayer.MAXIMUM)) {
            LrpPlace place = new LrpPlace.OfKind(layer);
            for (LrpRule rule : List.of(LrpRule.gamma(0.25), LrpRule.zPlus(), LrpRule.flat(), LrpRule.box())) {
                assertRefused(() -> LrpComposite.EPSILON.with(place, rule), "'" + rule.name() + "'", place.text());
            }
            assertThat(LrpComposite.EPSILON.with(place, LrpRule.epsilon(0.5)).rule(layer, "n", 2))
                    .isEqualTo(LrpRule.epsilon(0.5));
        }
        assertRefused(() -> LrpComposite.EPSILON.with(LrpPlace.first(), new LrpRule.Pass()), "'pass'", "depth 0");
        LrpPlace both = new LrpPlace.All(List.of(LrpPlace.first(), LrpPlace.convolutions()));
        assertRefused(() -> LrpComposite.EPSILON.with(both, new LrpRule.Pass()), "'pass'", "convolution");
    }

    private static void assertRefused(ThrowingCallable call, String... named) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
                .hasMessageContainingAll(named);
    }

    @Test
    void aNodeThatWouldNotGetItsRuleRefusesIt() {
        Graph graph = rectifiers(Networks.seeded(12), 0.1);
        NdArray x = input(Networks.seeded(13), 1);
        assertRefused(() -> explain(graph, Lrp.EPSILON.withRule("s", LrpRule.gamma(0.25)), x), "'s'", "'gamma'");
        assertRefused(() -> explain(graph, Lrp.EPSILON.withRule("s", new LrpRule.Pass()), x), "'s'", "several");
        assertRefused(() -> explain(graph, Lrp.EPSILON.withRule("p", LrpRule.flat()), x), "'p'", "'flat'");
        assertRefused(() -> explain(graph, Lrp.EPSILON.withRule("h", LrpRule.epsilon(1)), x), "'h'", "bias of 'm'");
        assertRefused(() -> explain(graph, Lrp.CHEFER.withRule("s", LrpRule.epsilon(1)), x), "'s'", "own rule");
    }

    @Test
    void theReportNamesTheRuleThatIsApplied() {
        Graph graph = rectifiers(Networks.seeded(12), 0.1);
        Lrp gamma = everywhere(LrpRule.gamma(0.25));
        assertThat(rules(graph, gamma)).containsEntry("s", "epsilon").containsEntry("c2", "gamma");
        assertThat(gamma.parameters().get("rule 01: everywhere")).contains("Gamma", "without weights Epsilon");
        assertThat(rules(graph, Lrp.CHEFER)).containsEntry("s", "normalised");
        assertThat(rules(graph, Lrp.EPSILON)).containsEntry("s", "epsilon").containsEntry("p", "winner");
    }

    private static Map<String, String> rules(Graph graph, Lrp method) {
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", input(Networks.seeded(13), 1)), method);
            return explainer.conservation(request).layers().stream()
                    .collect(Collectors.toMap(LayerConservation::node, LayerConservation::rule));
        }
    }

    @Test
    void onlyRelevanceHasAConservationReport() {
        Graph graph = rectifiers(Networks.seeded(10), 0);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            Request request = Request.of(Map.of("x", input(Networks.seeded(11), 1)), DeepLift.RESCALE);
            assertThatThrownBy(() -> explainer.conservation(request))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("deeplift-rescale");
        }
    }
}
