package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Operator;
import dev.whence.graph.Variable;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts of words: TfIdfVectorizer. */
final class WordCountOperators {
    private WordCountOperators() {}

    /** How often each sequence of words from a pool occurs in each row, possibly with words skipped between, weighted. */
    static final Operator TF_IDF_VECTORIZER = Operator.named("TfIdfVectorizer")
            .since(9)
            .structural((interpreter, node, in) ->
                    List.of(interpreter.constant("counts", Tensor.of(counts(node.attributes(), in)))))
            .build();

    static final List<Operator> ALL = List.of(TF_IDF_VECTORIZER);

    private static NdArray counts(Attributes at, @Nullable Variable[] in) {
        Pool pool = Pool.of(at);
        List<Object> items = new ArrayList<>();
        long[] shape;
        if (in[0] instanceof Variable.Texts(Constant constant)) {
            items.addAll(constant.texts());
            shape = constant.shape();
        } else {
            NdArray numbers = TextOperators.unattributed(in, 0).tensor().toNdArray();
            Arrays.stream(numbers.toLongs()).forEach(items::add);
            shape = numbers.shape();
        }
        int columns = (int) shape[shape.length - 1];
        int rows = shape.length == 1 ? 1 : (int) shape[0];
        float[] out = new float[Sizes.inJava(rows, pool.width)];
        for (int row = 0; row < rows; row++) {
            long[] found = pool.count(items.subList(row * columns, (row + 1) * columns));
            for (int i = 0; i < found.length; i++) {
                if (found[i] > 0) {
                    double times = pool.mode.equals("IDF") ? 1 : found[i];
                    int place = row * pool.width + (int) pool.indexes[i];
                    out[place] += (float) (times * (pool.mode.equals("TF") ? 1 : pool.weight(i)));
                }
            }
        }
        return shape.length == 1 ? NdArray.of(out, pool.width) : NdArray.of(out, rows, pool.width);
    }

    /** The sequences to count. */
    private record Pool(
            Map<List<Object>, Integer> grams,
            long[] indexes,
            double[] weights,
            String mode,
            int shortest,
            int longest,
            int skips,
            int width) {
        static Pool of(Attributes at) {
            List<Object> words = new ArrayList<>();
            if (at.has("pool_strings")) {
                words.addAll(at.texts("pool_strings"));
            } else {
                Arrays.stream(at.integers("pool_int64s")).forEach(words::add);
            }
            long[] starts = at.integers("ngram_counts");
            long[] indexes = at.integers("ngram_indexes");
            Map<List<Object>, Integer> grams = new HashMap<>();
            for (int n = 1; n <= starts.length; n++) {
                long end = n < starts.length ? starts[n] : words.size();
                for (long i = starts[n - 1]; i >= 0 && i + n <= Math.min(end, words.size()); i += n) {
                    grams.put(List.copyOf(words.subList((int) i, (int) i + n)), grams.size());
                }
            }
            long width = Arrays.stream(indexes).max().orElse(-1) + 1;
            if (grams.size() != indexes.length || Arrays.stream(indexes).anyMatch(i -> i < 0) || width > 1 << 28) {
                throw new WhenceException(
                        ErrorCode.MODEL_INVALID,
                        "attribute 'ngram_indexes' has " + indexes.length + " entries up to " + (width - 1) + " for "
                                + grams.size() + " different sequences");
            }
            return new Pool(
                    grams,
                    indexes,
                    at.reals("weights", new double[0]),
                    at.text("mode"),
                    (int) Math.max(1, at.integer("min_gram_length")),
                    (int) Math.min(starts.length, at.integer("max_gram_length")),
                    (int) Math.min(Integer.MAX_VALUE - 1, at.integer("max_skip_count")),
                    (int) width);
        }

        double weight(int gram) {
            return gram < weights.length ? weights[gram] : 1;
        }

        /** How often each sequence occurs in a row. */
        long[] count(List<Object> row) {
            long[] found = new long[indexes.length];
            for (int n = shortest; n <= longest; n++) {
                for (int stride = 1; stride <= (n == 1 ? 1 : skips + 1) && (n - 1L) * stride < row.size(); stride++) {
                    for (int i = 0; i + (n - 1) * stride < row.size(); i++) {
                        List<Object> gram = new ArrayList<>(n);
                        for (int k = 0; k < n; k++) {
                            gram.add(row.get(i + k * stride));
                        }
                        Integer known = grams.get(gram);
                        if (known != null) {
                            found[known]++;
                        }
                    }
                }
            }
            return found;
        }
    }
}
