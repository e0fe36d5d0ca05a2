package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Emitter;
import dev.whence.graph.Slot;
import dev.whence.graph.operators.RecurrentOperators.Cell;
import dev.whence.graph.operators.RecurrentOperators.Direction;
import dev.whence.graph.operators.RecurrentOperators.State;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Unrolls a recurrent operator over time: both directions, initial states, lengths and layouts. */
final class RecurrentSequence {
    private final Formula formula;
    private final Call call;
    private final @Nullable Slot[] inputs;
    private final int gates;
    private final boolean batchFirst;
    private final long steps;
    private final long batch;
    private final long hidden;
    private final long @Nullable [] lengths;

    private RecurrentSequence(Emitter emitter, Call call, @Nullable Slot[] inputs, int gates) {
        this.formula = new Formula(emitter, call.type(0));
        this.call = call;
        this.inputs = inputs;
        this.gates = gates;
        this.batchFirst = call.attributes().flag("layout", false);
        long[] x = call.shape(0);
        long[] r = call.shape(2);
        if (x.length != 3 || r.length != 3 || r[1] != gates * r[2] || r[0] != directions(call)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "input of shape " + Arrays.toString(x) + " and recurrent weights of shape " + Arrays.toString(r)
                            + " do not fit; [steps, batch, size] and [" + directions(call) + ", " + gates
                            + " hidden, hidden] are expected");
        }
        this.steps = x[batchFirst ? 1 : 0];
        this.batch = x[batchFirst ? 0 : 1];
        this.hidden = r[2];
        this.lengths = lengths(call, batch, steps);
    }

    /** Prepares the sequence of a call with that many gates. */
    static RecurrentSequence of(Emitter emitter, Call c, @Nullable Slot[] in, int gates) {
        return new RecurrentSequence(emitter, c, in, gates);
    }

    static int directions(Call c) {
        return c.attributes().text("direction", "forward").equals("bidirectional") ? 2 : 1;
    }

    private static long @Nullable [] lengths(Call c, long batch, long steps) {
        Tensor given = c.optional(4);
        if (given == null) {
            return null;
        }
        long[] lengths = given.toLongs();
        if (lengths.length != batch || Arrays.stream(lengths).anyMatch(n -> n < 0 || n > steps)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "sequence_lens " + Arrays.toString(lengths) + " do not fit " + batch + " sequences of " + steps
                            + " steps");
        }
        return Arrays.stream(lengths).allMatch(n -> n == steps) ? null : lengths;
    }

    private @Nullable Slot input(int index) {
        return index < inputs.length ? inputs[index] : null;
    }

    /** Runs every direction; returns all hidden states, the last hidden state and the last cell. */
    @Nullable
    Slot[] run(List<RecurrentActivations> activations, Cell cell) {
        Slot x = Objects.requireNonNull(input(0));
        x = batchFirst ? formula.permute(x, 1, 0, 2) : x;
        String direction = call.attributes().text("direction", "forward");
        List<Slot> all = new ArrayList<>();
        List<Slot> lastHidden = new ArrayList<>();
        List<Slot> lastCell = new ArrayList<>();
        for (int d = 0; d < activations.size(); d++) {
            boolean backward = d == 1 || direction.equals("reverse");
            Unrolled unrolled = unroll(d, x, backward, activations.get(d), cell);
            if (call.wants(0)) {
                all.add(formula.concat(0, unrolled.hidden()));
            }
            lastHidden.add(formula.unsqueeze(unrolled.last().hidden(), 0));
            Slot c = unrolled.last().cell();
            if (c != null) {
                lastCell.add(formula.unsqueeze(c, 0));
            }
        }
        Slot y = all.isEmpty() ? null : formula.concat(1, all);
        Slot h = call.wants(1) ? formula.concat(0, lastHidden) : null;
        Slot c = call.wants(2) && !lastCell.isEmpty() ? formula.concat(0, lastCell) : null;
        return batchFirst
                ? new Slot[] {
                    y == null ? null : formula.permute(y, 2, 0, 1, 3),
                    h == null ? null : formula.permute(h, 1, 0, 2),
                    c == null ? null : formula.permute(c, 1, 0, 2)
                }
                : new Slot[] {y, h, c};
    }

    /**
     * One direction.
     *
     * @param hidden the hidden states in the order of time, each {@code [1, 1, N, H]}
     */
    private record Unrolled(List<Slot> hidden, State last) {}

    private Unrolled unroll(int d, Slot x, boolean backward, RecurrentActivations activations, Cell cell) {
        Slot weight = transposed(part(Objects.requireNonNull(input(1)), d));
        Slot recurrent = transposed(part(Objects.requireNonNull(input(2)), d));
        Slot sums = formula.product(x, weight);
        Slot recurrentBias = null;
        Slot bias = input(3);
        if (bias != null) {
            Slot[] halves = formula.split(part(bias, d), 0, 2);
            sums = formula.plus(sums, halves[0]);
            recurrentBias = halves[1];
        }
        Slot peepholes = input(7);
        Direction direction = new Direction(
                formula, activations, hidden, recurrent, recurrentBias, peepholes == null ? null : part(peepholes, d));
        Slot[] moments = formula.split(sums, 0, (int) steps);
        Slot[] hiddens = new Slot[(int) steps];
        State state = new State(initial(5, d), gates == 4 ? initial(6, d) : null);
        for (int k = 0; k < steps; k++) {
            int t = (int) (backward ? steps - 1 - k : k);
            State next = cell.step(direction, formula.squeeze(moments[t], 0), state);
            Slot shown = next.hidden();
            if (lengths != null) {
                Slot running = running(lengths, t);
                shown = chosen(running, next.hidden(), formula.number(0));
                Slot before = state.cell();
                Slot after = next.cell();
                state = new State(
                        chosen(running, next.hidden(), state.hidden()),
                        before == null || after == null ? null : chosen(running, after, before));
            } else {
                state = next;
            }
            if (call.wants(0)) {
                hiddens[t] = formula.unsqueeze(shown, 0, 1);
            }
        }
        return new Unrolled(call.wants(0) ? List.of(hiddens) : List.of(), state);
    }

    /** Which sequences still run at a step: truth values {@code [N, 1]}. */
    private Slot running(long[] lengths, int t) {
        long[] flags = Arrays.stream(lengths).map(n -> t < n ? 1 : 0).toArray();
        return formula.emitter().constant(Tensor.of(NdArray.of(flags, batch, 1)).greaterThan(0));
    }

    private Slot chosen(Slot condition, Slot yes, Slot no) {
        return formula.emitter().apply("Where", condition, yes, no);
    }

    private Slot initial(int index, int d) {
        Slot given = input(index);
        if (given == null) {
            return formula.constant(Tensor.zeros(formula.type(), batch, hidden));
        }
        return batchFirst ? formula.squeeze(formula.slice(given, 1, d, d + 1), 1) : part(given, d);
    }

    /** The entry of one direction. */
    private Slot part(Slot all, int d) {
        return formula.squeeze(directions(call) == 1 ? all : formula.slice(all, 0, d, d + 1L), 0);
    }

    private Slot transposed(Slot matrix) {
        return formula.permute(matrix, 1, 0);
    }
}
