package dev.whence.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.testkit.Cases;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelClipTest {
    private static ErrorReduction.WeightFit fit(int bits, LinearLayout layout) {
        return new UniformFit(bits, layout.perOutput())::fit;
    }

    @Test
    void the_choice_is_no_worse_than_the_plain_reparameterisation() {
        Cases.check(4, draw -> {
            float[] x = draw.floats(60 * 12);
            for (int i = 0; i < x.length; i++) {
                x[i] *= i % 12 == 3 ? 40 : i % 12 == 7 ? 8 : 1;
            }
            ChannelClip.Reader query = new ChannelClip.Reader(
                    draw.floats(12 * 5), LinearLayout.inputsFirst(12, 5), fit(3, LinearLayout.inputsFirst(12, 5)));
            ChannelClip.Reader key = new ChannelClip.Reader(
                    draw.floats(12 * 8), LinearLayout.outputsFirst(8, 12), fit(2, LinearLayout.outputsFirst(8, 12)));

            ChannelClip.Choice choice = new ChannelClip(4, 40).search(x, List.of(query, key));

            assertThat(choice.clipping().error())
                    .isLessThanOrEqualTo(choice.clipping().plainError());
            assertThat(choice.clipping().clip()).isBetween(0.7, 1.0);
            assertThat(choice.clipping().power()).isBetween(0.0, 1.0);
            assertThat(choice.reparameterisation().ratios()).hasSize(12);
        });
    }

    @Test
    void one_wide_channel_that_the_weights_cannot_take_is_tempered() {
        float[] x = Cases.draws(1).findFirst().orElseThrow().floats(400 * 16);
        float[] weight = Cases.draws(2).toList().get(1).floats(16 * 16);
        for (int i = 0; i < x.length; i += 16) {
            x[i] *= 4;
        }
        ChannelClip.Reader reader = new ChannelClip.Reader(
                weight, LinearLayout.inputsFirst(16, 16), fit(2, LinearLayout.inputsFirst(16, 16)));

        ChannelClip.Choice choice = new ChannelClip(8, 400).search(x, List.of(reader));

        assertThat(choice.clipping().error()).isLessThan(choice.clipping().plainError());
    }
}
