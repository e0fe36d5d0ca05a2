package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReferencesTest {
    private static final double ROUNDING = 1e-12;

    @Test
    void zerosAreSharedAndKeepTheType() {
        NdArray zeros = References.zeros(NdArray.of(new double[12], 2, 3, 2));
        assertThat(zeros.type()).isEqualTo(NdArray.Type.FLOAT64);
        assertThat(zeros.shape()).containsExactly(1, 3, 2);
        assertThat(zeros.toDoubles()).containsOnly(0);
    }

    @Test
    void aConstantPerChannelFollowsTheChannelAxis() {
        NdArray sequences = NdArray.of(new float[2 * 3 * 4], 2, 3, 4);
        assertThat(References.constant(sequences, 2, .25, .5, .75, 1).toFloats())
                .containsExactly(.25f, .5f, .75f, 1, .25f, .5f, .75f, 1, .25f, .5f, .75f, 1);
        NdArray images = NdArray.of(new float[2 * 2 * 1 * 2], 2, 2, 1, 2);
        assertThat(References.constant(images, 1, 7, 8).toFloats()).containsExactly(7, 7, 8, 8);
        assertThat(References.constant(images, 1, 5).toFloats()).containsOnly(5);
    }

    @Test
    void aConstantWithTheWrongNumberOfValuesSaysHowManyAreWanted() {
        NdArray sequences = NdArray.of(new float[24], 2, 3, 4);
        assertThatThrownBy(() -> References.constant(sequences, 2, .3, .2, .5))
                .isInstanceOf(WhenceException.class)
                .hasMessage(
                        "A constant reference needs 1 value or one for each of the 4 channels (axis 2 of [2, 3, 4]);"
                                + " found 3 values.")
                .extracting(e -> ((WhenceException) e).code())
                .isEqualTo(ErrorCode.SHAPE_MISMATCH);
    }

    @Test
    void theMeanIsTakenOverTheExamples() {
        NdArray mean = References.mean(NdArray.of(new float[] {1, 2, 3, 6}, 2, 2));
        assertThat(mean.shape()).containsExactly(1, 2);
        assertThat(mean.toFloats()).containsExactly(2, 4);
        assertThatThrownBy(() -> References.mean(NdArray.of(new float[0], 0, 2)))
                .hasMessage("The mean of a data set needs at least one example; found none.");
    }

    @Test
    void aBlurKeepsAConstantImageAndTheMassOfAnyImage() {
        double[] flat = new double[2 * 5 * 7];
        Arrays.fill(flat, 3);
        NdArray blurredFlat = References.blurred(NdArray.of(flat, 1, 2, 5, 7), 2.5, 2, 3);
        for (double value : blurredFlat.toDoubles()) {
            assertThat(value).isCloseTo(3, within(ROUNDING));
        }
        double[] point = new double[9 * 9];
        point[4 * 9 + 4] = 1;
        double[] blurred =
                References.blurred(NdArray.of(point, 1, 1, 9, 9), 1, 2, 3).toDoubles();
        assertThat(Arrays.stream(blurred).sum()).isCloseTo(1, within(ROUNDING));
        assertThat(blurred[4 * 9 + 5] / blurred[4 * 9 + 4]).isCloseTo(Math.exp(-.5), within(ROUNDING));
        assertThat(blurred[3 * 9 + 4]).isCloseTo(blurred[4 * 9 + 5], within(ROUNDING));
    }

    @Test
    void aBlurOfEachImageDoesNotTouchItsNeighbours() {
        double[] two = new double[2 * 16];
        two[5] = 1;
        double[] blurred =
                References.blurred(NdArray.of(two, 2, 1, 4, 4), 1, 2, 3).toDoubles();
        assertThat(Arrays.copyOfRange(blurred, 16, 32)).containsOnly(0);
    }

    @Test
    void aBlurEqualsTheDirectSumOverTheMirroredImage() {
        int length = 6;
        double[] values = {1, 4, -2, 0.5, 3, 7};
        double sigma = 3;
        double[] expected = new double[length];
        int reach = 12;
        for (int i = 0; i < length; i++) {
            double sum = 0;
            double norm = 0;
            for (int k = -reach; k <= reach; k++) {
                int at = i + k;
                while (at < 0 || at >= length) {
                    at = at < 0 ? -1 - at : 2 * length - 1 - at;
                }
                double weight = Math.exp(-k * k / (2 * sigma * sigma));
                sum += weight * values[at];
                norm += weight;
            }
            expected[i] = sum / norm;
        }
        assertThat(References.blurred(NdArray.of(values, 1, 6), sigma, 1).toDoubles())
                .containsExactly(expected, within(ROUNDING));
    }

    @Test
    void aBlurOfNoWidthIsRefused() {
        assertThatThrownBy(() -> References.blurred(NdArray.of(new float[4], 1, 1, 2, 2), 0, 2, 3))
                .isInstanceOf(WhenceException.class)
                .hasMessage("The width of a blur must be a number greater than 0; found 0.0.");
    }

    @Test
    void drawsComeFromTheSetWithoutRepeatsWhileItLasts() {
        NdArray set = NdArray.of(new float[] {0, 1, 2, 3, 4}, 5, 1);
        NdArray drawn = References.drawn(set, 3, 5, 11);
        assertThat(drawn.shape()).containsExactly(3, 5, 1);
        for (int n = 0; n < 3; n++) {
            assertThat(drawn.rows(n, n + 1).toFloats()).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        }
        assertThat(References.drawn(set, 3, 5, 11)).isEqualTo(drawn);
        assertThat(References.drawn(set, 1, 9, 11).size()).isEqualTo(9);
        assertThatThrownBy(() -> References.drawn(NdArray.of(new float[0], 0, 1), 1, 1, 1))
                .hasMessage("References are to be drawn from a set that holds no example.");
    }

    @Test
    void noReferencesAtAllAreRefused() {
        NdArray one = NdArray.of(new float[8], 1, 2, 4);
        assertThatThrownBy(() -> References.shuffled(one, 2, 0, 1))
                .isInstanceOf(WhenceException.class)
                .hasMessage("The number of references must be at least 1; found 0.");
    }

    @Test
    void referencesBeyondTheLargestArrayAreRefusedBeforeTheyAreMade() {
        NdArray one = NdArray.of(new float[2000 * 4], 1, 2000, 4);
        assertThatThrownBy(() -> References.shuffled(one, 2, 1_000_000, 1))
                .isInstanceOf(WhenceException.class)
                .hasMessageStartingWith("References of shape [1, 1000000, 2000, 4] are more than 2^31 numbers");
    }

    @Test
    void aDinucleotideShuffleOfMixedColumnsIsRefusedWithThePlace() {
        NdArray soft = NdArray.of(new float[] {1, 0, 0, 0, .5f, 0, .5f, 0}, 1, 2, 4);
        assertThatThrownBy(() -> References.dinucleotideShuffled(soft, 2, 1, 1))
                .isInstanceOf(WhenceException.class)
                .hasMessage("A dinucleotide shuffle needs one-hot sequences; position 1 of sequence 0 holds more than"
                        + " one letter (channels 0 and 2).");
    }

    @Test
    void imagesCannotBeShuffledAsSequences() {
        assertThatThrownBy(() -> References.shuffled(NdArray.of(new float[18], 1, 2, 3, 3), 1, 1, 1))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("found shape [1, 2, 3, 3]");
    }
}
