package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Native memory stays flat however many explanations are made. */
class NativeMemoryTest {
    /** mallinfo2 of glibc. */
    private static final Optional<MemorySegment> COUNTER =
            Linker.nativeLinker().defaultLookup().find("mallinfo2");

    /** Of each half of the run the least counts, because the compiler of the JVM takes memory for a while as well. */
    private static final int READINGS = 20;

    /** One leaked activation of the small network every time would be over 5 MB from half to half of the short run. */
    private static final long ALLOWED_GROWTH_KILOBYTES = 4 * 1024;

    /** The compiler stops growing some day, a leak never: it grows in every one of these. */
    private static final int STRETCHES = 3;

    @Test
    void aThousandExplanationsDoNotGrow() {
        explain(200, 800);
    }

    @Test
    @Tag("slow")
    void twentyThousandExplanationsDoNotGrow() {
        explain(2000, 18_000);
    }

    private static void explain(int warmUp, int measured) {
        Assumptions.assumeTrue(COUNTER.isPresent(), "the C library does not count what it hands out");
        RandomGenerator random = Networks.seeded(11);
        NdArray x = Networks.random(random, 1, 4, 2, 6, 6);
        List<AttributionMethod> methods = List.of(
                DeepLift.RESCALE,
                DeepLift.REVEAL_CANCEL,
                Gradient.PLAIN,
                new IntegratedGradients(2, Quadrature.RIEMANN_MIDDLE));
        try (Explainer explainer = Explainer.of(Networks.mixed(random), Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", x), DeepLift.RESCALE);
            for (int i = 0; i < warmUp; i++) {
                explainer.explain(request.with(methods.get(i % methods.size())));
            }
            long[] growth = new long[STRETCHES];
            for (int stretch = 0; stretch < STRETCHES; stretch++) {
                growth[stretch] =
                        growth(measured, i -> explainer.explain(request.with(methods.get(i % methods.size()))));
                if (growth[stretch] < ALLOWED_GROWTH_KILOBYTES) {
                    return;
                }
            }
            assertThat(growth).as("kilobytes in stretches of %d", measured).isEmpty();
        }
    }

    /** From the least of the first half to the least of the second. */
    private static long growth(int runs, IntConsumer run) {
        long[] least = {Long.MAX_VALUE, Long.MAX_VALUE};
        for (int i = 0; i < runs; i++) {
            run.accept(i);
            if (i % (runs / READINGS) == 0) {
                System.gc();
                int half = 2 * i / runs;
                least[half] = Math.min(least[half], nativeKilobytes());
            }
        }
        return least[1] - least[0];
    }

    /** What the C library has handed out and not got back; the Java heap is no part of it. */
    @SuppressWarnings("restricted")
    private static long nativeKilobytes() {
        MemoryLayout[] fields = new MemoryLayout[10];
        Arrays.fill(fields, ValueLayout.JAVA_LONG);
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle handle = Linker.nativeLinker()
                    .downcallHandle(COUNTER.orElseThrow(), FunctionDescriptor.of(MemoryLayout.structLayout(fields)));
            MemorySegment counts = (MemorySegment) handle.invoke((SegmentAllocator) arena);
            long mapped = counts.getAtIndex(ValueLayout.JAVA_LONG, 4);
            long inArenas = counts.getAtIndex(ValueLayout.JAVA_LONG, 7);
            return (mapped + inArenas) / 1024;
        } catch (Throwable e) {
            throw new IllegalStateException("mallinfo2 does not answer", e);
        }
    }
}
