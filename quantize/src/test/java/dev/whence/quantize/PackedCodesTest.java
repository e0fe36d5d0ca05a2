package dev.whence.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.whence.core.WhenceException;
import dev.whence.testkit.Cases;
import org.junit.jupiter.api.Test;

class PackedCodesTest {
    @Test
    void four_bits_lie_low_half_first_and_an_odd_last_one_is_padded() {
        assertThat(PackedCodes.pack(new int[] {1, 2, 15}, 4)).containsExactly(0x21, 0x0f);
        assertThat(PackedCodes.packSigned(new int[] {-1, 7, -8}, 4)).containsExactly(0x7f, 0x08);
        assertThat(PackedCodes.pack(new int[] {1, 2, 3, 0, 3}, 2)).containsExactly(0x39, 0x03);
        assertThat(PackedCodes.pack(new int[0], 4)).isEmpty();
    }

    @Test
    void packed_codes_come_back_at_every_width_and_count() {
        Cases.check(100, draw -> {
            int bits = draw.integer(2, 8);
            int count = draw.size(0, 50);
            int[] codes = new int[count];
            int[] signed = new int[count];
            for (int i = 0; i < count; i++) {
                codes[i] = draw.integer(0, (1 << bits) - 1);
                signed[i] = codes[i] - (1 << bits - 1);
            }

            assertThat(PackedCodes.unpack(PackedCodes.pack(codes, bits), count, bits))
                    .containsExactly(codes);
            assertThat(PackedCodes.unpackSigned(PackedCodes.packSigned(signed, bits), count, bits))
                    .containsExactly(signed);
            assertThat(PackedCodes.pack(codes, bits)).hasSize((count * bits + 7) / 8);
        });
    }

    @Test
    void codes_that_do_not_fit_and_missing_bytes_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> PackedCodes.pack(new int[] {16}, 4));
        assertThatIllegalArgumentException().isThrownBy(() -> PackedCodes.packSigned(new int[] {8}, 4));
        assertThatExceptionOfType(WhenceException.class)
                .isThrownBy(() -> PackedCodes.unpack(new byte[1], 3, 4))
                .withMessageContaining("take 2 bytes; found 1");
    }

    @Test
    void the_size_of_a_layer_is_the_sum_of_its_parts() {
        LayerSize four = LayerSize.of(1001, 4, 11, 10);

        assertThat(four.total()).isEqualTo(501 + 44 + 11 + 40);
        assertThat(LayerSize.of(1001, 32, 0, 10).total()).isEqualTo(4044);
        assertThat(four.plus(LayerSize.NONE)).isEqualTo(four);
        assertThat(LayerSize.of(1000, 4, 0, 0).weights() * 8)
                .isEqualTo(LayerSize.of(1000, 32, 0, 0).weights());
    }
}
