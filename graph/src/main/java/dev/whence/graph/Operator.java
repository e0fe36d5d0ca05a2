package dev.whence.graph;

import dev.whence.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What Whence knows of one operator: name, first opset of this meaning, forward, gradient towards its inputs, and its kind
 * for attribution. An operator is data; methods read it.
 *
 * <pre>{@code
 * Operator.named("Relu")
 *     .forward(c -> c.in(0).relu())
 *     .gradient((c, gy) -> gy.times(c.out(0).greaterThan(0)))
 *     .reads(Reads.OUTPUTS)
 *     .kind(Kinds.ELEMENTWISE)
 *     .build();
 * }</pre>
 */
public final class Operator {
    private final String domain;
    private final String name;
    private final int since;
    private final Body body;
    private final @Nullable Gradient gradient;
    private final Reads reads;
    private final KindRule kind;
    private final @Nullable Forward linearPart;

    private Operator(Builder b) {
        this.domain = b.domain;
        this.name = b.name;
        this.since = b.since;
        this.body = Objects.requireNonNull(b.body, () -> b.name + " has no forward");
        this.gradient = b.gradient;
        this.reads = b.reads;
        this.kind = b.kind;
        this.linearPart = b.linearPart;
    }

    /** Begins an operator of the standard domain. */
    public static Builder named(String name) {
        return new Builder("", name);
    }

    /** Begins an operator of another domain. */
    public static Builder named(String domain, String name) {
        return new Builder(domain, name);
    }

    /** The domain; empty for the standard one. */
    public String domain() {
        return domain;
    }

    /** The name, such as {@code Conv}. */
    public String name() {
        return name;
    }

    /** The first opset in which the operator has this meaning. */
    public int since() {
        return since;
    }

    /**
     * Runs the operator on other values than those of a run, for rules that ask what it would have given.
     *
     * @return the first output
     * @throws IllegalStateException if the operator is not a primitive (steps always are)
     */
    public Tensor forward(Call call) {
        return Objects.requireNonNull(forwardAll(call).getFirst());
    }

    /** As {@link #forward}, with all outputs. */
    public List<? extends @Nullable Tensor> forwardAll(Call call) {
        if (body instanceof Primitive(Forward forward)) {
            return forward.apply(call);
        }
        throw new IllegalStateException(this + " is not a primitive");
    }

    /** How it runs. */
    public Body body() {
        return body;
    }

    /** The gradient, or null if it has none of its own. */
    public @Nullable Gradient gradient() {
        return gradient;
    }

    /** What the gradient reads. */
    public Reads reads() {
        return reads;
    }

    /** The kind of one occurrence. */
    public Kind kind(Call call) {
        return kind.of(call);
    }

    /** The operator without its constants, for {@link Kind.Moving}: from differences to differences; or null. */
    public @Nullable Forward linearPart() {
        return linearPart;
    }

    /** Domain, name and first opset. */
    @Override
    public String toString() {
        return (domain.isEmpty() ? "" : domain + "::") + name + "-" + since;
    }

    /** How an operator runs. */
    public sealed interface Body {}

    /** From tensors to tensors. */
    record Primitive(Forward forward) implements Body {}

    /** Written out with smaller operators every time it runs. */
    record Inlined(Kind.Expansion expansion) implements Body {}

    /** Runs graphs or handles lists: needs the interpreter itself. */
    record Structural(Control control) implements Body {}

    /** Inputs to outputs. */
    @FunctionalInterface
    public interface Forward {
        /** The outputs, as many as the node names (more are ignored, null for unwanted ones). */
        List<? extends @Nullable Tensor> apply(Call call);
    }

    /** Inputs to the one output. */
    @FunctionalInterface
    public interface SingleForward {
        /** The output. */
        Tensor apply(Call call);
    }

    /** The vector-Jacobian product. */
    @FunctionalInterface
    public interface Gradient {
        /**
         * Gradients towards the inputs, shaped like them; null for inputs that are not active or do not matter.
         *
         * @param call inputs and outputs, as far as declared as read
         * @param outputGradients one an output, null where nothing flows
         */
        @Nullable
        Tensor[] apply(Call call, @Nullable Tensor[] outputGradients);
    }

    /** The vector-Jacobian product of an operator with one output towards its first input. */
    @FunctionalInterface
    public interface SingleGradient {
        /** The gradient towards input 0. */
        Tensor apply(Call call, Tensor outputGradient);
    }

    /** The kind of an occurrence. */
    @FunctionalInterface
    public interface KindRule {
        /** The kind, given which inputs are active. */
        Kind of(Call call);
    }

    /** An operator that needs the interpreter. */
    @FunctionalInterface
    public interface Control {
        /** Runs; returns one variable for each output of the node (null where unwanted). */
        List<? extends @Nullable Variable> run(Interpreter interpreter, Node node, @Nullable Variable[] inputs);
    }

    /** Collects the facts of an operator. */
    public static final class Builder {
        private final String domain;
        private final String name;
        private int since = 1;
        private @Nullable Body body;
        private @Nullable Gradient gradient;
        private Reads reads = Reads.ALL;
        private KindRule kind = c -> new Kind.Blocking("it has no gradient");
        private @Nullable Forward linearPart;

        private Builder(String domain, String name) {
            this.domain = domain;
            this.name = name;
        }

        /** The first opset in which the operator has this meaning; 1 unless said. */
        public Builder since(int opset) {
            this.since = opset;
            return this;
        }

        /** Runs and has one output. */
        public Builder forward(SingleForward forward) {
            this.body = new Primitive(c -> List.of(forward.apply(c)));
            return this;
        }

        /** Runs and has several outputs. */
        public Builder forwardMany(Forward forward) {
            this.body = new Primitive(forward);
            return this;
        }

        /** Is written out with smaller operators; no other fact is needed. */
        public Builder inlined(Kind.Expansion expansion) {
            this.body = new Inlined(expansion);
            return this;
        }

        /** Needs the interpreter. */
        public Builder structural(Control control) {
            this.body = new Structural(control);
            return this;
        }

        /** The gradient towards input 0. */
        public Builder gradient(SingleGradient single) {
            this.gradient = (c, gys) -> {
                @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
                Tensor gy = gys[0];
                if (gy != null && c.isActive(0)) {
                    out[0] = single.apply(c, gy);
                }
                return out;
            };
            return this;
        }

        /** The gradient towards every active input. */
        public Builder gradients(Gradient all) {
            this.gradient = all;
            return this;
        }

        /** What the gradient reads besides shapes and constants; everything unless said. */
        public Builder reads(Reads what) {
            this.reads = what;
            return this;
        }

        /** The kind, whichever inputs are active. */
        public Builder kind(Kind always) {
            this.kind = c -> always;
            return this;
        }

        /** The kind by occurrence. */
        public Builder kind(KindRule rule) {
            this.kind = rule;
            return this;
        }

        /** The operator without its constants; only a faster way for {@link Kind.Moving}. */
        public Builder linearPart(SingleForward part) {
            this.linearPart = c -> List.of(part.apply(c));
            return this;
        }

        /** Makes the operator. */
        public Operator build() {
            return new Operator(this);
        }
    }
}
