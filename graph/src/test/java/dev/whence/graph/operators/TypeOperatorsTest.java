package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.graph.ElementType;
import dev.whence.graph.Kind;
import org.junit.jupiter.api.Test;

class TypeOperatorsTest {

    @Test
    void castsBetweenRealTypesPassGradients() {
        OperatorCheck.of("Cast")
                .with("to", ElementType.FLOAT32.code())
                .input(random(1, 3))
                .gradientHolds();
        OperatorCheck.of("CastLike").input(random(1, 3)).constant(random(2, 1)).gradientHolds();
    }

    @Test
    void wholeNumbersWrapAround() {
        NdArray x = NdArray.of(new long[] {-1, 70_000, 1L << 33}, 3);
        OperatorCheck.of("Cast")
                .with("to", ElementType.UINT16.code())
                .constant(x)
                .gives(0, 65535, 4464, 0);
        OperatorCheck.of("Cast")
                .with("to", ElementType.UINT32.code())
                .constant(x)
                .gives(0, 4294967295.0, 70_000, 0);
        OperatorCheck.of("Cast").with("to", ElementType.INT4.code()).constant(x).gives(0, -1, 0, 0);
    }

    @Test
    void castsToWholeNumbersCarryNothing() {
        assertThat(OperatorCheck.of("Cast")
                        .with("to", ElementType.INT64.code())
                        .input(random(1, 3))
                        .kind())
                .isInstanceOf(Kind.Blocking.class);
    }

    @Test
    void unknownTypesAreNamed() {
        assertThatThrownBy(() -> OperatorCheck.of("Cast")
                        .with("to", 99)
                        .constant(random(1, 3))
                        .run())
                .hasMessageContaining("99");
        assertThatThrownBy(() -> OperatorCheck.of("Cast")
                        .with("to", ElementType.COMPLEX64.code())
                        .constant(random(1, 3))
                        .run())
                .hasMessageContaining("complex64");
    }

    @Test
    void dropoutIsOffAndItsMaskKeepsEverything() {
        NdArray x = random(1, 2, 2);
        OperatorCheck.of("Dropout").input(x).gradientHolds();
        var both = OperatorCheck.of("Dropout").outputs(2).input(x).run();
        assertThat(both.get(0).toDoubles()).containsExactly(x.toDoubles());
        assertThat(both.get(1).type()).isEqualTo(NdArray.Type.BOOL);
        assertThat(both.get(1).toLongs()).containsOnly(1);
    }

    @Test
    void drawsRepeatThemselvesAndFollowTheirSeed() {
        OperatorCheck check = OperatorCheck.of("RandomNormal").with("shape", new long[] {400});
        double[] first = check.run().getFirst().toDoubles();
        assertThat(check.run().getFirst().toDoubles()).containsExactly(first);
        assertThat(check.with("seed", 5.0).run().getFirst().toDoubles()).isNotEqualTo(first);
        double[] u = OperatorCheck.of("RandomUniformLike")
                .with("low", 2.0)
                .with("high", 3.0)
                .input(random(1, 50))
                .gradientHolds()
                .run()
                .getFirst()
                .toDoubles();
        assertThat(java.util.Arrays.stream(u)).allMatch(v -> v >= 2 && v < 3).hasSize(50);
    }

    @Test
    void absurdDrawsAreRefusedBeforeTheyAreMade() {
        assertThatThrownBy(() -> OperatorCheck.of("RandomUniform")
                        .with("shape", new long[] {1L << 40, 1L << 40})
                        .run())
                .hasMessageContaining("at most");
    }

    @Test
    void multinomialDrawsOnlyPossibleClasses() {
        NdArray logs = NdArray.of(new double[] {-1e9, 0, -1e9, 0, -1e9, -1e9}, 2, 3);
        NdArray y = OperatorCheck.of("Multinomial")
                .with("sample_size", 4)
                .constant(logs)
                .run()
                .getFirst();
        assertThat(y.type()).isEqualTo(NdArray.Type.INT32);
        assertThat(y.toLongs()).containsExactly(1, 1, 1, 1, 0, 0, 0, 0);
    }

    @Test
    void bernoulliFollowsCertainProbabilities() {
        OperatorCheck.of("Bernoulli")
                .constant(NdArray.of(new double[] {0, 1, 1}, 3))
                .gives(0, 0, 1, 1);
    }
}
