package dev.whence.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Operators by domain, name and version. Immutable. */
public final class OperatorSet {
    private final Map<String, List<Operator>> byName = new HashMap<>();
    private final List<Operator> all = new ArrayList<>();

    private OperatorSet() {}

    /** A set of several families; two entries of one operator with the same version are a mistake. */
    @SafeVarargs
    public static OperatorSet of(List<Operator>... families) {
        OperatorSet set = new OperatorSet();
        for (List<Operator> family : families) {
            for (Operator operator : family) {
                List<Operator> versions =
                        set.byName.computeIfAbsent(key(operator.domain(), operator.name()), k -> new ArrayList<>());
                if (versions.stream().anyMatch(o -> o.since() == operator.since())) {
                    throw new IllegalArgumentException("operator " + operator + " is listed twice");
                }
                versions.add(operator);
                set.all.add(operator);
            }
        }
        set.byName.values().forEach(v -> v.sort(Comparator.comparingInt(Operator::since)));
        set.all.sort(Comparator.comparing(Operator::domain)
                .thenComparing(Operator::name)
                .thenComparingInt(Operator::since));
        return set;
    }

    private static String key(String domain, String name) {
        return (domain.equals("ai.onnx") ? "" : domain) + "::" + name;
    }

    /** The newest entry that is not newer than the opset. */
    public Optional<Operator> find(String domain, String name, int opset) {
        Operator best = null;
        for (Operator operator : byName.getOrDefault(key(domain, name), List.of())) {
            if (operator.since() <= opset) {
                best = operator;
            }
        }
        return Optional.ofNullable(best);
    }

    /** All operators, by domain, name and version. */
    public List<Operator> all() {
        return List.copyOf(all);
    }
}
