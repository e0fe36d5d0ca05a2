package dev.whence.quantize.model;

import dev.whence.graph.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds GELU in every spelling: x (1 + erf(x / sqrt 2)) / 2 with its factors in any order, the form with the hyperbolic tangent
 * (Hendrycks, Gimpel 2016, "Gaussian error linear units"), and operators that do it in one.
 */
final class GeluFinder {
    private static final double HALF_ROOT = Math.sqrt(0.5);
    private static final double ROOT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;
    private static final Set<String> CONTRIBUTED = Set.of("Gelu", "FastGelu", "BiasGelu");

    private final Wiring wiring;

    private GeluFinder(Wiring wiring) {
        this.wiring = wiring;
    }

    /** The argument of every GELU by its result. */
    static Map<String, String> find(Wiring wiring) {
        GeluFinder finder = new GeluFinder(wiring);
        Map<String, String> out = new HashMap<>();
        for (Node node : wiring.graph().nodes()) {
            boolean isContributed = node.domain().equals("com.microsoft") && CONTRIBUTED.contains(node.operator());
            if (Wiring.is(node, "Gelu") || isContributed) {
                out.put(node.outputs().getFirst(), node.inputs().getFirst());
            } else if (Wiring.is(node, "Erf", "Tanh")) {
                String x = finder.argument(node);
                String result = x == null ? null : finder.result(node, x);
                if (x != null && result != null) {
                    out.put(result, x);
                }
            }
        }
        return out;
    }

    private @Nullable String argument(Node node) {
        String inner = node.inputs().getFirst();
        return node.operator().equals("Erf") ? scaled(inner, HALF_ROOT) : cubic(inner);
    }

    /** What a value is a number of times of, or null. */
    private @Nullable String scaled(String value, double factor) {
        Node mul = wiring.maker(value, "Mul");
        if (mul != null) {
            for (String x : mul.inputs()) {
                if (wiring.isData(x) && wiring.isNumber(Wiring.other(mul, x), factor)) {
                    return x;
                }
            }
        }
        Node div = wiring.maker(value, "Div");
        return div != null && wiring.isNumber(div.inputs().get(1), 1 / factor)
                ? div.inputs().getFirst()
                : null;
    }

    /** The x of sqrt(2 / pi) (x + 0.044715 x^3), or null. */
    private @Nullable String cubic(String value) {
        String sum = scaled(value, ROOT_TWO_OVER_PI);
        Node add = sum == null ? null : wiring.maker(sum, "Add");
        if (add == null) {
            return factored(value);
        }
        for (String x : add.inputs()) {
            String third = scaled(Wiring.other(add, x), CUBIC);
            if (third != null && isCube(third, x)) {
                return x;
            }
            if (third == null && isScaledCube(Wiring.other(add, x), x)) {
                return x;
            }
        }
        return null;
    }

    /** The x of (sqrt(2 / pi) x) (1 + 0.044715 x x) or of x (sqrt(2 / pi) (1 + ...)), or null. */
    private @Nullable String factored(String value) {
        Node mul = wiring.maker(value, "Mul");
        if (mul == null) {
            return null;
        }
        for (String side : mul.inputs()) {
            String x = scaled(side, ROOT_TWO_OVER_PI);
            Node one = wiring.maker(Wiring.other(mul, side), "Add");
            if (x != null && one != null && wiring.onlyData(one).isPresent()) {
                return x;
            }
        }
        return null;
    }

    private boolean isCube(String value, String x) {
        Node pow = wiring.maker(value, "Pow");
        if (pow != null) {
            return pow.inputs().getFirst().equals(x)
                    && wiring.isNumber(pow.inputs().get(1), 3);
        }
        Node mul = wiring.maker(value, "Mul");
        if (mul == null || !mul.inputs().contains(x)) {
            return false;
        }
        return isSquare(Wiring.other(mul, x), x);
    }

    private boolean isSquare(String value, String x) {
        Node pow = wiring.maker(value, "Pow");
        if (pow != null) {
            return pow.inputs().getFirst().equals(x)
                    && wiring.isNumber(pow.inputs().get(1), 2);
        }
        Node mul = wiring.maker(value, "Mul");
        return mul != null && mul.inputs().equals(List.of(x, x));
    }

    /** Whether a value is 0.044715 x^3 with the number multiplied in between. */
    private boolean isScaledCube(String value, String x) {
        Node mul = wiring.maker(value, "Mul");
        if (mul == null || !mul.inputs().contains(x)) {
            return false;
        }
        String rest = Wiring.other(mul, x);
        String square = scaled(rest, CUBIC);
        if (square != null) {
            return isSquare(square, x);
        }
        Node inner = wiring.maker(rest, "Mul");
        return inner != null && inner.inputs().contains(x) && x.equals(scaled(Wiring.other(inner, x), CUBIC));
    }

    /** Follows 1 + f, times x, times a half, in any order; null if that is not what comes. */
    private @Nullable String result(Node node, String x) {
        Node add = wiring.onlyReader(node.outputs().getFirst());
        if (add == null
                || !Wiring.is(add, "Add")
                || !wiring.isNumber(Wiring.other(add, node.outputs().getFirst()), 1)) {
            return null;
        }
        String at = add.outputs().getFirst();
        double factor = 1;
        boolean hasArgument = false;
        while (!hasArgument || Math.abs(factor - 0.5) > 1e-3) {
            Node next = wiring.onlyReader(at);
            if (next == null || !Wiring.is(next, "Mul", "Div")) {
                return null;
            }
            String other = Wiring.other(next, at);
            OptionalDouble number = wiring.number(other);
            if (number.isPresent()) {
                factor *= next.operator().equals("Mul") ? number.getAsDouble() : 1 / number.getAsDouble();
            } else if (!hasArgument && Wiring.is(next, "Mul")) {
                hasArgument = true;
                if (!other.equals(x)) {
                    if (!x.equals(scaled(other, 0.5))) {
                        return null;
                    }
                    factor *= 0.5;
                }
            } else {
                return null;
            }
            at = next.outputs().getFirst();
        }
        return at;
    }
}
