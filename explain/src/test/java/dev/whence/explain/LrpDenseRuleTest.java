package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule on one dense layer, however its product is spelled, against the rule's formula written out for one output. */
class LrpDenseRuleTest {
    private static final int EXAMPLES = 3;
    private static final int INPUTS = 5;
    private static final int OUTPUTS = 4;
    private static final int TARGET = 1;
    private static final double E = 1e-3;

    /** A spelling of y = x w + b: factors of the product and the bias, and how the operands lie. */
    private record Spelling(double alpha, double beta, boolean isTurned, boolean isDataRight, boolean isBiasApart) {
        Graph graph(NdArray w, NdArray b) {
            Networks.Sketch sketch = new Networks.Sketch(-1, INPUTS)
                    .constant("w", isTurned == isDataRight ? w : transposed(w))
                    .constant("b", isDataRight && !isBiasApart ? NdArray.of(b.toDoubles(), OUTPUTS, 1) : b);
            long turn = isTurned ? 1 : 0;
            Attributes attributes = Attributes.of("alpha", alpha)
                    .with("beta", beta)
                    .with("transA", turn)
                    .with("transB", turn);
            String data = isTurned == isDataRight ? "x" : "t";
            String bias = isBiasApart ? "" : "b";
            String sum = isBiasApart ? "h" : "y";
            sketch.node("Transpose", "t", "x");
            if (isDataRight) {
                sketch.node("Gemm", "g", attributes, "w", data, bias).node("Transpose", sum, "g");
            } else {
                sketch.node("Gemm", sum, attributes, data, "w", bias);
            }
            return (isBiasApart ? sketch.node("Add", "y", "h", "b") : sketch).output("y");
        }

        double bias(double b) {
            return isBiasApart ? b : beta * b;
        }
    }

    private static NdArray transposed(NdArray w) {
        int rows = (int) w.dimension(0);
        int columns = (int) w.dimension(1);
        double[] out = new double[rows * columns];
        Arrays.setAll(out, i -> w.getDouble(i % rows * columns + i / rows));
        return NdArray.of(out, columns, rows);
    }

    static Stream<Arguments> everyRuleAndSpelling() {
        List<LrpRule> rules = List.of(
                new LrpRule.Epsilon(E, true),
                new LrpRule.Epsilon(E, false),
                new LrpRule.AlphaBeta(1, 0, E, true),
                new LrpRule.AlphaBeta(2, 1, E, true),
                new LrpRule.AlphaBeta(2, 1, E, false),
                new LrpRule.Gamma(0.5, E, false),
                new LrpRule.Gamma(0.5, E, true),
                new LrpRule.PositiveWeights(E),
                new LrpRule.WSquare(E),
                new LrpRule.Flat(E),
                new LrpRule.Box(-2, 3, E),
                new LrpRule.PositiveProducts(false, E),
                new LrpRule.PositiveProducts(true, E));
        List<Spelling> spellings = List.of(
                new Spelling(1, 1, false, false, false),
                new Spelling(0.25, -1.5, false, false, false),
                new Spelling(-3, 0.5, true, false, false),
                new Spelling(2, 2, false, true, false),
                new Spelling(-0.5, 3, true, true, false),
                new Spelling(-2, 7, false, false, true));
        return rules.stream().flatMap(rule -> spellings.stream().map(spelling -> Arguments.of(rule, spelling)));
    }

    @ParameterizedTest
    @MethodSource("everyRuleAndSpelling")
    void aDenseLayerSharesByItsRuleHoweverItIsSpelled(LrpRule rule, Spelling spelling) {
        RandomGenerator random = Networks.seeded(21);
        NdArray w = Networks.random(random, 1, INPUTS, OUTPUTS);
        NdArray b = Networks.random(random, 1, OUTPUTS);
        NdArray x = Networks.random(random, 1, EXAMPLES, INPUTS);
        Lrp method = Lrp.of("lrp", LrpComposite.EPSILON.with(LrpPlace.dense(), rule));
        try (Explainer explainer = Explainer.of(spelling.graph(w, b), Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), method).target(new TargetChoice.Index(TARGET));
            Conservation found = explainer.conservation(request);
            double[] scores = found.explanation()
                    .attribution()
                    .units()
                    .getFirst()
                    .scores()
                    .toDoubles();
            for (int n = 0; n < EXAMPLES; n++) {
                double[] products = new double[INPUTS];
                double[] weights = new double[INPUTS];
                for (int k = 0; k < INPUTS; k++) {
                    weights[k] = spelling.alpha() * w.getDouble(k * OUTPUTS + TARGET);
                    products[k] = weights[k] * x.getDouble(n * INPUTS + k);
                }
                double bias = spelling.bias(b.getDouble(TARGET));
                double relevance = Arrays.stream(products).sum() + bias;
                assertThat(found.start()[n]).isCloseTo(relevance, within(1e-12));
                double[] wanted = shares(rule, products, weights, bias);
                for (int k = 0; k < INPUTS; k++) {
                    assertThat(scores[n * INPUTS + k])
                            .as("example %d input %d", n, k)
                            .isCloseTo(wanted[k] * relevance, within(1e-9));
                }
            }
        }
    }

    /** What each input gets of a relevance of one. */
    private static double[] shares(LrpRule rule, double[] p, double[] w, double b) {
        double[] plus = Arrays.stream(p).map(v -> Math.max(v, 0)).toArray();
        double[] minus = Arrays.stream(p).map(v -> Math.min(v, 0)).toArray();
        double z = sum(p) + b;
        return switch (rule) {
            case LrpRule.Epsilon(double e, boolean hasBias) -> of(p, hasBias ? b : 0);
            case LrpRule.AlphaBeta(double alpha, double beta, double e, boolean hasBias) -> {
                double[] first = of(plus, hasBias ? Math.max(b, 0) : 0);
                double[] second = ofNegative(minus, hasBias ? Math.min(b, 0) : 0);
                yield each(i -> alpha * first[i] - beta * second[i]);
            }
            case LrpRule.Gamma(double gamma, double e, boolean hasOneWeight) -> {
                if (hasOneWeight) {
                    yield of(each(i -> p[i] * (w[i] > 0 ? 1 + gamma : 1)), b);
                }
                double favoured = z > 0 ? Math.max(b, 0) : Math.min(b, 0);
                yield of(each(i -> p[i] + gamma * (z > 0 ? plus[i] : minus[i])), b + gamma * favoured);
            }
            case LrpRule.PositiveWeights _ -> of(each(i -> w[i] > 0 ? p[i] : 0), b);
            case LrpRule.WSquare _ -> of(each(i -> w[i] * w[i]), b * b);
            case LrpRule.Flat _ -> of(each(i -> 1), 0);
            case LrpRule.Box(double low, double high, double e) ->
                of(each(i -> p[i] - low * Math.max(w[i], 0) - high * Math.min(w[i], 0)), 0);
            case LrpRule.PositiveProducts(boolean isSeparate, double e) -> {
                double[] positive = each(i -> w[i] > 0 ? plus[i] : 0);
                double[] negative = each(i -> w[i] > 0 ? 0 : plus[i]);
                double[] first = of(positive, 0);
                double[] second = of(negative, 0);
                yield isSeparate ? each(i -> first[i] + second[i]) : of(plus, 0);
            }
            case LrpRule.Pass _ -> throw new IllegalArgumentException();
        };
    }

    private static double[] each(IntToDoubleFunction of) {
        double[] out = new double[INPUTS];
        Arrays.setAll(out, of);
        return out;
    }

    private static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }

    private static double[] of(double[] parts, double rest) {
        double z = sum(parts) + rest;
        return each(i -> parts[i] / (z + (z < 0 ? -E : E)));
    }

    private static double[] ofNegative(double[] parts, double rest) {
        return each(i -> parts[i] / (sum(parts) + rest - E));
    }
}
