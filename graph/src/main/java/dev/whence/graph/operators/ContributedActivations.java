package dev.whence.graph.operators;

import dev.whence.graph.Attributes;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import java.util.List;

/** Activations that ONNX Runtime's optimiser writes into models, in the domain {@code com.microsoft}. */
final class ContributedActivations {
    private static final String DOMAIN = "com.microsoft";
    private static final Attributes TANH_FORM = Attributes.of("approximate", "tanh");

    private ContributedActivations() {}

    private static Operator inlined(String name, Kind.Expansion expansion) {
        return Operator.named(DOMAIN, name).inlined(expansion).build();
    }

    static final List<Operator> ALL = List.of(
            inlined("Gelu", (emitter, call, in) -> new Slot[] {emitter.apply("Gelu", in[0])}),
            inlined("BiasGelu", (emitter, call, in) ->
                    new Slot[] {emitter.apply("Gelu", emitter.apply("Add", in[0], in[1]))}),
            inlined("FastGelu", (emitter, call, in) -> new Slot[] {
                emitter.apply("Gelu", TANH_FORM, call.has(1) ? emitter.apply("Add", in[0], in[1]) : in[0])
            }),
            ActivationOperators.swish(DOMAIN, "QuickGelu", 1.702));
}
