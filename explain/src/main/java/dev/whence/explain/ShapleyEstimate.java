package dev.whence.explain;

import dev.whence.core.Attribution;
import dev.whence.core.ConfidenceInterval;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Units;
import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The course of an estimate of Shapley accuracy. */
final class ShapleyEstimate {
    private ShapleyEstimate() {}

    static ShapleyAccuracy of(Explainer explainer, Request all, ShapleySampling sampling) {
        Request request = all.target(all.targets().getFirst());
        Explanation explanation = explainer.explain(request).getFirst();
        Request fixed = Randomizer.settled(request, explanation).with(DeepLift.RESCALE);
        int examples = explanation.attribution().examples();
        int[] drawn = RandomStreams.permutation(examples, RandomStreams.of(request.seed(), examples));
        int batch = explainer.fixedBatch();
        List<ShapleyAccuracy.Example> found = new ArrayList<>();
        List<double[]> pseudo = new ArrayList<>();
        int players = 0;
        for (int i = 0; i < Math.min(sampling.examples(), examples); i++) {
            int example = drawn[i];
            RandomGenerator random = RandomStreams.of(request.seed(), example, 1);
            ShapleyRun run = new ShapleyRun(sampling, batch, batch > 0 ? example % batch : 0, random);
            explainer.explain(Auditor.alone(explainer, fixed, example), run);
            double[] scores = scores(explanation.attribution(), example, run);
            players = run.count();
            double[] error = squares(run.marginals(), scores);
            double[] size = squares(run.marginals(), new double[players]);
            found.add(new ShapleyAccuracy.Example(example, mean(error), mean(size)));
            pseudo = List.of(error, size);
        }
        boolean one = found.size() == 1;
        double[] errors = one
                ? pseudo.getFirst()
                : found.stream().mapToDouble(ShapleyAccuracy.Example::error).toArray();
        double[] sizes = one
                ? pseudo.getLast()
                : found.stream().mapToDouble(ShapleyAccuracy.Example::size).toArray();
        return new ShapleyAccuracy(
                explanation,
                sampling,
                players,
                found,
                ConfidenceInterval.ofMean(errors, ConfidenceInterval.USUAL),
                ConfidenceInterval.ofMean(sizes, ConfidenceInterval.USUAL));
    }

    private static double mean(double[] numbers) {
        return Arrays.stream(numbers).average().orElse(Double.NaN);
    }

    /**
     * Jackknife pseudo-values of the mean squared distance between Shapley values and {@code scores}: their mean is the
     * unbiased estimate from the products of different permutations, their spread tells how sure it is.
     */
    private static double[] squares(List<double[]> marginals, double[] scores) {
        int permutations = marginals.size();
        int players = scores.length;
        double[] sum = new double[players];
        double[] own = new double[permutations];
        for (int p = 0; p < permutations; p++) {
            for (int i = 0; i < players; i++) {
                double distance = scores[i] - marginals.get(p)[i];
                sum[i] += distance;
                own[p] += distance * distance;
            }
        }
        double owns = Arrays.stream(own).sum();
        double whole = (square(sum) - owns) / permutations / (permutations - 1) / players;
        double[] out = new double[permutations];
        if (permutations == 2) {
            Arrays.fill(out, whole);
            return out;
        }
        for (int p = 0; p < permutations; p++) {
            double[] rest = new double[players];
            for (int i = 0; i < players; i++) {
                rest[i] = sum[i] - (scores[i] - marginals.get(p)[i]);
            }
            double without = (square(rest) - (owns - own[p])) / (permutations - 1) / (permutations - 2) / players;
            out[p] = permutations * whole - (permutations - 1) * without;
        }
        return out;
    }

    private static double square(double[] numbers) {
        return Arrays.stream(numbers).map(n -> n * n).sum();
    }

    /** Scores of one example, added up for every player. */
    private static double[] scores(Attribution attribution, int example, ShapleyRun run) {
        double[] out = new double[run.count()];
        for (Map.Entry<String, int[]> source : run.players().entrySet()) {
            int[] who = source.getValue();
            NdArray scores = attribution.units().stream()
                    .filter(u -> u.name().equals(source.getKey())
                            && u.scores().size() == who.length * attribution.examples())
                    .map(Units::scores)
                    .findFirst()
                    .orElseThrow(() -> new WhenceException(
                            ErrorCode.USAGE,
                            "Method " + attribution.method().name() + " does not give one score to each element of '"
                                    + source.getKey()
                                    + "', so its scores are no shares to compare with Shapley values."));
            for (int i = 0; i < who.length; i++) {
                out[who[i]] += scores.getDouble(example * who.length + i);
            }
        }
        return out;
    }
}
