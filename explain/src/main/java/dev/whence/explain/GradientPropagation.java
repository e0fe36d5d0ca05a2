package dev.whence.explain;

import dev.whence.graph.Call;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Kind;
import dev.whence.graph.Network;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gradient, and the two methods that differ from it at rectifiers only: guided backpropagation (Springenberg et al. 2015)
 * lets a gradient pass where both it and the activation are positive, deconvnet (Zeiler and Fergus 2014) where the gradient
 * is positive.
 */
final class GradientPropagation implements Propagation {
    private final Network network;
    private final List<Step> steps;
    private final RectifierRule rectifiers;

    GradientPropagation(Network network, List<Step> steps, RectifierRule rectifiers) {
        this.network = network;
        this.steps = steps;
        this.rectifiers = rectifiers;
    }

    /** What a walk with these rules reads. */
    static final Interpreter.Retention RETENTION =
            (operator, kind) -> kind instanceof Kind.Composite && operator.gradient() == null
                    ? Reads.INPUTS
                    : Interpreter.Retention.GRADIENT.reads(operator, kind);

    @Override
    public Interpreter.Retention retention() {
        return RETENTION;
    }

    @Override
    public Pullback at(int index) {
        Step step = steps.get(index);
        Operator.Gradient gradient = step.operator().gradient();
        if (gradient == null) {
            return step.kind() instanceof Kind.Composite
                    ? (t, outputs) -> throughExpansion(step, outputs)
                    : (t, outputs) -> new @Nullable Signal[step.inputs().length];
        }
        Call call = step.call();
        if (step.operator().name().equals("Relu")) {
            switch (rectifiers) {
                case GRADIENT -> {}
                case GUIDED_BACKPROP -> {
                    return (t, outputs) -> signals(gradient.apply(call, positive(outputs)));
                }
                case DECONVNET -> {
                    return (t, outputs) -> signals(positive(outputs));
                }
            }
        }
        return (t, outputs) -> signals(gradient.apply(call, tensors(outputs)));
    }

    private @Nullable Tensor[] positive(@Nullable Signal[] outputs) {
        @Nullable Tensor[] gys = tensors(outputs);
        Tensor gy = gys[0];
        gys[0] = gy == null ? null : gy.relu();
        return gys;
    }

    /** The gradient of an operator that has none of its own: through the smaller operators that define it. */
    private @Nullable Signal[] throughExpansion(Step step, @Nullable Signal[] outputs) {
        Network.Expanded inside = network.expand(step, step.call().inputs());
        Backward.Signals signals = seeds(inside, outputs);
        List<Slot> wanted = activeInputs(inside);
        Backward.walkInside(
                inside.steps(), new GradientPropagation(network, inside.steps(), rectifiers), List.of(signals), wanted);
        return arrived(inside, signals);
    }

    static Backward.Signals seeds(Network.Expanded inside, @Nullable Signal[] outputs) {
        Backward.Signals signals = new Backward.Signals();
        for (int i = 0; i < outputs.length; i++) {
            Signal signal = outputs[i];
            Slot slot = inside.outputs()[i];
            if (signal != null && slot != null) {
                signals.seed(slot, signal.map(Tensor::alias));
            }
        }
        return signals;
    }

    static List<Slot> activeInputs(Network.Expanded inside) {
        List<Slot> wanted = new ArrayList<>();
        for (Slot slot : inside.inputs()) {
            if (slot != null && slot.isActive()) {
                wanted.add(slot);
            }
        }
        return wanted;
    }

    static @Nullable Signal[] arrived(Network.Expanded inside, Backward.Signals signals) {
        @Nullable Signal[] result = new @Nullable Signal[inside.inputs().length];
        for (int i = 0; i < result.length; i++) {
            Slot slot = inside.inputs()[i];
            result[i] = slot == null ? null : signals.at(slot);
        }
        return result;
    }

    static @Nullable Tensor[] tensors(@Nullable Signal[] signals) {
        @Nullable Tensor[] out = new @Nullable Tensor[signals.length];
        for (int i = 0; i < out.length; i++) {
            Signal signal = signals[i];
            out[i] = signal == null ? null : signal.plus();
        }
        return out;
    }

    static @Nullable Signal[] signals(@Nullable Tensor[] tensors) {
        @Nullable Signal[] out = new @Nullable Signal[tensors.length];
        for (int i = 0; i < out.length; i++) {
            Tensor tensor = tensors[i];
            out[i] = tensor == null ? null : Signal.of(tensor);
        }
        return out;
    }
}
