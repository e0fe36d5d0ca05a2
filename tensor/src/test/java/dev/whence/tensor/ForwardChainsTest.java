package dev.whence.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Native memory stays flat however often a network runs; measured in a process of its own with a heap of fixed size. */
class ForwardChainsTest {
    private static final long KILOBYTES_ALLOWED = 4096;

    @Test
    void twoThousandChainsHoldNoMoreMemoryThanTheFirstFew() throws IOException, InterruptedException {
        assertThat(growth(1500, 2000)).isLessThan(KILOBYTES_ALLOWED);
    }

    @Test
    @Tag("slow")
    void twentyThousandChainsHoldNoMoreMemoryThanTheFirstFew() throws IOException, InterruptedException {
        assertThat(growth(3000, 20_000)).isLessThan(KILOBYTES_ALLOWED);
    }

    private static long growth(int warmUp, int chains) throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "needs Linux");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms96m",
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:+AlwaysPreTouch",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ForwardChains.class.getName(),
                        String.valueOf(warmUp),
                        String.valueOf(chains))
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        String[] numbers = text.strip().split(" ");
        assertThat(numbers).as(text).hasSize(3);
        assertThat(numbers[2]).as("live tensors: the parameters").isEqualTo("4");
        return Long.parseLong(numbers[1]) - Long.parseLong(numbers[0]);
    }
}
