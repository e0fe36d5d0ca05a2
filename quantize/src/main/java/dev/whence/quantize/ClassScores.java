package dev.whence.quantize;

/** Rows of class scores as probabilities, which they may be already. */
public final class ClassScores {
    /** No class is held to be less likely than this where its score is minus infinity or its probability zero. */
    private static final double TINIEST = 1e-12;

    private static final double NEAR_ONE = 1e-3;

    private ClassScores() {}

    /** Whether each row of so many numbers could be probabilities: none below zero, adding up to one. */
    public static boolean areProbabilities(int classes, double... rows) {
        for (int from = 0; from < rows.length; from += classes) {
            double sum = 0;
            for (int i = from; i < from + classes; i++) {
                if (!(rows[i] >= 0)) {
                    return false;
                }
                sum += rows[i];
            }
            if (Math.abs(sum - 1) > NEAR_ONE) {
                return false;
            }
        }
        return true;
    }

    /**
     * The divergence of Kullback and Leibler of found class scores from exact ones of one example, in nats. A class that is
     * excluded, with a score of minus infinity, counts nothing where it is so in both, and much but not without end where it
     * is so in the found scores only.
     *
     * @param areProbabilities whether the numbers are probabilities; else their softmax is
     */
    public static double divergence(boolean areProbabilities, double[] exact, double[] found) {
        double logP = areProbabilities ? 0 : logSum(exact);
        double logQ = areProbabilities ? 0 : logSum(found);
        double sum = 0;
        for (int i = 0; i < exact.length; i++) {
            double log = log(exact[i], logP, areProbabilities);
            double likely = areProbabilities ? exact[i] : exact[i] == Double.NEGATIVE_INFINITY ? 0 : Math.exp(log);
            sum += likely == 0 ? 0 : likely * (log - log(found[i], logQ, areProbabilities));
        }
        return sum;
    }

    private static double log(double value, double logSum, boolean isProbability) {
        if (isProbability) {
            return Math.log(Math.max(TINIEST, value));
        }
        return value == Double.NEGATIVE_INFINITY ? Math.log(TINIEST) : value - logSum;
    }

    private static double logSum(double... scores) {
        double most = -Double.MAX_VALUE;
        for (double score : scores) {
            most = Math.max(most, score);
        }
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - most);
        }
        return most + Math.log(Math.max(TINIEST, sum));
    }
}
