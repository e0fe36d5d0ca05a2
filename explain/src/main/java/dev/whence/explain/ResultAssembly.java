package dev.whence.explain;

import dev.whence.core.Attribution;
import dev.whence.core.ErrorCode;
import dev.whence.core.Method;
import dev.whence.core.NdArray;
import dev.whence.core.Provenance;
import dev.whence.core.Reference;
import dev.whence.core.Target;
import dev.whence.core.Units;
import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Puts the batches of every target together to attributions, and hands each batch on. */
final class ResultAssembly {
    private final Request request;
    private final String target;
    private final Chosen chosen;
    private final Provenance provenance;
    private final int kept;
    private final BatchSink sink;
    private final List<List<BatchResult>> held = new ArrayList<>();
    private final List<Set<String>> warnings = new ArrayList<>();

    /** @param kept how many examples are held for the attributions at the end */
    ResultAssembly(Request request, String target, Chosen chosen, Provenance provenance, int kept, BatchSink sink) {
        this.request = request;
        this.target = target;
        this.chosen = chosen;
        this.provenance = provenance;
        this.kept = kept;
        this.sink = sink;
        request.targets().forEach(t -> {
            held.add(new ArrayList<>());
            warnings.add(new LinkedHashSet<>());
        });
    }

    /** Takes the results of the batch that begins at the given example, one a target. */
    void add(int first, List<BatchResult> results) {
        for (int t = 0; t < results.size(); t++) {
            BatchResult result = results.get(t);
            requireByExample(result);
            warnings.get(t).addAll(result.warnings());
            if (first < kept) {
                held.get(t).add(result.first(kept - first));
            }
            if (!sink.equals(BatchSink.NONE)) {
                sink.take(t, first, explanation(t, first, List.of(result), result.warnings()));
            }
        }
    }

    private static void requireByExample(BatchResult result) {
        result.scores().forEach((source, scores) -> {
            if (scores.rank() == 0 || scores.dimension(0) != result.count()) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "The scores of '" + source + "' have shape " + Arrays.toString(scores.shape()) + " for "
                                + result.count() + (result.count() == 1 ? " example" : " examples")
                                + "; their first axis must be the batch to be told apart by example. Name another value"
                                + " with --at.");
            }
        });
    }

    /**
     * One explanation a target, of the examples that are held.
     *
     * @param general sentences on the request as a whole
     */
    List<Explanation> explanations(List<String> general) {
        List<Explanation> all = new ArrayList<>();
        for (int t = 0; t < held.size(); t++) {
            Set<String> told = new LinkedHashSet<>(general);
            told.addAll(warnings.get(t));
            all.add(explanation(t, 0, held.get(t), told));
        }
        return all;
    }

    private Explanation explanation(int which, int first, List<BatchResult> parts, Collection<String> told) {
        double[] values = joined(parts.stream().map(BatchResult::values).toList());
        double[] sums = joined(parts.stream().map(BatchResult::sums).toList());
        int k = parts.getFirst().referenceValues().length;
        double[] referenceValues = new double[values.length];
        double[][] deltas = new double[k][];
        for (int j = 0; j < k; j++) {
            int one = j;
            double[] r =
                    joined(parts.stream().map(p -> p.referenceValues()[one]).toList());
            double[] s = joined(parts.stream().map(p -> p.referenceSums()[one]).toList());
            deltas[j] = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                referenceValues[i] += r[i] / k;
                deltas[j][i] = s[i] - (values[i] - r[i]);
            }
        }
        double[] delta = new double[values.length];
        Arrays.setAll(delta, i -> sums[i] - (values[i] - referenceValues[i]));
        ReferenceInputs given = request.reference();
        String description = k == 0 ? "none" : given == null ? "zeros" : given.description();
        Attribution attribution = new Attribution(
                new Method(
                        request.method().name(),
                        request.method().parameters(),
                        request.method().completeness()),
                new Target(target, chosen.text(which, first, first + values.length), values),
                new Reference(description, referenceValues, k > 1 ? List.of(deltas) : List.of()),
                units(parts, values.length),
                delta,
                List.copyOf(told),
                provenance);
        return new Explanation(attribution, deltas, chosen.of(which, first, first + values.length));
    }

    private static List<Units> units(List<BatchResult> parts, int examples) {
        List<Units> units = new ArrayList<>();
        for (String source : parts.getFirst().scores().keySet()) {
            List<NdArray> arrays =
                    parts.stream().map(p -> p.scores().get(source)).toList();
            units.add(Units.of(source, joinedArrays(arrays)));
        }
        Set<String> residuals = new LinkedHashSet<>();
        parts.forEach(p -> residuals.addAll(p.residuals().keySet()));
        for (String name : residuals) {
            double[] all = joined(parts.stream()
                    .map(p -> p.residuals().getOrDefault(name, new double[p.values().length]))
                    .toList());
            units.add(Units.of(name, NdArray.of(all, examples)));
        }
        return units;
    }

    private static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    private static NdArray joinedArrays(List<NdArray> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        long[] shape = parts.getFirst().shape();
        shape[0] = parts.stream().mapToLong(p -> p.dimension(0)).sum();
        int size = Math.toIntExact(NdArray.elements(shape));
        boolean isDouble = parts.getFirst().type() == NdArray.Type.FLOAT64;
        double[] doubles = new double[isDouble ? size : 0];
        float[] floats = new float[isDouble ? 0 : size];
        int at = 0;
        for (NdArray part : parts) {
            for (int i = 0; i < part.size(); i++, at++) {
                if (isDouble) {
                    doubles[at] = part.getDouble(i);
                } else {
                    floats[at] = (float) part.getDouble(i);
                }
            }
        }
        return isDouble ? NdArray.of(doubles, shape) : NdArray.of(floats, shape);
    }
}
