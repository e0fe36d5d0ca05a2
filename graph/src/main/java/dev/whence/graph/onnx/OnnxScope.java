package dev.whence.graph.onnx;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attribute;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What names and versions mean at one place of a model file: in its graph, in a graph inside a node, or in the body of
 * a function at one of its calls. Names of a whole model stay as they are; names inside a function are bound to those
 * of the call or to fresh ones.
 */
final class OnnxScope {
    /** How deep graphs and functions may lie in each other. */
    private static final int MAX_DEPTH = 64;

    private final @Nullable OnnxScope outer;
    private final @Nullable String function;
    private final Map<String, Integer> opsets;
    private final @Nullable Map<String, Attribute> arguments;
    private final Map<String, String> names = new HashMap<>();
    private final String prefix;
    private final int depth;

    private OnnxScope(
            @Nullable OnnxScope outer,
            @Nullable String function,
            Map<String, Integer> opsets,
            @Nullable Map<String, Attribute> arguments,
            String prefix) {
        this.outer = outer;
        this.function = function;
        this.opsets = opsets;
        this.arguments = arguments;
        this.prefix = prefix;
        this.depth = outer == null ? 0 : outer.depth + 1;
        if (depth > MAX_DEPTH) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "graphs and functions lie more than " + MAX_DEPTH + " deep in each other");
        }
    }

    /** The scope of the model's own graph. */
    static OnnxScope model(Map<String, Integer> opsets) {
        return new OnnxScope(null, null, opsets, null, "");
    }

    /** The scope of a graph inside a node of this scope. */
    OnnxScope inner() {
        return new OnnxScope(this, null, opsets, arguments, prefix);
    }

    /** The scope of a function's body at a call from this scope. */
    OnnxScope call(String called, Map<String, Integer> imports, Map<String, Attribute> given, String callPrefix) {
        for (OnnxScope s = this; s != null; s = s.outer) {
            if (called.equals(s.function)) {
                throw new WhenceException(ErrorCode.MODEL_INVALID, "the function " + called + " calls itself");
            }
        }
        Map<String, Integer> versions = new HashMap<>(opsets);
        versions.putAll(imports);
        return new OnnxScope(this, called, versions, given, callPrefix);
    }

    boolean inFunction() {
        return arguments != null;
    }

    /** What stands before the names made in this scope: empty in the model's own graphs. */
    String prefix() {
        return prefix;
    }

    /** The version of a domain that is imported here, or null. */
    @Nullable
    Integer opset(String domain) {
        return opsets.get(domain);
    }

    /** The value a function's attribute has at this call, or null if the call does not give it. */
    @Nullable
    Attribute argument(String name) {
        return arguments == null ? null : arguments.get(name);
    }

    boolean isBound(String name) {
        return names.containsKey(name);
    }

    void bind(String name, String meaning) {
        names.put(name, meaning);
    }

    /** What a name of the file means in the graph that is being made. */
    String resolve(String name) {
        if (!inFunction() || name.isEmpty()) {
            return name;
        }
        for (OnnxScope s = this; s != null; s = s.outer) {
            String meaning = s.names.get(name);
            if (meaning != null) {
                return meaning;
            }
            if (s.function != null) {
                break;
            }
        }
        return prefix + name;
    }
}
