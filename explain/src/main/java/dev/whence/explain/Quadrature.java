package dev.whence.explain;

/** How an integral over [0, 1] becomes a weighted sum. */
public enum Quadrature {
    /** Nodes of the Legendre polynomial: exact for polynomials of degree 2n - 1. */
    GAUSS_LEGENDRE,
    /** The left end of each of n pieces. */
    RIEMANN_LEFT,
    /** The right end. */
    RIEMANN_RIGHT,
    /** The middle: the paper's choice for DeepLIFT comparisons. */
    RIEMANN_MIDDLE,
    /** n points from 0 to 1, the ends counting half. */
    RIEMANN_TRAPEZOID;

    /**
     * Points and weights.
     *
     * @param points places in [0, 1], ascending
     * @param weights how much each counts; they add up to 1
     */
    record Rule(double[] points, double[] weights) {}

    Rule rule(int n) {
        double[] points = new double[n];
        double[] weights = new double[n];
        switch (this) {
            case GAUSS_LEGENDRE -> gaussLegendre(points, weights);
            case RIEMANN_LEFT -> fill(points, weights, 0);
            case RIEMANN_RIGHT -> fill(points, weights, 1);
            case RIEMANN_MIDDLE -> fill(points, weights, 0.5);
            case RIEMANN_TRAPEZOID -> trapezoid(points, weights);
        }
        return new Rule(points, weights);
    }

    private static void fill(double[] points, double[] weights, double offset) {
        int n = points.length;
        for (int k = 0; k < n; k++) {
            points[k] = (k + offset) / n;
            weights[k] = 1.0 / n;
        }
    }

    private static void trapezoid(double[] points, double[] weights) {
        int n = points.length;
        if (n == 1) {
            points[0] = 0.5;
            weights[0] = 1;
            return;
        }
        for (int k = 0; k < n; k++) {
            points[k] = (double) k / (n - 1);
            weights[k] = (k == 0 || k == n - 1 ? 0.5 : 1.0) / (n - 1);
        }
    }

    /** Newton's iteration on the Legendre polynomials, moved from [-1, 1] to [0, 1]. */
    private static void gaussLegendre(double[] points, double[] weights) {
        int n = points.length;
        for (int k = 0; k < n; k++) {
            double x = Math.cos(Math.PI * (n - k - 0.25) / (n + 0.5));
            double slope = 1;
            for (int step = 0; step < 100; step++) {
                double before = 1;
                double value = x;
                for (int degree = 2; degree <= n; degree++) {
                    double next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
                    before = value;
                    value = next;
                }
                slope = n * (x * value - before) / (x * x - 1);
                double move = value / slope;
                x -= move;
                if (Math.abs(move) < 1e-16) {
                    break;
                }
            }
            points[k] = (x + 1) / 2;
            weights[k] = 1 / ((1 - x * x) * slope * slope);
        }
    }
}
