package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Native memory stays flat however many explanations are made. */
class NativeMemoryTest {
    /** One leaked activation of the small network every time would be over 10 MB after the short run. */
    private static final long ALLOWED_GROWTH_KILOBYTES = 8 * 1024;

    @Test
    void aThousandExplanationsDoNotGrow() throws IOException {
        explain(200, 800);
    }

    @Test
    @Tag("slow")
    void twentyThousandExplanationsDoNotGrow() throws IOException {
        explain(2000, 18_000);
    }

    private static void explain(int warmUp, int measured) throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/status")), "resident memory is read from /proc");
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
            System.gc();
            long before = residentKilobytes();
            for (int i = 0; i < measured; i++) {
                explainer.explain(request.with(methods.get(i % methods.size())));
            }
            System.gc();
            assertThat(residentKilobytes() - before).isLessThan(ALLOWED_GROWTH_KILOBYTES);
        }
    }

    /** Memory that is not the Java heap: anonymous native pages grow only by what the engine keeps. */
    private static long residentKilobytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no RssAnon in /proc/self/status");
    }
}
