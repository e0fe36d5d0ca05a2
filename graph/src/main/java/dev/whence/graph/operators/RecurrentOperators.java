package dev.whence.graph.operators;

import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * RNN, GRU and LSTM, written out step by step in time with matrix products, activations and products, so that every method
 * works on them as on any other graph. What does not depend on the state before is computed for all steps at once.
 */
final class RecurrentOperators {
    private RecurrentOperators() {}

    /** H = f(X W' + H R' + Wb + Rb). */
    static final Operator RNN = Operator.named("RNN")
            .inlined((emitter, c, in) -> RecurrentSequence.of(emitter, c, in, 1)
                    .run(RecurrentActivations.of(c, RecurrentSequence.directions(c), "Tanh"), RecurrentOperators::rnn))
            .build();

    private static State rnn(Direction d, Slot x, State before) {
        Slot sum = d.formula().plus(x, d.recurrent(before.hidden()));
        return new State(d.activations().gate(d.formula(), 0, sum), null);
    }

    /**
     * Gates z (update), r (reset) and h (candidate): H = (1 - z) h + z H. With {@code linear_before_reset} the reset gate
     * multiplies after the recurrent matrix, else before it.
     */
    static final Operator GRU = Operator.named("GRU")
            .inlined((emitter, c, in) -> RecurrentSequence.of(emitter, c, in, 3)
                    .run(
                            RecurrentActivations.of(c, RecurrentSequence.directions(c), "Sigmoid", "Tanh"),
                            c.attributes().flag("linear_before_reset", false)
                                    ? RecurrentOperators::gruResetAfter
                                    : RecurrentOperators::gruResetBefore))
            .build();

    private static State gruResetAfter(Direction d, Slot x, State before) {
        Formula f = d.formula();
        Slot[] own = f.split(x, -1, 3);
        Slot[] state = f.split(d.recurrent(before.hidden()), -1, 3);
        Slot z = d.activations().gate(f, 0, f.plus(own[0], state[0]));
        Slot r = d.activations().gate(f, 0, f.plus(own[1], state[1]));
        Slot h = d.activations().gate(f, 1, f.plus(own[2], f.times(r, state[2])));
        return blended(f, z, h, before.hidden());
    }

    private static State gruResetBefore(Direction d, Slot x, State before) {
        Formula f = d.formula();
        Slot[] own = f.split(x, -1, 3);
        Slot[] gates = f.split(d.recurrentPart(before.hidden(), 0, 2), -1, 2);
        Slot z = d.activations().gate(f, 0, f.plus(own[0], gates[0]));
        Slot r = d.activations().gate(f, 0, f.plus(own[1], gates[1]));
        Slot state = d.recurrentPart(f.times(r, before.hidden()), 2, 3);
        Slot h = d.activations().gate(f, 1, f.plus(own[2], state));
        return blended(f, z, h, before.hidden());
    }

    private static State blended(Formula f, Slot z, Slot h, Slot before) {
        Slot rest = f.minus(f.number(1), z);
        return new State(f.plus(f.times(rest, h), f.times(z, before)), null);
    }

    /**
     * Gates i (input), o (output), f (forget) and candidate c, with peepholes from the cell:
     * C = f C + i c, H = o h(C).
     */
    static final Operator LSTM = Operator.named("LSTM")
            .inlined((emitter, c, in) -> {
                boolean coupled = c.attributes().flag("input_forget", false);
                return RecurrentSequence.of(emitter, c, in, 4)
                        .run(
                                RecurrentActivations.of(c, RecurrentSequence.directions(c), "Sigmoid", "Tanh", "Tanh"),
                                (d, x, before) -> lstm(d, x, before, coupled));
            })
            .build();

    private static State lstm(Direction d, Slot x, State before, boolean coupled) {
        Formula f = d.formula();
        RecurrentActivations a = d.activations();
        Slot cell = Objects.requireNonNull(before.cell());
        Slot[] gates = f.split(f.plus(x, d.recurrent(before.hidden())), -1, 4);
        Slot input = a.gate(f, 0, d.peeped(gates[0], 0, cell));
        Slot forget = coupled ? f.minus(f.number(1), input) : a.gate(f, 0, d.peeped(gates[2], 2, cell));
        Slot candidate = a.gate(f, 1, gates[3]);
        Slot next = f.plus(f.times(forget, cell), f.times(input, candidate));
        Slot output = a.gate(f, 0, d.peeped(gates[1], 1, next));
        return new State(f.times(output, a.plain(f, 2, next)), next);
    }

    /**
     * What goes from one step to the next.
     *
     * @param hidden the hidden state, {@code [N, H]}
     * @param cell the cell of an LSTM, {@code [N, H]}
     */
    record State(Slot hidden, @Nullable Slot cell) {}

    /** One step in time. */
    interface Cell {
        /** The state after a step; {@code x} holds the sums over the input and the biases, {@code [N, gates H]}. */
        State step(Direction direction, Slot x, State before);
    }

    /**
     * The weights of one direction.
     *
     * @param recurrent {@code [H, gates H]}
     * @param recurrentBias {@code [gates H]} where it must be added inside the step, else null
     * @param peepholes {@code [3 H]} for input, output and forget gate, or null
     */
    record Direction(
            Formula formula,
            RecurrentActivations activations,
            long hidden,
            Slot recurrent,
            @Nullable Slot recurrentBias,
            @Nullable Slot peepholes) {

        Slot recurrent(Slot h) {
            Slot product = formula.product(h, recurrent);
            return recurrentBias == null ? product : formula.plus(product, recurrentBias);
        }

        /** The product with the weights of some gates only. */
        Slot recurrentPart(Slot h, int from, int to) {
            Slot product = formula.product(h, formula.slice(recurrent, 1, from * hidden, to * hidden));
            return recurrentBias == null
                    ? product
                    : formula.plus(product, formula.slice(recurrentBias, 0, from * hidden, to * hidden));
        }

        Slot peeped(Slot sum, int gate, Slot cell) {
            if (peepholes == null) {
                return sum;
            }
            Slot weights = formula.slice(peepholes, 0, gate * hidden, (gate + 1) * hidden);
            return formula.plus(sum, formula.times(cell, weights));
        }
    }

    static final List<Operator> ALL = List.of(RNN, GRU, LSTM);
}
