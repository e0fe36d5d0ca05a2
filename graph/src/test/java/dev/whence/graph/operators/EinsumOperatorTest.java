package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.graph.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EinsumOperatorTest {

    @ParameterizedTest
    @CsvSource({
        "'bij,bjk->bik', 2, '2 3 4', '2 4 5'",
        "'...ij, jk', 2, '2 3 4', '4 5'",
        "'...i,...i->...', 2, '2 3 4', '3 4'",
        "'ij,kl->i', 2, '2 3', '4 5'",
        "'ii,i->i', 2, '3 3', '3'",
        "'ij->ji', 1, '3 4', ''",
        "'iij->j', 1, '3 3 4', ''",
        "'i,j', 2, '3', '4'",
    })
    void gradientsHold(String equation, int operands, String first, String second) {
        OperatorCheck check =
                OperatorCheck.of("Einsum").with("equation", equation).input(random(1, shape(first)));
        if (operands == 2) {
            check.input(random(2, shape(second)));
        }
        check.gradientHolds();
    }

    private static long[] shape(String text) {
        return java.util.Arrays.stream(text.split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
    }

    @Test
    void threeOperandsAreMultipliedFromTheLeft() {
        OperatorCheck.of("Einsum")
                .with("equation", "ab,bc,cd->ad")
                .input(random(1, 2, 3))
                .input(random(2, 3, 4))
                .constant(random(3, 4, 5))
                .gradientHolds()
                .expansionHolds();
    }

    @Test
    void theKindFollowsWhatIsActive() {
        assertThat(OperatorCheck.of("Einsum")
                        .with("equation", "ij,jk->ik")
                        .constant(random(1, 2, 3))
                        .input(random(2, 3, 4))
                        .kind())
                .isEqualTo(new Kind.Weighted(1, 0, -1));
    }

    @Test
    void anEquationThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> OperatorCheck.of("Einsum")
                        .with("equation", "ij,jk->ik")
                        .input(random(1, 2, 3))
                        .input(random(2, 4, 4))
                        .run())
                .hasMessageContaining("letter 'j' has lengths 3 and 4");
    }
}
