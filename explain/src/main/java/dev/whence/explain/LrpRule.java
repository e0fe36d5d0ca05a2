package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How one layer hands the relevance of its outputs to its inputs. For a linear layer z_j = sum_i x_i w_ij + b_j, s(z) is z moved
 * away from zero by a small number of its own sign (that of zero is plus). Forms and names follow Bach et al. 2015 ("On
 * pixel-wise explanations", equations 58 and 60), Montavon et al. 2017 ("Explaining nonlinear classification decisions with
 * deep Taylor decomposition") and Montavon et al. 2019 ("Layer-wise relevance propagation: an overview", table 1).
 *
 * <p>Layers that add up without weights (sums, means, average pooling, a batch normalisation that could not be folded) know
 * {@link Epsilon} and {@link Pass}, and constants among what they add always keep their share. A rule that is given
 * {@linkplain LrpPlace.Everywhere everywhere} stands there for {@link Epsilon} with its stabiliser.
 */
public sealed interface LrpRule {
    /** The stabiliser where a rule does not say another. */
    double STABILIZER = 1e-6;

    /** The name that {@link #parse} reads. */
    String name();

    /** What keeps denominators away from zero. */
    double stabilizer();

    /** Whether a sort of layer can have this rule: layers with weights all but {@link Pass}, others only epsilon and it. */
    default boolean fits(LrpLayer layer) {
        return layer.hasWeights() ? !(this instanceof Pass) : this instanceof Epsilon || this instanceof Pass;
    }

    /**
     * R_i = sum_j x_i w_ij / s(z_j) R_j.
     *
     * @param epsilon the stabiliser; large values swallow weak and contradicting relevance
     * @param hasBias whether z contains the bias, which then keeps its share
     */
    record Epsilon(double epsilon, boolean hasBias) implements LrpRule {
        public Epsilon {
            requireStabilizer(epsilon);
        }

        @Override
        public String name() {
            return "epsilon";
        }

        @Override
        public double stabilizer() {
            return epsilon;
        }
    }

    /**
     * Positive products x_i w_ij share alpha R_j, negative ones -beta R_j, each with the bias of their sign. With alpha 1 and
     * beta 0 it is the z-plus rule.
     *
     * @param alpha weight of the positive products, beta + 1
     * @param beta weight of the negative products, 0 or more
     * @param stabilizer keeps denominators away from zero
     * @param hasBias whether the bias keeps its share
     */
    record AlphaBeta(double alpha, double beta, double stabilizer, boolean hasBias) implements LrpRule {
        public AlphaBeta {
            requireStabilizer(stabilizer);
            if (!(beta >= 0) || !(Math.abs(alpha - beta - 1) <= 1e-12)) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "The alpha-beta rule wants beta of 0 or more and alpha = beta + 1; found alpha " + alpha
                                + " and beta " + beta + ".");
            }
        }

        @Override
        public String name() {
            return beta == 0 ? "z-plus" : "alpha-beta";
        }
    }

    /**
     * Favours products of the sign of z_j: where z_j is positive, positive products and the positive bias count 1 + gamma
     * times, where it is negative the negative ones. For inputs that are not negative this is the classic rule with
     * w + gamma max(w, 0).
     *
     * @param gamma how much more
     * @param stabilizer keeps denominators away from zero
     * @param hasOneWeight whether the single weight w + gamma max(w, 0) is used whatever the sign of the input, as other
     *     tools do; the bias stays as it is
     */
    record Gamma(double gamma, double stabilizer, boolean hasOneWeight) implements LrpRule {
        public Gamma {
            requireStabilizer(stabilizer);
            if (!(gamma >= 0) || Double.isInfinite(gamma)) {
                throw new WhenceException(ErrorCode.USAGE, "The gamma rule wants 0 or more; found " + gamma + ".");
            }
        }

        @Override
        public String name() {
            return "gamma";
        }
    }

    /**
     * The positive weights only, whatever the sign of the input, with the bias as it is: what other tools call alpha 1 beta 0.
     * Equals z-plus for inputs and biases that are not negative.
     */
    record PositiveWeights(double stabilizer) implements LrpRule {
        public PositiveWeights {
            requireStabilizer(stabilizer);
        }

        @Override
        public String name() {
            return "positive-weights";
        }
    }

    /**
     * R_i = sum_j w_ij^2 / s(sum_k w_kj^2 + b_j^2) R_j: for first layers whose inputs mean nothing by their size. A bias
     * counts as the weight of an input that is always one, and keeps its share.
     */
    record WSquare(double stabilizer) implements LrpRule {
        public WSquare {
            requireStabilizer(stabilizer);
        }

        @Override
        public String name() {
            return "w-square";
        }
    }

    /** All inputs of an output get the same. Conserves to rounding. */
    record Flat(double stabilizer) implements LrpRule {
        public Flat {
            requireStabilizer(stabilizer);
        }

        @Override
        public String name() {
            return "flat";
        }
    }

    /**
     * The z-box rule for a first layer whose inputs lie between two bounds: products x_i w_ij - low w_ij+ - high w_ij-, which
     * are never negative.
     *
     * @param low the lowest value an input can have; NaN for the smallest one of each example
     * @param high the highest value; NaN for the largest one of each example
     * @param stabilizer keeps denominators away from zero
     */
    record Box(double low, double high, double stabilizer) implements LrpRule {
        public Box {
            requireStabilizer(stabilizer);
            if (Double.isNaN(low) != Double.isNaN(high)
                    || low > high
                    || Double.isInfinite(low)
                    || Double.isInfinite(high)) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "The box rule wants two finite bounds, the lower one first; found " + low + " and " + high
                                + ".");
            }
        }

        @Override
        public String name() {
            return "box";
        }
    }

    /**
     * The rule of Chefer, Gur, Wolf 2021 ("Transformer interpretability beyond attention visualization") with alpha 1: positive
     * products without bias.
     *
     * @param isSeparate whether products of positive and of negative inputs are normalised apart, as that work does for
     *     convolutions, which doubles relevance where both occur; convolutions of three channels then get the box rule
     * @param stabilizer keeps denominators away from zero
     */
    record PositiveProducts(boolean isSeparate, double stabilizer) implements LrpRule {
        public PositiveProducts {
            requireStabilizer(stabilizer);
        }

        @Override
        public String name() {
            return isSeparate ? "positive-products-apart" : "positive-products";
        }
    }

    /** Relevance passes unchanged. Not for layers with weights. */
    record Pass() implements LrpRule {
        @Override
        public String name() {
            return "pass";
        }

        @Override
        public double stabilizer() {
            return STABILIZER;
        }
    }

    /** The epsilon rule with the bias in its denominator. */
    static LrpRule epsilon(double epsilon) {
        return new Epsilon(epsilon, true);
    }

    /** The z-plus rule. */
    static LrpRule zPlus() {
        return alphaBeta(1, 0);
    }

    /** The alpha-beta rule. */
    static LrpRule alphaBeta(double alpha, double beta) {
        return new AlphaBeta(alpha, beta, STABILIZER, true);
    }

    /** The gamma rule. */
    static LrpRule gamma(double gamma) {
        return new Gamma(gamma, STABILIZER, false);
    }

    /** The w-square rule. */
    static LrpRule wSquare() {
        return new WSquare(STABILIZER);
    }

    /** The flat rule. */
    static LrpRule flat() {
        return new Flat(STABILIZER);
    }

    /** The box rule between the smallest and the largest input of each example. */
    static LrpRule box() {
        return new Box(Double.NaN, Double.NaN, STABILIZER);
    }

    /** The names that {@link #parse} reads, each with its numbers and their defaults. */
    static List<String> names() {
        return List.of(
                "epsilon:1e-6", "z-plus", "alpha-beta:2", "gamma:0.25", "w-square", "flat", "box:LOW:HIGH", "pass");
    }

    /**
     * A rule by name, with its numbers behind colons: {@code epsilon:0.1}, {@code alpha-beta:2} (beta is one less),
     * {@code gamma:0.25}, {@code box:-1:1}.
     *
     * @throws WhenceException {@link ErrorCode#USAGE} if there is no such rule or a number does not fit
     */
    static LrpRule parse(String text) {
        String[] parts = text.strip().toLowerCase(Locale.ROOT).split(":", -1);
        double[] n = new double[parts.length - 1];
        try {
            Arrays.setAll(n, i -> Double.parseDouble(parts[i + 1]));
        } catch (NumberFormatException e) {
            throw new WhenceException(ErrorCode.USAGE, "Rule '" + text + "' wants numbers behind its colons.", e);
        }
        return switch (parts[0] + n.length) {
            case "epsilon0" -> epsilon(STABILIZER);
            case "epsilon1" -> epsilon(n[0]);
            case "z-plus0" -> zPlus();
            case "alpha-beta0" -> alphaBeta(2, 1);
            case "alpha-beta1" -> alphaBeta(n[0], n[0] - 1);
            case "gamma0" -> gamma(0.25);
            case "gamma1" -> gamma(n[0]);
            case "w-square0" -> wSquare();
            case "flat0" -> flat();
            case "box0" -> box();
            case "box2" -> new Box(n[0], n[1], STABILIZER);
            case "pass0" -> new Pass();
            default ->
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "There is no LRP rule '" + text + "'; there are " + String.join(", ", names()) + ".");
        };
    }

    private static void requireStabilizer(double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new WhenceException(ErrorCode.USAGE, "A stabiliser must be 0 or more; found " + value + ".");
        }
    }
}
