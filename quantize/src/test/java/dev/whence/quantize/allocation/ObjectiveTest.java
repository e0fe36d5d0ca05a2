package dev.whence.quantize.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ObjectiveTest {
    private static final Width[] WIDTHS = {Width.of(2), Width.of(3), new Width(4, 8)};

    @Test
    void each_objective_costs_as_it_says() {
        double[] harm = {0.5, 0.25, 0.125};

        assertThat(Objective.LRP.costs(2, new double[0], WIDTHS)[0]).isEqualTo(2.0 / 16);
        assertThat(Objective.LRP.costs(2, new double[0], WIDTHS)[1]).isEqualTo(2.0 / 64);
        assertThat(Objective.LRP.costs(2, new double[0], WIDTHS)[2]).isEqualTo(1.0 / 256 + 1.0 / 65536);
        assertThat(Objective.SENSITIVITY.costs(2, harm, WIDTHS)).containsExactly(harm);
        assertThat(Objective.COMBINED.costs(2, harm, WIDTHS)).containsExactly(1, 0.5, 0.25);
        assertThat(Objective.LRP_LINEAR.costs(2, new double[0], WIDTHS)).containsExactly(-4, -6, -12);
        assertThat(Objective.UNIFORM.costs(7, new double[0], WIDTHS)[1]).isEqualTo(1.0 / 64);
    }

    @Test
    void sensitivities_are_asked_for_only_where_they_are_used() {
        assertThat(Objective.COMBINED.needsSensitivities()).isTrue();
        assertThat(Objective.LRP.needsSensitivities()).isFalse();
        assertThat(Objective.SENSITIVITY.needsContributions()).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> Objective.SENSITIVITY.costs(1, new double[1], WIDTHS));
    }
}
