package dev.whence.graph;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a node by name, in the order of the file. Immutable. Getters throw {@link WhenceException} with
 * {@link ErrorCode#MODEL_INVALID} if the attribute has another type than asked for, or is absent and no default is
 * given; the message begins with the attribute's name, and the caller knows the node's.
 */
public final class Attributes {
    /** No attributes. */
    public static final Attributes NONE = new Attributes(Map.of());

    private final Map<String, Attribute> values;

    private Attributes(Map<String, Attribute> values) {
        this.values = values;
    }

    /**
     * Makes attributes from plain values: {@code Integer} or {@code Long}, {@code Float} or {@code Double},
     * {@code String}, {@code Boolean} (1 or 0), {@code long[]}, {@code double[]}, {@code List<String>},
     * {@link Constant}, {@link Graph} or {@link Attribute}.
     */
    public static Attributes of(Map<String, ?> values) {
        LinkedHashMap<String, Attribute> out = new LinkedHashMap<>();
        values.forEach((name, value) -> out.put(name, attribute(name, value)));
        return out.isEmpty() ? NONE : new Attributes(out);
    }

    /** Makes attributes from one plain value; see {@link #of(Map)}. */
    public static Attributes of(String name, Object value) {
        return of(Map.of(name, value));
    }

    /** These attributes with one more, or with that one replaced; see {@link #of(Map)} for the values. */
    public Attributes with(String name, Object value) {
        LinkedHashMap<String, Attribute> out = new LinkedHashMap<>(values);
        out.put(name, attribute(name, value));
        return new Attributes(out);
    }

    /** These attributes less one. */
    public Attributes without(String name) {
        LinkedHashMap<String, Attribute> out = new LinkedHashMap<>(values);
        out.remove(name);
        return new Attributes(out);
    }

    private static Attribute attribute(String name, Object value) {
        return switch (value) {
            case Attribute a -> a;
            case Long l -> new Attribute.Whole(l);
            case Integer i -> new Attribute.Whole(i);
            case Boolean b -> new Attribute.Whole(b ? 1 : 0);
            case Double d -> new Attribute.Real(d);
            case Float f -> new Attribute.Real(f);
            case String s -> new Attribute.Text(s);
            case long[] l -> new Attribute.Wholes(Arrays.stream(l).boxed().toList());
            case double[] d -> new Attribute.Reals(Arrays.stream(d).boxed().toList());
            case List<?> l ->
                new Attribute.Texts(l.stream().map(String.class::cast).toList());
            case Constant c -> new Attribute.Tensor(c);
            case Graph g -> new Attribute.Subgraph(g);
            default -> throw new IllegalArgumentException("attribute '" + name + "' cannot be a " + value.getClass());
        };
    }

    /** Whether the attribute is present. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** The names in the order of the file. */
    public Set<String> names() {
        return Collections.unmodifiableSet(values.keySet());
    }

    /** The attribute, or null. */
    public @Nullable Attribute get(String name) {
        return values.get(name);
    }

    /** A whole number that must be present. */
    public long integer(String name) {
        return ((Attribute.Whole) required(name, Attribute.Whole.class, "a whole number")).value();
    }

    /** A whole number, or the default. */
    public long integer(String name, long otherwise) {
        return has(name) ? integer(name) : otherwise;
    }

    /** A whole number read as a truth value, or the default. */
    public boolean flag(String name, boolean otherwise) {
        return has(name) ? integer(name) != 0 : otherwise;
    }

    /** A real number that must be present; a whole number is taken too. */
    public double real(String name) {
        return values.get(name) instanceof Attribute.Whole(long value)
                ? value
                : ((Attribute.Real) required(name, Attribute.Real.class, "a real number")).value();
    }

    /** A real number, or the default. */
    public double real(String name, double otherwise) {
        return has(name) ? real(name) : otherwise;
    }

    /** A string that must be present. */
    public String text(String name) {
        return ((Attribute.Text) required(name, Attribute.Text.class, "a string")).value();
    }

    /** A string, or the default. */
    public String text(String name, String otherwise) {
        return has(name) ? text(name) : otherwise;
    }

    /** Whole numbers that must be present; a single one is a list of one. */
    public long[] integers(String name) {
        return switch (values.get(name)) {
            case Attribute.Whole(long value) -> new long[] {value};
            case Attribute a when isEmptyList(a) -> new long[0];
            case null, default ->
                ((Attribute.Wholes) required(name, Attribute.Wholes.class, "a list of whole numbers"))
                        .values().stream().mapToLong(Long::longValue).toArray();
        };
    }

    /** Whole numbers, or the default. */
    public long[] integers(String name, long... otherwise) {
        return has(name) ? integers(name) : otherwise.clone();
    }

    /** Real numbers that must be present; whole numbers and a single number are taken too. */
    public double[] reals(String name) {
        return switch (values.get(name)) {
            case Attribute.Real(double value) -> new double[] {value};
            case Attribute.Wholes(List<Long> all) ->
                all.stream().mapToDouble(Long::doubleValue).toArray();
            case Attribute a when isEmptyList(a) -> new double[0];
            case null, default ->
                ((Attribute.Reals) required(name, Attribute.Reals.class, "a list of real numbers"))
                        .values().stream().mapToDouble(Double::doubleValue).toArray();
        };
    }

    /** Real numbers, or the default. */
    public double[] reals(String name, double... otherwise) {
        return has(name) ? reals(name) : otherwise.clone();
    }

    /** Strings that must be present. */
    public List<String> texts(String name) {
        return switch (values.get(name)) {
            case Attribute a when isEmptyList(a) -> List.of();
            case null, default ->
                ((Attribute.Texts) required(name, Attribute.Texts.class, "a list of strings")).values();
        };
    }

    /** Strings, or the default. */
    public List<String> texts(String name, List<String> otherwise) {
        return has(name) ? texts(name) : otherwise;
    }

    /** A constant that must be present. */
    public Constant tensor(String name) {
        return ((Attribute.Tensor) required(name, Attribute.Tensor.class, "a tensor")).value();
    }

    /** A graph that must be present. */
    public Graph graph(String name) {
        return ((Attribute.Subgraph) required(name, Attribute.Subgraph.class, "a graph")).value();
    }

    /** All graphs inside these attributes, in order. */
    public List<Graph> graphs() {
        return values.values().stream()
                .flatMap(a -> switch (a) {
                    case Attribute.Subgraph(Graph g) -> Stream.of(g);
                    case Attribute.Subgraphs(List<Graph> gs) -> gs.stream();
                    default -> Stream.<Graph>empty();
                })
                .toList();
    }

    /** The same attributes with every graph inside replaced. */
    public Attributes mapGraphs(Function<Graph, Graph> change) {
        LinkedHashMap<String, Attribute> out = new LinkedHashMap<>();
        values.forEach((name, a) -> out.put(
                name,
                switch (a) {
                    case Attribute.Subgraph(Graph g) -> new Attribute.Subgraph(change.apply(g));
                    case Attribute.Subgraphs(List<Graph> gs) ->
                        new Attribute.Subgraphs(gs.stream().map(change).toList());
                    default -> a;
                }));
        return new Attributes(out);
    }

    private static boolean isEmptyList(Attribute a) {
        return switch (a) {
            case Attribute.Wholes(List<Long> l) -> l.isEmpty();
            case Attribute.Reals(List<Double> l) -> l.isEmpty();
            case Attribute.Texts(List<String> l) -> l.isEmpty();
            default -> false;
        };
    }

    private Attribute required(String name, Class<? extends Attribute> type, String wanted) {
        Attribute a = values.get(name);
        if (a == null) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "attribute '" + name + "' is missing; " + wanted + " is expected");
        }
        if (!type.isInstance(a)) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "attribute '" + name + "' is " + a + "; " + wanted + " is expected");
        }
        return a;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Attributes that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** The text form of the attributes on one line, such as {@code {axis=1, mode="linear"}}; empty if there are none. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        values.forEach((name, a) -> out.append(out.isEmpty() ? "{" : ", ")
                .append(Names.quoted(name))
                .append('=')
                .append(a));
        return out.isEmpty() ? "" : out.append('}').toString();
    }
}
