package dev.whence.quantize.model;

import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names that the author of a network gave its layers, as exporters hand them on: in the path that a node's name is, or in
 * the names of weights and biases.
 */
final class LayerNames {
    private static final Pattern ANONYMOUS = Pattern.compile(".*(::|/).*|(val_|const_?|arg)?\\d*");

    private final Map<String, Integer> paths = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    /** @param all the products among which names must be unique */
    LayerNames(Iterable<Product> all) {
        for (Product product : all) {
            String path = path(product.node());
            if (product.weight() != null && path != null) {
                paths.merge(path, 1, Integer::sum);
            }
        }
    }

    /** The name of a layer with weights. */
    String ofWeighted(Product product) {
        String path = path(product.node());
        if (path != null && paths.getOrDefault(path, 0) == 1) {
            return unique(path);
        }
        String named = product.bias() == null ? null : stem(product.bias().value());
        if (named == null && product.weight() != null) {
            named = stem(product.weight().value());
        }
        return unique(named != null ? named : withOperator(product.node(), path));
    }

    /**
     * The name of a product of attention: its module and its part.
     *
     * @param block the place of the attention among all, for modules without a name
     * @param neighbour a layer of the same module, or null
     */
    String ofProduct(Product product, String part, int block, @Nullable String neighbour) {
        String path = path(product.node());
        if (path == null && neighbour != null && neighbour.contains(".")) {
            path = neighbour.substring(0, neighbour.lastIndexOf('.'));
        }
        return unique((path == null ? "block" + block : path) + "." + part);
    }

    /** The name of a product of two activations that is no part of anything. */
    String ofOther(Product product) {
        return unique(withOperator(product.node(), path(product.node())));
    }

    private static String withOperator(Node node, @Nullable String path) {
        String last = node.name().substring(node.name().lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return path == null ? last : path + "." + last;
    }

    /** The name of a layer normalisation. */
    static String ofNormalization(Node node, String gamma) {
        String path = path(node);
        String named = path != null ? path : stem(gamma);
        return named != null ? named : node.name();
    }

    private String unique(String name) {
        String out = name;
        for (int i = 2; !taken.add(out); i++) {
            out = name + "_" + i;
        }
        return out;
    }

    /** The module in which a node stands: its name without slashes, doubled containers and the operator; null if it has none. */
    static @Nullable String path(Node node) {
        if (!node.name().contains("/")) {
            boolean isMadeUp = node.name().matches("(?i)(node_)?" + Pattern.quote(node.operator()) + "([_:].*|\\d*)?")
                    || node.name().startsWith("node_");
            return isMadeUp ? null : node.name();
        }
        List<String> parts = new ArrayList<>(
                Arrays.stream(node.name().split("/")).filter(p -> !p.isEmpty()).toList());
        if (!parts.isEmpty() && parts.getLast().matches(Pattern.quote(node.operator()) + "(_\\d+)?")) {
            parts.removeLast();
        }
        List<String> out = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            boolean isContainer = i + 1 < parts.size() && parts.get(i + 1).startsWith(parts.get(i) + ".");
            if (!isContainer) {
                out.add(parts.get(i));
            }
        }
        return out.isEmpty() ? null : String.join(".", out);
    }

    /** The name of a weight or bias without its last part; null if an exporter made it up. */
    private static @Nullable String stem(String value) {
        if (ANONYMOUS.matcher(value).matches()) {
            return null;
        }
        String out = value.replaceFirst("[._]?(weight|bias|kernel|gamma|scale)$", "");
        return out.isEmpty() ? null : out;
    }
}
