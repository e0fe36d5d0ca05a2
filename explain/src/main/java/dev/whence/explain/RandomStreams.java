package dev.whence.explain;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Streams of random numbers that depend on a seed and on what they are for, never on the order in which they are asked. */
final class RandomStreams {
    private static final String GENERATOR = "L64X128MixRandom";

    private RandomStreams() {}

    /** The generator of one stream of a seed. */
    static RandomGenerator of(long seed, long stream) {
        return RandomGeneratorFactory.of(GENERATOR).create(mix(seed) + stream);
    }

    /** The generator of one part of one stream of a seed. */
    static RandomGenerator of(long seed, long stream, long part) {
        return of(mix(seed) + stream, part);
    }

    /** A bijection of longs in which every input bit touches every output bit. */
    static long mix(long value) {
        long z = (value ^ (value >>> 32)) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 29)) * 0xD6E8FEB86659FD93L;
        return z ^ (z >>> 32);
    }

    /** The numbers from 0 to {@code length - 1} in random order. */
    static int[] permutation(int length, RandomGenerator random) {
        int[] order = new int[length];
        java.util.Arrays.setAll(order, i -> i);
        shuffle(order, 0, length, random);
        return order;
    }

    /** Puts the elements from {@code from} to before {@code to} into random order. */
    static void shuffle(int[] values, int from, int to, RandomGenerator random) {
        for (int i = to - 1; i > from; i--) {
            int j = from + random.nextInt(i - from + 1);
            int held = values[i];
            values[i] = values[j];
            values[j] = held;
        }
    }
}
