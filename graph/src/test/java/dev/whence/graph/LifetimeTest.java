package dev.whence.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.tensor.Device;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LifetimeTest {
    private static final NdArray X = NdArray.of(new float[] {1, -2, 3}, 3);

    /** The most tensors alive at once, over the number before, while a chain of the given length runs. */
    private static long peak(int length, boolean hasSideBranches, Interpreter.Retention retention) {
        AtomicLong most = new AtomicLong();
        OperatorSet operators = OperatorSet.of(List.of(
                Operator.named("Probe")
                        .forward(c -> {
                            most.accumulateAndGet(TensorScope.liveTensors(), Math::max);
                            return c.in(0).plus(1);
                        })
                        .gradient((c, gy) -> gy)
                        .reads(Reads.NOTHING)
                        .kind(Kinds.MOVING)
                        .build(),
                Operator.named("Join")
                        .forward(c -> c.in(0).plus(c.in(1)))
                        .gradients((c, gys) -> new Tensor[] {gys[0], gys[0]})
                        .reads(Reads.NOTHING)
                        .kind(Kinds.MOVING)
                        .build()));
        Graph.Builder graph = Graph.builder("chain").input("v0", NdArray.Type.FLOAT32, 3);
        for (int i = 0; i < length; i++) {
            graph.node("Probe", hasSideBranches ? "p" + i : "v" + (i + 1), "v" + i);
            if (hasSideBranches) {
                graph.node("Join", "v" + (i + 1), "p" + i, "v" + i);
                graph.node("Probe", "unused" + i, "p" + i);
            }
        }
        graph.output("v" + length);
        try (Network network = Network.of(graph.build(), operators, Precision.FLOAT32, Device.CPU);
                TensorScope scope = TensorScope.open()) {
            long before = TensorScope.liveTensors();
            network.run(Map.of("v0", Tensor.of(X)), Set.of("v0"), Set.of("v" + length), retention);
            return most.get() - before;
        }
    }

    @Test
    void aForwardRunHoldsAsMuchOfALongChainAsOfAShortOne() {
        assertThat(peak(500, false, Interpreter.Retention.NOTHING))
                .isEqualTo(peak(5, false, Interpreter.Retention.NOTHING))
                .isLessThan(6);
        assertThat(peak(500, true, Interpreter.Retention.NOTHING))
                .isEqualTo(peak(5, true, Interpreter.Retention.NOTHING))
                .isLessThan(8);
    }

    @Test
    void aGradientThatReadsNothingKeepsNothing() {
        assertThat(peak(500, true, Interpreter.Retention.GRADIENT))
                .isEqualTo(peak(5, true, Interpreter.Retention.GRADIENT));
        assertThat(peak(50, true, Interpreter.Retention.ALL))
                .as("a run that keeps everything grows with the chain")
                .isGreaterThan(90);
    }
}
