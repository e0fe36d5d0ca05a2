package dev.whence.explain;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.core.Units;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a network looks up a vector for every token: the place at which networks over token ids are explained, because ids
 * themselves have no differences to attribute to. What the numbers of one vector contribute together is the token's score.
 *
 * <pre>{@code
 * TokenEmbedding embedding = TokenEmbedding.find(explainer.graph()).orElseThrow();
 * Request request = Request.of(Map.of("input_ids", ids), DeepLift.RESCALE).at(embedding.value());
 * Attribution tokens = embedding.perToken(explainer.explain(request).getFirst().attribution());
 * }</pre>
 *
 * @param input the model's input of token ids, {@code [N, T]}
 * @param value the looked-up vectors, {@code [N, T, width]}
 * @param weights the constant that holds a vector a token
 * @param rows how many tokens there are; ids run from 0 to {@code rows - 1}
 * @param width numbers in a vector
 */
public record TokenEmbedding(String input, String value, String weights, long rows, long width) {
    /** Operators that change neither the ids nor their order. */
    private static final Set<String> SAME_IDS =
            Set.of("Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Expand");

    /** Every look-up of ids that are an input of the model, in the order of the graph. */
    public static List<TokenEmbedding> all(Graph graph) {
        List<TokenEmbedding> out = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (!node.operator().equals("Gather") || node.inputs().size() != 2) {
                continue;
            }
            Constant table = graph.constants().get(node.inputs().getFirst());
            if (table == null || table.shape().length != 2 || !isReal(table)) {
                continue;
            }
            String value = node.outputs().getFirst();
            String weights = node.inputs().getFirst();
            long[] shape = table.shape();
            idsBehind(graph, node.inputs().get(1))
                    .ifPresent(ids -> out.add(new TokenEmbedding(ids, value, weights, shape[0], shape[1])));
        }
        return out;
    }

    /**
     * The look-up of the tokens of a text: of several, the one with most rows, since kinds of tokens and positions are
     * fewer than words.
     */
    public static Optional<TokenEmbedding> find(Graph graph) {
        return all(graph).stream().max(Comparator.comparingLong(TokenEmbedding::rows));
    }

    /**
     * Look-ups of vectors as wide as those of the tokens by something that is no input: most likely the places of tokens,
     * of which there are only so many.
     *
     * @return the looked-up value and how many rows its table has
     */
    public Map<String, Long> positions(Graph graph) {
        Set<String> ofInputs = new HashSet<>();
        all(graph).forEach(e -> ofInputs.add(e.value()));
        Map<String, Long> out = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            if (!node.operator().equals("Gather")
                    || ofInputs.contains(node.outputs().getFirst())) {
                continue;
            }
            Constant table = graph.constants().get(node.inputs().getFirst());
            if (table != null && table.shape().length == 2 && table.shape()[1] == width && isReal(table)) {
                out.put(node.outputs().getFirst(), table.shape()[0]);
            }
        }
        return out;
    }

    private static boolean isReal(Constant table) {
        NdArray.Type stored = table.element().stored();
        return stored != null && stored.isFloating();
    }

    private static Optional<String> idsBehind(Graph graph, String value) {
        String at = value;
        while (true) {
            String name = at;
            boolean isInput = graph.inputs().stream()
                    .anyMatch(i -> i.name().equals(name)
                            && i.type() != null
                            && !i.type().isFloating());
            if (isInput) {
                return Optional.of(name);
            }
            Node node = graph.producer(name).orElse(null);
            if (node == null || !SAME_IDS.contains(node.operator())) {
                return Optional.empty();
            }
            at = node.inputs().getFirst();
        }
    }

    /**
     * The same result with one score a token: the scores at {@link #value}, {@code [N, T, width]}, are added up over each
     * vector in float64 and stand under the name of the input, {@code [N, T]}. Occlusion gives every number of a vector the
     * fall of its whole window, so there the mean is taken, and the delta is that of the new sum. All other units stay as
     * they are.
     */
    public Attribution perToken(Attribution attribution) {
        boolean isWindow = attribution.method().name().equals(Occlusion.SINGLE_ELEMENTS.name());
        List<Units> units = new ArrayList<>();
        for (Units u : attribution.units()) {
            boolean here = u.name().equals(value) && u.scores().rank() > 2;
            units.add(here ? Units.of(input, summed(u.scores(), isWindow ? width : 1)) : u);
        }
        Attribution summed = with(attribution, units, attribution.delta());
        return isWindow ? with(attribution, units, deltas(summed)) : summed;
    }

    private static Attribution with(Attribution attribution, List<Units> units, double[] delta) {
        return new Attribution(
                attribution.method(),
                attribution.target(),
                attribution.reference(),
                units,
                delta,
                attribution.warnings(),
                attribution.provenance());
    }

    private static double[] deltas(Attribution attribution) {
        double[] values = attribution.target().values();
        double[] references = attribution.reference().values();
        double[] out = new double[values.length];
        Arrays.setAll(out, i -> attribution.sum(i) - (values[i] - references[i]));
        return out;
    }

    private static NdArray summed(NdArray scores, long divisor) {
        int width = (int) scores.dimension(scores.rank() - 1);
        long[] shape = {scores.dimension(0), 1};
        for (int axis = 1; axis < scores.rank() - 1; axis++) {
            shape[1] *= scores.dimension(axis);
        }
        double[] sums = new double[(int) (shape[0] * shape[1])];
        for (int i = 0; i < sums.length; i++) {
            for (int d = 0; d < width; d++) {
                sums[i] += scores.getDouble(i * width + d);
            }
            sums[i] /= divisor;
        }
        NdArray wide = NdArray.of(sums, shape);
        return scores.type() == NdArray.Type.FLOAT64 ? wide : NdArray.of(wide.toFloats(), shape);
    }
}
