package dev.whence.graph.operators;

import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Algebra;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Einstein's sum over products: linear in each operand. The gradient towards one operand is Einstein's sum of the output's
 * gradient and the other operands.
 */
final class EinsumOperator {
    private EinsumOperator() {}

    /** The sum that the {@code equation} writes. More than two operands are multiplied from left to right. */
    static final Operator EINSUM = Operator.named("Einsum")
            .since(12)
            .forward(c -> {
                Tensor[] operands = new Tensor[c.arity()];
                for (int i = 0; i < operands.length; i++) {
                    operands[i] = c.in(i);
                }
                return Algebra.einsum(equation(c).text(), operands);
            })
            .gradients(EinsumOperator::gradient)
            .reads(Reads.INPUTS)
            .kind(EinsumOperator::kind)
            .build();

    private static EinsumEquation equation(Call c) {
        List<long[]> shapes = new ArrayList<>();
        for (int i = 0; i < c.arity(); i++) {
            shapes.add(c.shape(i));
        }
        return EinsumEquation.of(c.attributes().text("equation"), shapes);
    }

    private static Kind kind(Call c) {
        if (c.arity() == 1) {
            return Kinds.MOVING;
        }
        if (c.arity() > 2) {
            return new Kind.Composite((emitter, call, in) -> {
                EinsumEquation e = equation(call);
                String first = e.firstProduct();
                String rest = first + "," + String.join(",", e.operands().subList(2, call.arity())) + "->" + e.output();
                Slot product = emitter.apply(
                        "Einsum",
                        Attributes.of(
                                "equation",
                                e.operands().get(0) + "," + e.operands().get(1) + "->" + first),
                        in[0],
                        in[1]);
                Slot[] remaining = new Slot[call.arity() - 1];
                remaining[0] = product;
                System.arraycopy(in, 2, remaining, 1, remaining.length - 1);
                return new Slot[] {emitter.apply("Einsum", Attributes.of("equation", rest), remaining)};
            });
        }
        return c.activeCount() == 2
                ? new Kind.Bilinear(0, 1, true)
                : new Kind.Weighted(c.firstActive(), 1 - c.firstActive(), -1);
    }

    private static @Nullable Tensor[] gradient(Call c, @Nullable Tensor[] gys) {
        Tensor[] out = new Tensor[c.arity()];
        Tensor gy = gys[0];
        if (gy == null) {
            return out;
        }
        EinsumEquation e = equation(c);
        for (int i = 0; i < out.length; i++) {
            if (c.isActive(i)) {
                out[i] = towards(c, e, i, gy);
            }
        }
        return out;
    }

    /** The gradient towards operand {@code index}. */
    private static Tensor towards(Call c, EinsumEquation e, int index, Tensor gy) {
        List<String> terms = new ArrayList<>(List.of(e.output()));
        List<Tensor> operands = new ArrayList<>(List.of(gy));
        for (int i = 0; i < c.arity(); i++) {
            if (i != index) {
                terms.add(e.operands().get(i));
                operands.add(c.in(i));
            }
        }
        StringBuilder wanted = new StringBuilder();
        for (char letter : e.operands().get(index).toCharArray()) {
            long size = e.size(letter);
            if (wanted.indexOf(String.valueOf(letter)) >= 0) {
                // A diagonal: its gradient stands on the diagonal again.
                char twin = e.unused(wanted.toString());
                terms.add("" + letter + twin);
                operands.add(Algebra.identity(gy.type(), size, size));
                wanted.append(twin);
                continue;
            }
            wanted.append(letter);
            if (terms.stream().noneMatch(t -> t.indexOf(letter) >= 0)) {
                terms.add(String.valueOf(letter));
                operands.add(Tensor.full(1, gy.type(), size));
            }
        }
        String equation = String.join(",", terms) + "->" + wanted;
        return Algebra.einsum(equation, operands.toArray(new Tensor[0])).sumTo(c.shape(index));
    }

    static final List<Operator> ALL = List.of(EINSUM);
}
