package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Emitter;
import dev.whence.graph.Graph;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Node;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import dev.whence.graph.Variable;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operators on lists of tensors and on values that may be absent. Lists only pass tensors on. */
final class SequenceOperators {
    private SequenceOperators() {}

    /** A list of the inputs. */
    static final Operator SEQUENCE_CONSTRUCT = Operator.named("SequenceConstruct")
            .since(11)
            .structural((interpreter, node, in) -> {
                List<Variable> items = new ArrayList<>();
                for (int i = 0; i < in.length; i++) {
                    items.add(ControlOperators.given(in, i));
                }
                return List.of(new Variable.Sequence(items));
            })
            .build();

    /** A list of nothing. */
    static final Operator SEQUENCE_EMPTY = Operator.named("SequenceEmpty")
            .since(11)
            .structural((interpreter, node, in) -> List.of(new Variable.Sequence(List.of())))
            .build();

    /** One element of a list. */
    static final Operator SEQUENCE_AT = Operator.named("SequenceAt")
            .since(11)
            .structural((interpreter, node, in) -> {
                List<Variable> items = items(in, 0);
                return List.of(items.get(place(in, 1, items.size(), items.size() - 1)));
            })
            .build();

    /** A list with one more element; at the end unless said. */
    static final Operator SEQUENCE_INSERT = Operator.named("SequenceInsert")
            .since(11)
            .structural((interpreter, node, in) -> {
                List<Variable> items = new ArrayList<>(items(in, 0));
                items.add(place(in, 2, items.size(), items.size()), ControlOperators.given(in, 1));
                return List.of(new Variable.Sequence(items));
            })
            .build();

    /** A list with one element less; the last unless said. */
    static final Operator SEQUENCE_ERASE = Operator.named("SequenceErase")
            .since(11)
            .structural((interpreter, node, in) -> {
                List<Variable> items = new ArrayList<>(items(in, 0));
                items.remove(place(in, 1, items.size(), items.size() - 1));
                return List.of(new Variable.Sequence(items));
            })
            .build();

    /** How many elements a list has. */
    static final Operator SEQUENCE_LENGTH = Operator.named("SequenceLength")
            .since(11)
            .structural((interpreter, node, in) -> List.of(interpreter.constant(
                    node.outputs().getFirst(),
                    Tensor.of(NdArray.of(new long[] {items(in, 0).size()})))))
            .build();

    private static List<Variable> items(@Nullable Variable[] in, int index) {
        if (ControlOperators.given(in, index) instanceof Variable.Sequence(List<Variable> items)) {
            return items;
        }
        throw new WhenceException(ErrorCode.MODEL_INVALID, "input " + index + " must be a list, found " + in[index]);
    }

    /** A place in a list, counted from the end if negative; {@code last} if none is given. */
    private static int place(@Nullable Variable[] in, int index, int size, int last) {
        long given = index < in.length && in[index] != null
                ? (long) ControlOperators.slot(in, index).tensor().item()
                : last;
        long place = given < 0 ? given + size : given;
        if (place < 0 || place > last) {
            throw new WhenceException(
                    ErrorCode.OPERATOR_FAILED, "place " + given + " does not exist in a list of " + size);
        }
        return (int) place;
    }

    /** One axis cut into a list of parts. */
    static final Operator SPLIT_TO_SEQUENCE = Operator.named("SplitToSequence")
            .since(11)
            .structural((interpreter, node, in) -> interpreter.emit(
                    node,
                    emitter -> List.of(new Variable.Sequence(split(
                            emitter, node.attributes(), ControlOperators.slot(in, 0), in.length > 1 ? in[1] : null)))))
            .build();

    private static List<Variable> split(Emitter emitter, Attributes at, Slot x, @Nullable Variable by) {
        long[] shape = x.shape();
        int axis = dev.whence.graph.Call.axis(at.integer("axis", 0), shape.length);
        long[] lengths;
        if (by == null) {
            lengths = new long[ControlOperators.parts(shape[axis])];
            Arrays.fill(lengths, 1);
        } else {
            Slot given = ControlOperators.slot(by);
            lengths = given.tensor().toLongs();
            lengths = given.shape().length == 0 ? equal(shape[axis], lengths[0]) : lengths;
        }
        if (lengths.length == 0) {
            return List.of();
        }
        Slot[] parts =
                emitter.applyMany("Split", lengths.length, Attributes.of("axis", axis), x, emitter.constant(lengths));
        if (by != null || at.flag("keepdims", true)) {
            return List.of(parts);
        }
        Slot gone = emitter.constant(axis);
        return Arrays.stream(parts)
                .map(p -> (Variable) emitter.apply("Squeeze", p, gone))
                .toList();
    }

    private static long[] equal(long length, long size) {
        if (size < 1) {
            throw new WhenceException(ErrorCode.MODEL_INVALID, "parts of length " + size + " are impossible");
        }
        long[] lengths = new long[ControlOperators.parts(Math.ceilDiv(length, size))];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = Math.min(size, length - i * size);
        }
        return lengths;
    }

    /** The elements of a list joined along an axis, or stacked along a new one. */
    static final Operator CONCAT_FROM_SEQUENCE = Operator.named("ConcatFromSequence")
            .since(11)
            .structural((interpreter, node, in) -> {
                List<Slot> parts =
                        items(in, 0).stream().map(ControlOperators::slot).toList();
                if (parts.isEmpty()) {
                    throw new WhenceException(ErrorCode.OPERATOR_FAILED, "an empty list cannot be joined");
                }
                boolean stacks = node.attributes().flag("new_axis", false);
                int rank = parts.getFirst().shape().length + (stacks ? 1 : 0);
                int axis = dev.whence.graph.Call.axis(node.attributes().integer("axis"), rank);
                return interpreter.emit(
                        node,
                        emitter -> List.of(
                                stacks
                                        ? ControlOperators.stack(emitter, parts, axis)
                                        : emitter.apply(
                                                "Concat", Attributes.of("axis", axis), parts.toArray(Slot[]::new))));
            })
            .build();

    /** A graph run on each element of a list. */
    static final Operator SEQUENCE_MAP = Operator.named("SequenceMap")
            .since(17)
            .structural(SequenceOperators::mapped)
            .build();

    private static List<Variable> mapped(Interpreter interpreter, Node node, @Nullable Variable[] in) {
        Graph body = node.attributes().graph("body");
        List<List<Variable>> series = new ArrayList<>();
        body.outputs().forEach(o -> series.add(new ArrayList<>()));
        int n = items(in, 0).size();
        for (int turn = 0; turn < n; turn++) {
            List<Variable> arguments = new ArrayList<>();
            for (int i = 0; i < in.length; i++) {
                Variable given = ControlOperators.given(in, i);
                arguments.add(given instanceof Variable.Sequence(List<Variable> items) ? element(items, turn) : given);
            }
            List<Variable> results = interpreter.runInner(body, arguments);
            for (int i = 0; i < results.size(); i++) {
                series.get(i).add(results.get(i));
            }
        }
        return series.stream().map(s -> (Variable) new Variable.Sequence(s)).toList();
    }

    private static Variable element(List<Variable> items, int turn) {
        if (turn >= items.size()) {
            throw new WhenceException(ErrorCode.OPERATOR_FAILED, "its lists differ in length");
        }
        return items.get(turn);
    }

    /** A value that may be absent. */
    static final Operator OPTIONAL = Operator.named("Optional")
            .since(15)
            .structural((interpreter, node, in) -> List.of(new Variable.Maybe(in.length > 0 ? in[0] : null)))
            .build();

    /** The value, which must be there. */
    static final Operator OPTIONAL_GET_ELEMENT = Operator.named("OptionalGetElement")
            .since(15)
            .structural((interpreter, node, in) -> {
                Variable given = ControlOperators.given(in, 0);
                Variable item = given instanceof Variable.Maybe(var inside) ? inside : given;
                if (item == null) {
                    throw new WhenceException(ErrorCode.OPERATOR_FAILED, "the optional value is absent");
                }
                return List.of(item);
            })
            .build();

    /** Whether the value is there. */
    static final Operator OPTIONAL_HAS_ELEMENT = Operator.named("OptionalHasElement")
            .since(15)
            .structural((interpreter, node, in) -> {
                Variable given = in.length > 0 ? in[0] : null;
                boolean there = given instanceof Variable.Maybe(var inside) ? inside != null : given != null;
                return List.of(interpreter.constant(
                        node.outputs().getFirst(),
                        Tensor.of(NdArray.ofIntegers(NdArray.Type.BOOL, new long[] {there ? 1 : 0}))));
            })
            .build();

    static final List<Operator> ALL = List.of(
            SEQUENCE_CONSTRUCT,
            SEQUENCE_EMPTY,
            SEQUENCE_AT,
            SEQUENCE_INSERT,
            SEQUENCE_ERASE,
            SEQUENCE_LENGTH,
            SPLIT_TO_SEQUENCE,
            CONCAT_FROM_SEQUENCE,
            SEQUENCE_MAP,
            OPTIONAL,
            OPTIONAL_GET_ELEMENT,
            OPTIONAL_HAS_ELEMENT);
}
