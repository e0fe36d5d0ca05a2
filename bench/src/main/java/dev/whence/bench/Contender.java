package dev.whence.bench;

/** One side of a comparison: work that can be repeated and timed. */
@FunctionalInterface
interface Contender {
    /** Does the work so often and tells how many milliseconds each time took. */
    double[] run(int repetitions);

    /** Work of this process. */
    static Contender of(Runnable work) {
        return repetitions -> {
            double[] times = new double[repetitions];
            for (int i = 0; i < repetitions; i++) {
                long start = System.nanoTime();
                work.run();
                times[i] = (System.nanoTime() - start) / 1e6;
            }
            return times;
        };
    }
}
