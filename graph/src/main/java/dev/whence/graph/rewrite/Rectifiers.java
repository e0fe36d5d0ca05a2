package dev.whence.graph.rewrite;

import dev.whence.graph.Attributes;
import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The many spellings of y = max(x, 0). */
final class Rectifiers {
    /** The first opset of today's {@code Clip}, whose bounds are inputs. */
    private static final int BOUNDS_ARE_INPUTS = 11;

    private Rectifiers() {}

    static Optional<Edit> fromMax(Site site) {
        Node node = site.node();
        if (!site.is("Max") || node.inputs().size() != 2) {
            return Optional.empty();
        }
        for (int zero = 0; zero < 2; zero++) {
            String x = node.inputs().get(1 - zero);
            if (isZero(site, node.inputs().get(zero), x)) {
                return Optional.of(relu(List.of(node), node, x));
            }
        }
        return Optional.empty();
    }

    static Optional<Edit> fromClip(Site site) {
        Node node = site.node();
        if (!site.is("Clip")) {
            return Optional.empty();
        }
        double low;
        double high;
        if (node.opset() < BOUNDS_ARE_INPUTS) {
            low = node.attributes().real("min", Double.NEGATIVE_INFINITY);
            high = node.attributes().real("max", Double.POSITIVE_INFINITY);
        } else {
            low = bound(site, 1, Double.NEGATIVE_INFINITY);
            high = bound(site, 2, Double.POSITIVE_INFINITY);
        }
        return low == 0 && high >= Float.MAX_VALUE
                ? Optional.of(relu(List.of(node), node, node.inputs().getFirst()))
                : Optional.empty();
    }

    /** A bound given as input; NaN if it is not known. */
    private static double bound(Site site, int input, double otherwise) {
        if (!site.node().hasInput(input)) {
            return otherwise;
        }
        OptionalDouble number = site.number(site.node().inputs().get(input));
        return number.orElse(Double.NaN);
    }

    static Optional<Edit> fromWhere(Site site) {
        Node node = site.node();
        if (!site.is("Where") || node.inputs().size() != 3) {
            return Optional.empty();
        }
        String x = node.inputs().get(1);
        if (!isZero(site, node.inputs().get(2), x)) {
            return Optional.empty();
        }
        List<Node> conditions = new ArrayList<>();
        site.producer(0, "Greater").ifPresent(conditions::add);
        site.producer(0, "GreaterOrEqual").ifPresent(conditions::add);
        site.producer(0, "Less").ifPresent(conditions::add);
        site.producer(0, "LessOrEqual").ifPresent(conditions::add);
        for (Node condition : conditions) {
            int left = condition.operator().startsWith("Greater") ? 0 : 1;
            if (condition.inputs().get(left).equals(x)
                    && isZero(site, condition.inputs().get(1 - left), x)) {
                boolean goes = site.isReadOnce(condition.outputs().getFirst());
                return Optional.of(relu(goes ? List.of(condition, node) : List.of(node), node, x));
            }
        }
        return Optional.empty();
    }

    private static boolean isZero(Site site, String value, String beside) {
        return site.isNumber(value, 0) && site.keepsShape(value, beside);
    }

    private static Edit relu(List<Node> removed, Node node, String x) {
        return Edit.replace(
                removed, new Node(node.name(), "", "Relu", node.opset(), List.of(x), node.outputs(), Attributes.NONE));
    }
}
