package dev.whence.examples.digits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DigitsTest {
    private final Digits all = Digits.all();

    @Test
    void all_images_are_there_with_their_digits() {
        assertThat(all.images().shape()).containsExactly(1797, 1, 8, 8);
        assertThat(all.labels()).hasSize(1797).startsWith(0, 1, 2, 3).contains(4, 5, 6, 7, 8, 9);
        double[] pixels = all.images().toDoubles();
        assertThat(Arrays.stream(pixels).min()).hasValue(0);
        assertThat(Arrays.stream(pixels).max()).hasValue(1);
        assertThat(Arrays.copyOf(pixels, 8)).containsExactly(0, 0, 5 / 16.0, 13 / 16.0, 9 / 16.0, 1 / 16.0, 0, 0);
    }

    @Test
    void every_image_is_on_one_side_of_the_split() {
        assertThat(all.train().count()).isEqualTo(1437);
        assertThat(all.test().count()).isEqualTo(360);
        assertThat(all.test().images()).isEqualTo(all.images().rows(1437, 1797));
        assertThat(all.train().images()).isEqualTo(all.images().rows(0, 1437));
    }

    @Test
    void the_first_of_each_digit_comes_in_the_order_of_the_digits() {
        Digits first = all.firstOfEach();
        assertThat(first.labels()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(first.images().rows(0, 4)).isEqualTo(all.images().rows(0, 4));
    }

    @Test
    void moved_images_keep_the_ink_that_stays_on_the_paper() {
        float[] pixels = new float[64];
        pixels[0] = 1;
        pixels[2 * 8 + 3] = 0.5f;
        Digits moved = new Digits(NdArray.of(pixels, 1, 1, 8, 8), new int[] {7}).withMoved();
        assertThat(moved.labels()).containsExactly(7, 7, 7, 7, 7);
        float[] found = moved.images().toFloats();
        assertThat(Arrays.copyOf(found, 64)).containsExactly(pixels);
        float[] left = new float[64];
        left[2 * 8 + 2] = 0.5f;
        assertThat(Arrays.copyOfRange(found, 64, 128)).containsExactly(left);
        float[] down = new float[64];
        down[8] = 1;
        down[3 * 8 + 3] = 0.5f;
        assertThat(Arrays.copyOfRange(found, 4 * 64, 5 * 64)).containsExactly(down);
    }
}
