package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every shuffle must keep, on random sequences. */
class ReferencesLawTest {
    private static final int SEQUENCES = 100;
    private static final int LENGTH = 200;

    /** Letters 0 to 3, and 4 for an unknown base, one sequence a row. */
    private static int[][] randomLetters(long seed, double unknown) {
        SplittableRandom random = new SplittableRandom(seed);
        int[][] letters = new int[SEQUENCES][LENGTH];
        for (int[] row : letters) {
            Arrays.setAll(row, i -> random.nextDouble() < unknown ? 4 : random.nextInt(4));
        }
        return letters;
    }

    private static NdArray oneHot(int[][] letters) {
        int length = letters[0].length;
        float[] out = new float[letters.length * length * 4];
        for (int n = 0; n < letters.length; n++) {
            for (int p = 0; p < length; p++) {
                if (letters[n][p] < 4) {
                    out[(n * length + p) * 4 + letters[n][p]] = 1;
                }
            }
        }
        return NdArray.of(out, letters.length, length, 4);
    }

    private static NdArray channelsFirst(NdArray sequences) {
        int count = (int) sequences.dimension(0);
        int length = (int) sequences.dimension(1);
        float[] out = new float[sequences.size()];
        for (int n = 0; n < count; n++) {
            for (int p = 0; p < length; p++) {
                for (int c = 0; c < 4; c++) {
                    out[(n * 4 + c) * length + p] = (float) sequences.getDouble((n * length + p) * 4 + c);
                }
            }
        }
        return NdArray.of(out, count, 4, length);
    }

    /** Reads the letters back from row {@code index} of any {@code [..., L, 4]} array. */
    private static int[] lettersOf(NdArray array, int index) {
        int[] letters = new int[LENGTH];
        for (int p = 0; p < LENGTH; p++) {
            letters[p] = 4;
            for (int c = 0; c < 4; c++) {
                if (array.getDouble((index * LENGTH + p) * 4 + c) == 1) {
                    letters[p] = c;
                }
            }
        }
        return letters;
    }

    private static int[] pairCounts(int[] letters) {
        int[] counts = new int[25];
        for (int i = 0; i + 1 < letters.length; i++) {
            counts[letters[i] * 5 + letters[i + 1]]++;
        }
        return counts;
    }

    @ParameterizedTest(name = "unknown bases {0}")
    @ValueSource(doubles = {0, 0.1})
    void dinucleotideShufflesKeepPairsEndsAndLength(double unknown) {
        int[][] letters = randomLetters(41, unknown);
        int count = 3;
        NdArray shuffled = References.dinucleotideShuffled(oneHot(letters), 2, count, 7);
        assertThat(shuffled.shape()).containsExactly(SEQUENCES, count, LENGTH, 4);
        int different = 0;
        for (int n = 0; n < SEQUENCES; n++) {
            for (int k = 0; k < count; k++) {
                int[] found = lettersOf(shuffled, n * count + k);
                assertThat(pairCounts(found)).containsExactly(pairCounts(letters[n]));
                assertThat(found[0]).isEqualTo(letters[n][0]);
                assertThat(found[LENGTH - 1]).isEqualTo(letters[n][LENGTH - 1]);
                different += Arrays.equals(found, letters[n]) ? 0 : 1;
            }
        }
        assertThat(different).isGreaterThanOrEqualTo(SEQUENCES * count * 9 / 10);
    }

    @Test
    void theReferencesOfOneSequenceDifferFromEachOther() {
        NdArray shuffled =
                References.dinucleotideShuffled(oneHot(randomLetters(5, 0)).rows(0, 1), 2, 20, 1);
        long distinct = java.util.stream.IntStream.range(0, 20)
                .mapToObj(k -> Arrays.toString(lettersOf(shuffled, k)))
                .distinct()
                .count();
        assertThat(distinct).isEqualTo(20);
    }

    @Test
    void plainShufflesKeepTheCountOfEveryLetter() {
        int[][] letters = randomLetters(42, 0.05);
        NdArray shuffled = References.shuffled(oneHot(letters), 2, 2, 7);
        int different = 0;
        for (int n = 0; n < SEQUENCES; n++) {
            for (int k = 0; k < 2; k++) {
                int[] found = lettersOf(shuffled, n * 2 + k);
                different += Arrays.equals(found, letters[n]) ? 0 : 1;
                int[] sorted = letters[n].clone();
                Arrays.sort(sorted);
                Arrays.sort(found);
                assertThat(found).containsExactly(sorted);
            }
        }
        assertThat(different).isGreaterThanOrEqualTo(SEQUENCES * 2 * 9 / 10);
    }

    @Test
    void splittingOrPermutingABatchChangesNothing() {
        NdArray all = oneHot(randomLetters(43, 0.02));
        NdArray together = References.dinucleotideShuffled(all, 2, 4, 99);
        for (int n = SEQUENCES - 1; n >= 0; n -= 9) {
            assertThat(References.dinucleotideShuffled(all.rows(n, n + 1), 2, 4, 99))
                    .isEqualTo(together.rows(n, n + 1));
        }
        assertThat(References.shuffled(all.rows(3, 4), 2, 4, 99))
                .isEqualTo(References.shuffled(all, 2, 4, 99).rows(3, 4));
    }

    @Test
    void anotherSeedGivesOtherReferences() {
        NdArray some = oneHot(randomLetters(44, 0)).rows(0, 5);
        assertThat(References.shuffled(some, 2, 2, 1)).isNotEqualTo(References.shuffled(some, 2, 2, 2));
        assertThat(References.shuffled(some, 2, 2, 1)).isEqualTo(References.shuffled(some, 2, 2, 1));
    }

    @Test
    void channelsFirstGivesTheSameShapeOfAnswer() {
        int[][] letters = randomLetters(45, 0.03);
        NdArray first = channelsFirst(oneHot(letters));
        NdArray shuffled = References.dinucleotideShuffled(first, 1, 2, 3);
        assertThat(shuffled.shape()).containsExactly(SEQUENCES, 2, 4, LENGTH);
        for (int row = 0; row < SEQUENCES * 2; row++) {
            int[] found = new int[LENGTH];
            for (int p = 0; p < LENGTH; p++) {
                found[p] = 4;
                for (int c = 0; c < 4; c++) {
                    found[p] = shuffled.getDouble((row * 4 + c) * LENGTH + p) == 1 ? c : found[p];
                }
            }
            assertThat(pairCounts(found)).containsExactly(pairCounts(letters[row / 2]));
        }
    }

    @Test
    void veryShortSequencesComeBackAsTheyAre() {
        for (int length = 1; length <= 3; length++) {
            int[][] letters = {new int[length]};
            Arrays.setAll(letters[0], i -> i);
            NdArray one = oneHot(letters);
            NdArray shuffled = References.dinucleotideShuffled(one, 2, 2, 3);
            assertThat(shuffled.rows(0, 1).reshape(2, length, 4).rows(1, 2)).isEqualTo(one);
        }
    }
}
