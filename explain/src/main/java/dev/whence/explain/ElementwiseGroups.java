package dev.whence.explain;

import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Node;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recognises activations that exporters spell out: a product, quotient or sum whose two sides are both elementwise functions
 * of one tensor, such as {@code x * Sigmoid(x)} or the Erf form of GELU, becomes one elementwise step.
 *
 * <pre>
 *   before:  x ─ Sigmoid ─ s          after:  x ─ fused ─ y
 *            x, s ─ Mul ─ y
 * </pre>
 *
 * <p>Rescale gives the same contributions either way; RevealCancel does not, because it would treat the two sides as separate
 * inputs.
 */
final class ElementwiseGroups {
    private final Map<Slot, Step> chains = new IdentityHashMap<>();
    private final List<Step> result = new ArrayList<>();

    private ElementwiseGroups() {}

    /** The same trace with every recognised group as one step; steps that only served groups stay, unreached. */
    static List<Step> fused(List<Step> steps) {
        ElementwiseGroups groups = new ElementwiseGroups();
        for (Step step : steps) {
            groups.add(step);
        }
        return groups.result;
    }

    private void add(Step step) {
        Step fused = isBinary(step) ? join(step) : null;
        Step kept = fused == null ? step : fused;
        if (fused != null || isUnary(step)) {
            chains.put(Objects.requireNonNull(kept.outputs()[0]), kept);
        }
        result.add(kept);
    }

    private static boolean keepsShape(Step step) {
        Slot out = step.outputs().length == 1 ? step.outputs()[0] : null;
        if (out == null) {
            return false;
        }
        for (Slot in : step.inputs()) {
            if (in != null && in.isActive() && !java.util.Arrays.equals(in.shape(), out.shape())) {
                return false;
            }
        }
        return true;
    }

    private static int activeInputs(Step step) {
        int n = 0;
        for (Slot in : step.inputs()) {
            n += in != null && in.isActive() ? 1 : 0;
        }
        return n;
    }

    private static boolean isSum(Step step) {
        return step.kind() instanceof Kind.Moving
                && (step.operator().name().equals("Add")
                        || step.operator().name().equals("Sub"));
    }

    private static boolean isUnary(Step step) {
        boolean elementwise =
                step.kind() instanceof Kind.Elementwise || step.kind() instanceof Kind.Scaling || isSum(step);
        return elementwise && activeInputs(step) == 1 && keepsShape(step);
    }

    private static boolean isBinary(Step step) {
        boolean elementwise = switch (step.kind()) {
            case Kind.Bilinear(int left, int right, boolean isMatrix) -> !isMatrix;
            case Kind.Quotient q -> true;
            case Kind.TwoPlayer t -> true;
            default -> isSum(step);
        };
        return elementwise && step.inputs().length == 2 && activeInputs(step) == 2 && keepsShape(step);
    }

    private static Slot activeInput(Step step) {
        for (Slot in : step.inputs()) {
            if (in != null && in.isActive()) {
                return in;
            }
        }
        throw new IllegalStateException(step.describe());
    }

    /** The values a value is an elementwise function of, itself first. */
    private List<Slot> ancestry(Slot slot) {
        List<Slot> line = new ArrayList<>(List.of(slot));
        for (Step maker = chains.get(slot); maker != null; maker = chains.get(line.getLast())) {
            line.add(activeInput(maker));
        }
        return line;
    }

    private @Nullable Step join(Step step) {
        List<Slot> left = ancestry(Objects.requireNonNull(step.inputs()[0]));
        List<Slot> right = ancestry(Objects.requireNonNull(step.inputs()[1]));
        Set<Slot> onRight = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
        onRight.addAll(right);
        for (Slot candidate : left) {
            if (onRight.contains(candidate)) {
                return fuse(step, candidate, left, right);
            }
        }
        return null;
    }

    private Step fuse(Step last, Slot root, List<Slot> left, List<Slot> right) {
        Set<Step> members = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
        for (List<Slot> side : List.of(left, right)) {
            for (Slot slot : side) {
                if (slot == root) {
                    break;
                }
                members.add(Objects.requireNonNull(chains.get(slot)));
            }
        }
        List<Step> ordered =
                new ArrayList<>(result.stream().filter(members::contains).toList());
        ordered.add(last);
        Group group = new Group(ordered, root);
        Operator operator = Operator.named("whence", "Fused" + last.operator().name())
                .forward(c -> Objects.requireNonNull(group.run(c.in(0)).get(group.output())))
                .gradient(group::gradient)
                .kind(Kinds.ELEMENTWISE)
                .build();
        Node node = last.node()
                .rewired(
                        last.node().name(),
                        List.of(root.name()),
                        last.node().outputs(),
                        last.node().attributes());
        return new Step(node, operator, Kinds.ELEMENTWISE, new Slot[] {root}, last.outputs(), last.precision());
    }

    /** Several steps that make up one function of one tensor. */
    private record Group(List<Step> steps, Slot root) {
        Slot output() {
            return Objects.requireNonNull(steps.getLast().outputs()[0]);
        }

        Map<Slot, Tensor> run(Tensor x) {
            Map<Slot, Tensor> values = new IdentityHashMap<>();
            values.put(root, x);
            for (Step step : steps) {
                values.put(
                        Objects.requireNonNull(step.outputs()[0]),
                        step.operator().forward(at(step, values)));
            }
            return values;
        }

        private static Call at(Step step, Map<Slot, Tensor> values) {
            Call call = step.call();
            @Nullable Tensor[] inputs = call.inputs();
            for (int i = 0; i < inputs.length; i++) {
                Slot slot = step.inputs()[i];
                if (slot != null && slot.isActive()) {
                    inputs[i] = values.get(slot);
                }
            }
            return call.with(inputs);
        }

        Tensor gradient(Call call, Tensor gy) {
            Map<Slot, Tensor> values = run(call.in(0));
            Map<Slot, Tensor> gradients = new IdentityHashMap<>();
            gradients.put(output(), gy);
            for (Step step : steps.reversed()) {
                Slot out = Objects.requireNonNull(step.outputs()[0]);
                Tensor g = gradients.get(out);
                if (g == null) {
                    continue;
                }
                Call at = at(step, values).withOutputs(Objects.requireNonNull(values.get(out)));
                @Nullable
                Tensor[] in = Objects.requireNonNull(step.operator().gradient()).apply(at, new @Nullable Tensor[] {g});
                for (int i = 0; i < in.length; i++) {
                    Slot slot = step.inputs()[i];
                    Tensor part = in[i];
                    if (slot != null && part != null) {
                        gradients.merge(slot, part, Tensor::plus);
                    }
                }
            }
            return Objects.requireNonNull(gradients.get(root));
        }
    }
}
