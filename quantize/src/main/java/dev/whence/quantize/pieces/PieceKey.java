package dev.whence.quantize.pieces;

import dev.whence.core.NdArray;
import dev.whence.graph.Attribute;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that a piece of work depends on, as one SHA-256. A key grows part by part; equal keys have equal parts in
 * equal order. Immutable.
 */
public final class PieceKey {
    private static final PieceKey NONE = new PieceKey("");

    private final String hash;

    private PieceKey(String hash) {
        this.hash = hash;
    }

    /** The key of work that is not kept. Whatever is added to it, it stays that, and nothing is computed. */
    static PieceKey none() {
        return NONE;
    }

    /** A key with one part. */
    static PieceKey of(String text) {
        return new PieceKey(new Checksum().add(text).end());
    }

    /** Whether the piece is not kept. */
    boolean isNone() {
        return hash.isEmpty();
    }

    /** This and a text, such as a name, or settings in full. */
    public PieceKey and(String text) {
        return isNone() ? this : new PieceKey(begun("text").add(text).end());
    }

    /** This and numbers. */
    public PieceKey and(float... values) {
        return isNone() ? this : new PieceKey(begun("floats").add(values).end());
    }

    /** This and arrays by name, whatever their order. */
    public PieceKey and(Map<String, NdArray> arrays) {
        if (isNone()) {
            return this;
        }
        Checksum sum = begun("arrays");
        new TreeMap<>(arrays).forEach((name, array) -> add(sum.add(name), array));
        return new PieceKey(sum.end());
    }

    /** This and a network: all that stands in it, and every number of its constants. */
    public PieceKey and(Graph graph) {
        if (isNone()) {
            return this;
        }
        Checksum sum = begun("graph").add(graph.toText());
        add(sum, graph);
        return new PieceKey(sum.end());
    }

    /** In hexadecimal. */
    String text() {
        return hash;
    }

    private Checksum begun(String kind) {
        return new Checksum().add(hash).add(kind);
    }

    private static void add(Checksum sum, NdArray array) {
        sum.add(array.type().name()).add(array.shape());
        switch (array.type()) {
            case FLOAT64 -> sum.add(array.toDoubles());
            case FLOAT32, FLOAT16, BFLOAT16 -> sum.add(array.toFloats());
            default -> sum.add(array.toLongs());
        }
    }

    /** What the text of a graph leaves out. */
    private static void add(Checksum sum, Graph graph) {
        new TreeMap<>(graph.valueInfo()).forEach((name, value) -> sum.add(name).add(value.toString()));
        graph.constants().forEach((name, constant) -> add(sum.add(name), constant));
        for (Node node : graph.nodes()) {
            for (String name : node.attributes().names()) {
                switch (node.attributes().get(name)) {
                    case Attribute.Tensor(Constant one) -> add(sum.add(name), one);
                    case Attribute.Tensors(List<Constant> many) -> many.forEach(one -> add(sum.add(name), one));
                    case Attribute.Subgraph(Graph inner) -> add(sum.add(name), inner);
                    case Attribute.Subgraphs(List<Graph> many) -> many.forEach(inner -> add(sum.add(name), inner));
                    case null, default -> sum.add(name);
                }
            }
        }
    }

    private static void add(Checksum sum, Constant constant) {
        sum.add(constant.element().text()).add(constant.shape());
        if (constant.isText()) {
            constant.texts().forEach(sum::add);
        } else {
            sum.add(constant.segment());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PieceKey that && hash.equals(that.hash);
    }

    @Override
    public int hashCode() {
        return hash.hashCode();
    }

    /** The beginning of the hash. */
    @Override
    public String toString() {
        return isNone() ? "none" : hash.substring(0, 12);
    }
}
