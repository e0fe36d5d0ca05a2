package dev.whence.cli;

import dev.whence.core.Attribution;
import dev.whence.core.AttributionJson;
import dev.whence.core.Correlation;
import dev.whence.core.FinishedFile;
import dev.whence.core.Units;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Several attributions of the same examples.
 *
 * @param labels what tells them apart, one each
 * @param attributions the results
 * @param names names of the examples
 */
record Comparison(List<String> labels, List<Attribution> attributions, List<String> names) {
    /** Copies the lists in. */
    Comparison {
        labels = List.copyOf(labels);
        attributions = List.copyOf(attributions);
        names = List.copyOf(names);
    }

    /** Spearman's rank correlation of two results for every example; NaN where it has no meaning. */
    double[] spearman(int one, int other) {
        double[] out = new double[names.size()];
        Arrays.setAll(
                out, i -> Correlation.spearman(scores(attributions.get(one), i), scores(attributions.get(other), i)));
        return out;
    }

    /** The mean of those that have a meaning, or NaN. */
    static double mean(double[] correlations) {
        return Arrays.stream(correlations)
                .filter(c -> !Double.isNaN(c))
                .average()
                .orElse(Double.NaN);
    }

    /** The lowest of those that have a meaning, or NaN. */
    static double lowest(double[] correlations) {
        return Arrays.stream(correlations).filter(c -> !Double.isNaN(c)).min().orElse(Double.NaN);
    }

    /** The highest of those that have a meaning, or NaN. */
    static double highest(double[] correlations) {
        return Arrays.stream(correlations).filter(c -> !Double.isNaN(c)).max().orElse(Double.NaN);
    }

    private static double[] scores(Attribution attribution, int example) {
        int examples = attribution.examples();
        double[][] parts = new double[attribution.units().size()][];
        for (int u = 0; u < parts.length; u++) {
            Units units = attribution.units().get(u);
            int row = units.scores().size() / examples;
            parts[u] = new double[row];
            Arrays.setAll(parts[u], i -> units.scores().getDouble(example * row + i));
        }
        return Arrays.stream(parts).flatMapToDouble(Arrays::stream).toArray();
    }

    /** The whole comparison as JSON: labels, every result in the form of {@code whence explain}, and correlations. */
    String toJson() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", "whence-comparison");
        all.put("version", 1);
        all.put("labels", labels);
        all.put("examples", names);
        List<Object> correlations = new ArrayList<>();
        forEachPair((one, other) -> {
            Map<String, Object> pair = new LinkedHashMap<>();
            pair.put("first", labels.get(one));
            pair.put("second", labels.get(other));
            double[] each = spearman(one, other);
            List<@Nullable Double> numbers = new ArrayList<>();
            for (double c : each) {
                numbers.add(defined(c));
            }
            pair.put("spearman", numbers);
            pair.put("mean", defined(mean(each)));
            pair.put("lowest", defined(lowest(each)));
            pair.put("highest", defined(highest(each)));
            correlations.add(pair);
        });
        all.put("correlations", correlations);
        all.put(
                "attributions",
                attributions.stream()
                        .map(a -> JsonMapper.shared().readTree(AttributionJson.toText(a)))
                        .toList());
        return JsonLine.write(all);
    }

    private static @Nullable Double defined(double correlation) {
        return Double.isNaN(correlation) ? null : correlation;
    }

    /** One row for every example and pair. */
    void writeCsv(Path file) {
        FinishedFile.write(file, out -> {
            StringBuilder text = new StringBuilder("example,name,first,second,spearman\n");
            forEachPair((one, other) -> {
                double[] correlations = spearman(one, other);
                for (int i = 0; i < correlations.length; i++) {
                    text.append(i).append(',').append(quoted(names.get(i)));
                    text.append(',').append(quoted(labels.get(one)));
                    text.append(',').append(quoted(labels.get(other)));
                    text.append(',')
                            .append(Double.isNaN(correlations[i]) ? "" : correlations[i])
                            .append('\n');
                }
            });
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        });
    }

    /** A field of a CSV file. */
    static String quoted(String text) {
        return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /** Two places of results. */
    @FunctionalInterface
    interface Pair {
        void of(int one, int other);
    }

    /** Every pair once, in order. */
    void forEachPair(Pair pair) {
        for (int one = 0; one < labels.size(); one++) {
            for (int other = one + 1; other < labels.size(); other++) {
                pair.of(one, other);
            }
        }
    }

    /** A correlation in three decimals, or a hyphen. */
    static String text(double correlation) {
        return Double.isNaN(correlation) ? "-" : String.format(Locale.ROOT, "%.3f", correlation);
    }
}
