package dev.whence.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Random cases for law tests, each made from its own seed, the same on every machine. A law that fails tells the seed;
 * {@code -Dwhence.seed=SEED} then runs that case alone. Sizes grow from case to case, so the first failure is a small
 * one.
 *
 * <pre>{@code
 * Cases.check(100, draw -> {
 *     double[] x = draw.doubles(draw.integer(0, 20));
 *     assertThat(reverse(reverse(x))).isEqualTo(x);
 * });
 * }</pre>
 */
public final class Cases {
    private static final double[] SPECIAL = {
        0.0,
        -0.0,
        1.0,
        -1.0,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MAX_VALUE,
        Float.MIN_VALUE,
        Float.MAX_VALUE,
        Math.PI
    };

    private Cases() {}

    /** A statement that must hold for every case. */
    @FunctionalInterface
    public interface Law {
        /** Draws what it needs and throws if the statement does not hold. */
        void check(Draw draw) throws Exception;
    }

    /**
     * Checks a law on many cases, small ones first.
     *
     * @param count number of cases; the seeds are 0 to {@code count - 1}
     * @param law what must hold
     * @throws AssertionError at the first case that fails, naming its seed
     */
    public static void check(int count, Law law) {
        for (Draw draw : draws(count).toList()) {
            try {
                law.check(draw);
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "the law fails for seed " + draw.seed() + " (again: -Dwhence.seed=" + draw.seed() + "): "
                                + e.getMessage(),
                        e);
            }
        }
    }

    /** The cases themselves, for {@code @MethodSource}; each one's text names its seed. */
    public static Stream<Draw> draws(int count) {
        String only = System.getProperty("whence.seed", "");
        if (!only.isBlank()) {
            return Stream.of(new Draw(Long.parseLong(only), count));
        }
        return IntStream.range(0, count).mapToObj(seed -> new Draw(seed, count));
    }

    /** One case: a source of random values that its seed determines. Not safe for use by several threads. */
    public static final class Draw {
        private final long seed;
        private final double growth;
        private final SplittableRandom random;

        private Draw(long seed, int count) {
            this.seed = seed;
            this.growth = Math.min(1, (seed + 1.0) / Math.max(1, count));
            this.random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 1);
        }

        /** What reproduces this case. */
        public long seed() {
            return seed;
        }

        /** The generator itself, for code that takes one. */
        public RandomGenerator random() {
            return random;
        }

        /** An integer from {@code low} to {@code high}, both included, every one as likely. */
        public int integer(int low, int high) {
            return random.nextInt(low, high + 1);
        }

        /** A size from {@code low} to {@code high}, both included; early cases draw small ones. */
        public int size(int low, int high) {
            return integer(low, low + (int) Math.ceil((high - low) * growth));
        }

        /** Any 64-bit integer. */
        public long bits() {
            return random.nextLong();
        }

        /** True as often as false. */
        public boolean truth() {
            return random.nextBoolean();
        }

        /** A real number from {@code low} (included) to {@code high} (excluded). */
        public double real(double low, double high) {
            return random.nextDouble(low, high);
        }

        /** Any double: often a special one (zero, NaN, infinite, the smallest, the largest), else any bits. */
        public double anyDouble() {
            return integer(0, 2) == 0 ? SPECIAL[integer(0, SPECIAL.length - 1)] : Double.longBitsToDouble(bits());
        }

        /** {@code length} numbers of the standard normal distribution. */
        public double[] doubles(int length) {
            double[] out = new double[length];
            Arrays.setAll(out, i -> random.nextGaussian());
            return out;
        }

        /** {@code length} numbers from {@code low} (included) to {@code high} (excluded). */
        public double[] doubles(int length, double low, double high) {
            double[] out = new double[length];
            Arrays.setAll(out, i -> real(low, high));
            return out;
        }

        /** {@code length} float32 numbers of the standard normal distribution. */
        public float[] floats(int length) {
            float[] out = new float[length];
            for (int i = 0; i < length; i++) {
                out[i] = (float) random.nextGaussian();
            }
            return out;
        }

        /** {@code length} integers from {@code low} to {@code high}, both included. */
        public long[] longs(int length, long low, long high) {
            long[] out = new long[length];
            Arrays.setAll(
                    out, i -> high == Long.MAX_VALUE ? random.nextLong(low, high) : random.nextLong(low, high + 1));
            return out;
        }

        /** A shape of {@code minRank} to {@code maxRank} axes, each of {@code minDimension} to {@code maxDimension}. */
        public long[] shape(int minRank, int maxRank, int minDimension, int maxDimension) {
            long[] out = new long[size(minRank, maxRank)];
            Arrays.setAll(out, i -> size(minDimension, maxDimension));
            return out;
        }

        /** One of several things. */
        public <T> T one(List<T> things) {
            return things.get(integer(0, things.size() - 1));
        }

        /** The same things in random order. */
        public <T> List<T> shuffled(List<T> things) {
            List<T> out = new ArrayList<>(things);
            for (int i = out.size() - 1; i > 0; i--) {
                int j = integer(0, i);
                T swap = out.get(i);
                out.set(i, out.get(j));
                out.set(j, swap);
            }
            return out;
        }

        @Override
        public String toString() {
            return "seed " + seed;
        }
    }
}
