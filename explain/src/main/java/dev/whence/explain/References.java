package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Makes the neutral inputs that DeepLIFT, Integrated Gradients and their kin compare an input with, as plain float32 or
 * float64 arrays of the type of the input.
 *
 * <p>A reference is either <em>shared</em> by all examples or made <em>for each input</em>:
 *
 * <ul>
 *   <li>{@link #zeros}, {@link #constant} and {@link #mean} return shape {@code [1, ...]}: one shared reference.
 *   <li>{@link #blurred} returns the shape of the input: one reference for each example.
 *   <li>{@link #shuffled}, {@link #dinucleotideShuffled} and {@link #drawn} return {@code [N, K, ...]}: {@code K}
 *       references for each of the {@code N} examples.
 * </ul>
 *
 * <p>Axis 0 of an input is always the batch; a channel axis is given as an index of the whole shape, so it is 1 for
 * {@code [N, C, H, W]} and 2 for {@code [N, L, 4]}.
 *
 * <p>Randomness comes from the seed and the sequence alone, not from its place in the batch: splitting or permuting a
 * batch gives every sequence the same references again. All methods are free of state and safe for several threads.
 */
public final class References {
    /** Beyond this many standard deviations a Gaussian is cut off. */
    private static final double BLUR_REACH = 4.0;

    private References() {}

    /** All zeros, shape {@code [1, ...]}. */
    public static NdArray zeros(NdArray input) {
        Numbers numbers = Numbers.zeros(input, oneRow(input));
        return numbers.toArray();
    }

    /**
     * One value everywhere, or one value a channel (such as the background frequencies .3, .2, .2, .3 of the four
     * bases), shape {@code [1, ...]}.
     *
     * @param input gives the type and the shape {@code [N, ...]}
     * @param channelAxis the axis of the channels, at least 1; not looked at when one value is given
     * @param values one value, or as many as there are channels
     * @throws WhenceException if the number of values is neither 1 nor the number of channels
     */
    public static NdArray constant(NdArray input, int channelAxis, double... values) {
        long[] shape = oneRow(input);
        double[] out = new double[elements(shape)];
        if (values.length == 1) {
            Arrays.fill(out, values[0]);
            return Numbers.of(input, out).toArray(shape);
        }
        checkAxis(input, channelAxis);
        long channels = shape[channelAxis];
        if (channels != values.length) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "A constant reference needs 1 value or one for each of the " + channels + " channels (axis "
                            + channelAxis + " of " + Arrays.toString(input.shape()) + "); found " + values.length
                            + " values.");
        }
        int inner = inner(shape, channelAxis);
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i / inner % values.length];
        }
        return Numbers.of(input, out).toArray(shape);
    }

    /**
     * The mean of a data set over its examples, added up in float64, shape {@code [1, ...]}.
     *
     * @param data examples {@code [M, ...]}
     * @throws WhenceException if there is no example
     */
    public static NdArray mean(NdArray data) {
        long[] shape = oneRow(data);
        long rows = data.dimension(0);
        if (rows == 0) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, "The mean of a data set needs at least one example; found none.");
        }
        double[] sums = new double[elements(shape)];
        for (int i = 0; i < data.size(); i++) {
            sums[i % sums.length] += data.getDouble(i);
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= rows;
        }
        return Numbers.of(data, sums).toArray(shape);
    }

    /**
     * Each image blurred with a Gaussian, shape of the input. The kernel is cut off at 4 standard deviations and
     * normalised, and the image is mirrored at its edges (the edge pixel is repeated), so a constant image stays as it
     * is.
     *
     * @param images for example {@code [N, C, H, W]} with spatial axes 2 and 3
     * @param sigma standard deviation in pixels, greater than 0
     * @param spatialAxes the axes to blur along, one after the other
     */
    public static NdArray blurred(NdArray images, double sigma, int... spatialAxes) {
        if (!(sigma > 0) || Double.isInfinite(sigma)) {
            throw new WhenceException(
                    ErrorCode.USAGE, "The width of a blur must be a number greater than 0; found " + sigma + ".");
        }
        double[] values = images.toDoubles();
        double[] kernel = gaussian(sigma);
        for (int axis : spatialAxes) {
            checkAxis(images, axis);
            values = convolved(values, (int) images.dimension(axis), inner(images.shape(), axis), kernel);
        }
        return Numbers.of(images, values).toArray(images.shape());
    }

    /**
     * Each sequence with its positions in random order (every permutation equally likely), shape {@code [N, K, ...]}.
     * The letters and their counts stay, every neighbourhood is lost.
     *
     * @param sequences {@code [N, L, C]} or {@code [N, C, L]}; other axes of length 1 may stand between them
     * @param channelAxis the axis of the letters
     * @param count references for each sequence, K, at least 1
     * @param seed the seed; the same seed and sequence give the same references
     */
    public static NdArray shuffled(NdArray sequences, int channelAxis, int count, long seed) {
        SequenceLayout layout = SequenceLayout.of(sequences, channelAxis);
        return shuffledBy(
                sequences, layout, count, seed, (row, random) -> RandomStreams.permutation(layout.length(), random));
    }

    /**
     * Each sequence shuffled so that its first and last letter, its length and the counts of all pairs of neighbouring
     * letters stay, shape {@code [N, K, ...]}. All-zero columns (unknown bases) count as one more letter.
     *
     * <p>For every letter the positions that follow its occurrences are listed; each list is permuted except for its
     * last entry; then the sequence is walked from its first position, each time to the next unused successor of the
     * letter just met. Keeping the last entries last keeps the walk from ending early (Altschul and Erickson 1985 treat
     * the general problem; this is the walk that the DeepLIFT authors use, so not every possible sequence is equally
     * likely).
     *
     * @param sequences one-hot {@code [N, L, C]} or {@code [N, C, L]}; other axes of length 1 may stand between them
     * @param channelAxis the axis of the letters
     * @param count references for each sequence, K, at least 1
     * @param seed the seed; the same seed and sequence give the same references
     * @throws WhenceException if a column is neither one letter nor all zero
     */
    public static NdArray dinucleotideShuffled(NdArray sequences, int channelAxis, int count, long seed) {
        SequenceLayout layout = SequenceLayout.of(sequences, channelAxis);
        int[][] letters = new int[(int) sequences.dimension(0)][];
        for (int n = 0; n < letters.length; n++) {
            letters[n] = layout.letters(sequences, n);
        }
        return shuffledBy(
                sequences,
                layout,
                count,
                seed,
                (row, random) -> dinucleotideWalk(letters[row], layout.channels() + 1, random));
    }

    /**
     * The positions of a sequence in an order that keeps its ends and all pairs of neighbouring letters.
     *
     * @param letters the letter at each position, from 0 to {@code alphabet - 1}
     * @param alphabet how many letters there are
     * @param random the source of randomness
     * @return positions of {@code letters}, each once
     */
    static int[] dinucleotideWalk(int[] letters, int alphabet, RandomGenerator random) {
        int length = letters.length;
        int[] order = new int[length];
        if (length == 0) {
            return order;
        }
        int[] begin = new int[alphabet + 1];
        for (int i = 0; i + 1 < length; i++) {
            begin[letters[i] + 1]++;
        }
        for (int a = 0; a < alphabet; a++) {
            begin[a + 1] += begin[a];
        }
        int[] successors = new int[length - 1];
        int[] filled = Arrays.copyOf(begin, alphabet);
        for (int i = 0; i + 1 < length; i++) {
            successors[filled[letters[i]]++] = i + 1;
        }
        for (int a = 0; a < alphabet; a++) {
            RandomStreams.shuffle(successors, begin[a], begin[a + 1] - 1, random);
        }
        int[] next = Arrays.copyOf(begin, alphabet);
        int at = 0;
        for (int i = 1; i < length; i++) {
            at = successors[next[letters[at]]++];
            order[i] = at;
        }
        return order;
    }

    /**
     * {@code K} examples of a set for each input, drawn without replacement where the set is large enough and with
     * replacement where it is not, shape {@code [N, K, ...]}.
     *
     * @param set examples {@code [M, ...]} to draw from
     * @param examples how many inputs there are, N
     * @param count references for each input, K, at least 1
     * @param seed the seed; the draws of input {@code i} depend on it and on {@code i}
     * @throws WhenceException if the set is empty
     */
    public static NdArray drawn(NdArray set, int examples, int count, long seed) {
        checkCount(count);
        int rows = (int) set.dimension(0);
        if (rows == 0) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, "References are to be drawn from a set that holds no example.");
        }
        int rowSize = set.size() / rows;
        Numbers out = Numbers.zeros(set, perInput(set, examples, count));
        Numbers source = Numbers.copy(set);
        for (int n = 0; n < examples; n++) {
            RandomGenerator random = RandomStreams.of(seed, n);
            int[] order = RandomStreams.permutation(rows, random);
            for (int k = 0; k < count; k++) {
                int row = count <= rows ? order[k] : random.nextInt(rows);
                out.copyFrom(source, row * rowSize, (n * count + k) * rowSize, rowSize);
            }
        }
        return out.toArray();
    }

    @FunctionalInterface
    private interface Ordering {
        int[] order(int row, RandomGenerator random);
    }

    private static NdArray shuffledBy(
            NdArray sequences, SequenceLayout layout, int count, long seed, Ordering ordering) {
        checkCount(count);
        int rows = (int) sequences.dimension(0);
        int rowSize = layout.length() * layout.channels();
        Numbers out = Numbers.zeros(sequences, perInput(sequences, rows, count));
        Numbers source = Numbers.copy(sequences);
        for (int n = 0; n < rows; n++) {
            RandomGenerator random = RandomStreams.of(seed, fingerprint(sequences, n * rowSize, rowSize));
            for (int k = 0; k < count; k++) {
                int[] order = ordering.order(n, random);
                layout.copyColumns(source, n * rowSize, out, (n * count + k) * rowSize, order);
            }
        }
        return out.toArray();
    }

    /** A hash of one example's values, so that its random stream does not depend on its place in the batch. */
    private static long fingerprint(NdArray values, int from, int length) {
        long hash = length;
        for (int i = from; i < from + length; i++) {
            hash = RandomStreams.mix(hash * 31 + Double.doubleToLongBits(values.getDouble(i) + 0.0));
        }
        return hash;
    }

    private static double[] gaussian(double sigma) {
        int reach = Math.max(1, (int) Math.min(Math.ceil(BLUR_REACH * sigma), 1 << 20));
        double[] kernel = new double[2 * reach + 1];
        double sum = 0;
        for (int i = 0; i < kernel.length; i++) {
            double distance = (i - reach) / sigma;
            kernel[i] = Math.exp(-0.5 * distance * distance);
            sum += kernel[i];
        }
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] /= sum;
        }
        return kernel;
    }

    private static double[] convolved(double[] values, int length, int inner, double[] kernel) {
        double[] out = new double[values.length];
        int reach = kernel.length / 2;
        int block = length * inner;
        double[] weights = new double[length];
        for (int i = 0; i < length; i++) {
            Arrays.fill(weights, 0);
            for (int k = -reach; k <= reach; k++) {
                weights[mirrored(i + k, length)] += kernel[k + reach];
            }
            for (int start = 0; start < values.length; start += block) {
                addWeighted(values, start, inner, weights, out, start + i * inner);
            }
        }
        return out;
    }

    private static void addWeighted(double[] from, int start, int inner, double[] weights, double[] to, int at) {
        for (int j = 0; j < weights.length; j++) {
            if (weights[j] != 0) {
                for (int c = 0; c < inner; c++) {
                    to[at + c] += weights[j] * from[start + j * inner + c];
                }
            }
        }
    }

    /** Mirrors a position into {@code 0..length-1}, repeating the edge: -1 is 0, -2 is 1. */
    private static int mirrored(int position, int length) {
        int at = Math.floorMod(position, 2 * length);
        return at < length ? at : 2 * length - 1 - at;
    }

    private static long[] oneRow(NdArray input) {
        long[] shape = input.shape();
        if (shape.length == 0) {
            throw new IllegalArgumentException("input must have a batch axis, found a scalar");
        }
        shape[0] = 1;
        return shape;
    }

    private static long[] perInput(NdArray input, int examples, int count) {
        long[] shape = input.shape();
        long[] out = new long[shape.length + 1];
        System.arraycopy(shape, 1, out, 2, shape.length - 1);
        out[0] = examples;
        out[1] = count;
        if (NdArray.elements(out) > Integer.MAX_VALUE) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "References of shape " + Arrays.toString(out)
                            + " are more than 2^31 numbers; take fewer examples at a time or fewer references.");
        }
        return out;
    }

    private static int elements(long[] shape) {
        return Math.toIntExact(NdArray.elements(shape));
    }

    private static int inner(long[] shape, int axis) {
        return elements(Arrays.copyOfRange(shape, axis + 1, shape.length));
    }

    private static void checkAxis(NdArray input, int axis) {
        if (axis < 1 || axis >= input.rank()) {
            throw new IllegalArgumentException(
                    "axis must be from 1 to " + (input.rank() - 1) + " for " + input + ", found " + axis);
        }
    }

    private static void checkCount(int count) {
        if (count < 1) {
            throw new WhenceException(
                    ErrorCode.USAGE, "The number of references must be at least 1; found " + count + ".");
        }
    }
}
