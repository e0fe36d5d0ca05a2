package dev.whence.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputViewTest {
    @Test
    void letters_are_read_from_one_hot_arrays_of_either_order() {
        double[] rows = {1, 0, 0, 0, 0, 0, 0, 1, .3, .2, .2, .3, 0, 1, 0, 0, 0, 0, 1, 0};
        double[] columns = new double[20];
        for (int at = 0; at < 5; at++) {
            for (int c = 0; c < 4; c++) {
                columns[c * 5 + at] = rows[at * 4 + c];
            }
        }
        assertThat(InputView.oneHot(NdArray.of(rows, 1, 5, 4), "ACGT").letters())
                .isEqualTo("ATNCG");
        assertThat(InputView.oneHot(NdArray.of(columns, 4, 1, 5), "ACGT").letters())
                .isEqualTo("ATNCG");
        assertThatThrownBy(() -> InputView.oneHot(NdArray.of(rows, 20), "ACGT")).hasMessageContaining("[20]");
    }

    @Test
    void numbers_become_a_picture_from_black_to_white() {
        var picture = InputView.image(NdArray.of(new double[] {-1, 0, 1, 1}, 1, 2, 2), Layout.CHW)
                .picture();
        assertThat(picture.getRGB(0, 0) & 0xFFFFFF).isEqualTo(0x000000);
        assertThat(picture.getRGB(1, 0) & 0xFFFFFF).isEqualTo(0x808080);
        assertThat(picture.getRGB(1, 1) & 0xFFFFFF).isEqualTo(0xFFFFFF);
    }

    @Test
    void three_channels_are_colours_in_both_layouts() {
        double[] first = {1, 0, 0, 0, 0, 1};
        double[] last = {1, 0, 0, 0, 0, 1};
        var channelsFirst =
                InputView.image(NdArray.of(first, 3, 1, 2), Layout.CHW).picture();
        var channelsLast =
                InputView.image(NdArray.of(last, 1, 2, 3), Layout.HWC).picture();
        assertThat(channelsFirst.getRGB(0, 0) & 0xFFFFFF).isEqualTo(0xFF0000);
        assertThat(channelsFirst.getRGB(1, 0) & 0xFFFFFF).isEqualTo(0x0000FF);
        assertThat(channelsLast.getRGB(0, 0) & 0xFFFFFF).isEqualTo(0xFF0000);
        assertThat(channelsLast.getRGB(1, 0) & 0xFFFFFF).isEqualTo(0x0000FF);
    }

    @Test
    void views_that_contradict_themselves_are_refused() {
        assertThatThrownBy(() -> new InputView.TableRow(List.of("a"), List.of()))
                .hasMessageContaining("1 names");
        assertThatThrownBy(() -> new InputView.Series(NdArray.of(new double[3], 3), List.of()))
                .hasMessageContaining("[channels, times]");
        assertThatThrownBy(() -> new InputView.Range(4, 4, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> InputView.image(NdArray.of(new double[3], 3), Layout.CHW))
                .hasMessageContaining("2 or 3 axes");
    }
}
