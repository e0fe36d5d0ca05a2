package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Walks random permutations of the players of one example and takes down what each adds when it joins. */
final class ShapleyRun implements Runner {
    private static final int MOST_ROWS = 256;
    private static final long ELEMENTS_AT_ONCE = 1 << 21;

    private final ShapleySampling sampling;
    private final int fixedBatch;
    private final int inBatch;
    private final RandomGenerator random;
    private final List<double[]> marginals = new ArrayList<>();
    private final Map<String, int[]> players = new LinkedHashMap<>();
    private int count;

    /**
     * @param fixedBatch the size of batches that the model fixes, or 0
     * @param inBatch which example of the batch is looked at
     */
    ShapleyRun(ShapleySampling sampling, int fixedBatch, int inBatch, RandomGenerator random) {
        this.sampling = sampling;
        this.fixedBatch = fixedBatch;
        this.inBatch = inBatch;
        this.random = random;
    }

    /** What every player added, forward and backward averaged, one array a permutation. */
    List<double[]> marginals() {
        return marginals;
    }

    /** The player of every element of each attributed value, counted over all of them. */
    Map<String, int[]> players() {
        return players;
    }

    /** How many players there are. */
    int count() {
        return count;
    }

    @Override
    public List<BatchResult> run(Task task) {
        Map<String, double[]> x = new LinkedHashMap<>();
        Map<String, NdArray> like = new LinkedHashMap<>();
        NdArray value;
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = task.network()
                    .run(task.inputTensors(), task.sourceSet(), task.kept(), Interpreter.Retention.NOTHING);
            value = trace.slot(task.target()).tensor().toNdArray();
            for (String source : task.sources()) {
                NdArray all = trace.slot(source).tensor().toNdArray();
                like.put(source, all.rows(inBatch, inBatch + 1));
                x.put(source, all.rows(inBatch, inBatch + 1).toDoubles());
            }
        }
        NdArray weights = task.seeds(value).getFirst().rows(inBatch, inBatch + 1);
        joinPlayers(like);
        for (int p = 0; p < sampling.permutations(); p++) {
            task.progress().step(p, sampling.permutations(), "permutations");
            Map<String, NdArray> reference =
                    task.references().get(random.nextInt(task.references().size()));
            Map<String, double[]> r = new LinkedHashMap<>();
            x.forEach((source, at) -> r.put(source, row(reference.get(source), at)));
            int[] order = RandomStreams.permutation(count, random);
            int[] back = new int[count];
            Arrays.setAll(back, i -> order[count - 1 - i]);
            double[] there = walk(task, like, x, r, order, weights);
            double[] again = walk(task, like, x, r, back, weights);
            double[] both = new double[count];
            Arrays.setAll(both, i -> (there[i] + again[i]) / 2);
            marginals.add(both);
        }
        return List.of(nothing(task, value));
    }

    private void joinPlayers(Map<String, NdArray> like) {
        long total = like.values().stream().mapToLong(NdArray::size).sum();
        count = 0;
        like.forEach((source, array) -> {
            int most = (int) Math.max(1, (long) sampling.players() * array.size() / total);
            long[] shape = Arrays.copyOfRange(array.shape(), 1, array.rank());
            int[] blocks = PlayerBlocks.of(shape, most);
            int first = count;
            Arrays.setAll(blocks, i -> blocks[i] + first);
            players.put(source, blocks);
            count = Arrays.stream(blocks).max().orElse(first - 1) + 1;
        });
    }

    private double[] row(@Nullable NdArray reference, double[] x) {
        if (reference == null) {
            return x;
        }
        int at = reference.size() > x.length ? inBatch : 0;
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> reference.getDouble(at * x.length + i));
        return out;
    }

    /** What each player adds when players join in this order. */
    private double[] walk(
            Task task,
            Map<String, NdArray> like,
            Map<String, double[]> x,
            Map<String, double[]> r,
            int[] order,
            NdArray weights) {
        int[] joined = new int[count];
        for (int i = 0; i < count; i++) {
            joined[order[i]] = i + 1;
        }
        double[] values = new double[count + 1];
        int rows = rows(like);
        for (int first = 0; first <= count; first += rows) {
            evaluate(task, like, x, r, joined, first, Math.min(rows, count + 1 - first), weights, values);
        }
        double[] added = new double[count];
        for (int i = 0; i < count; i++) {
            added[order[i]] = values[i + 1] - values[i];
        }
        return added;
    }

    private int rows(Map<String, NdArray> like) {
        long row = like.values().stream().mapToLong(NdArray::size).sum();
        return fixedBatch > 0 ? fixedBatch : Math.clamp(ELEMENTS_AT_ONCE / Math.max(1, row), 1, MOST_ROWS);
    }

    /** The target's value for coalitions of the first {@code first}, {@code first + 1}, ... players. */
    private void evaluate(
            Task task,
            Map<String, NdArray> like,
            Map<String, double[]> x,
            Map<String, double[]> r,
            int[] joined,
            int first,
            int length,
            NdArray weights,
            double[] values) {
        int rows = fixedBatch > 0 ? fixedBatch : length;
        try (TensorScope scope = TensorScope.open()) {
            Map<String, Tensor> feeds = new LinkedHashMap<>();
            task.feeds().forEach((name, array) -> feeds.put(name, ofExample(task, array, rows)));
            for (Map.Entry<String, NdArray> source : like.entrySet()) {
                String name = source.getKey();
                double[] in = Objects.requireNonNull(x.get(name));
                double[] out = Objects.requireNonNull(r.get(name));
                int[] who = Objects.requireNonNull(players.get(name));
                double[] data = new double[rows * in.length];
                for (int i = 0; i < data.length; i++) {
                    int size = Math.min(first + i / in.length, count);
                    int element = i % in.length;
                    data[i] = joined[who[element]] <= size ? in[element] : out[element];
                }
                long[] shape = source.getValue().shape();
                shape[0] = rows;
                feeds.put(name, Tensor.of(Numbers.of(source.getValue(), data).toArray(shape)));
            }
            NdArray y = task.network()
                    .run(feeds, Set.of(), Set.of(task.target()), Interpreter.Retention.NOTHING)
                    .slot(task.target())
                    .tensor()
                    .toNdArray();
            for (int i = 0; i < length; i++) {
                double sum = 0;
                for (int j = 0; j < weights.size(); j++) {
                    sum += weights.getDouble(j) * y.getDouble(i * weights.size() + j);
                }
                values[first + i] = sum;
            }
        }
    }

    private Tensor ofExample(Task task, NdArray array, int rows) {
        boolean batched = array.rank() > 0 && array.dimension(0) == task.count();
        return batched ? Task.repeatedTo(Tensor.of(array.rows(inBatch, inBatch + 1)), rows) : Tensor.of(array);
    }

    /** The batch has no scores of its own. */
    private static BatchResult nothing(Task task, NdArray value) {
        double[] zeros = new double[(int) value.dimension(0)];
        Map<String, NdArray> none = new LinkedHashMap<>();
        task.sources().forEach(s -> none.put(s, NdArray.of(zeros, zeros.length)));
        return new BatchResult(none, Map.of(), zeros, zeros, new double[0][], new double[0][], List.of());
    }
}
