package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CancellableProgressTest {
    @Test
    void stepsArePassedOnUntilItIsCancelled() {
        List<Long> steps = new ArrayList<>();
        CancellableProgress progress = CancellableProgress.around((done, total, label) -> steps.add(done));
        progress.step(1, 5, "examples");
        assertThat(progress.isCancelled()).isFalse();
        progress.cancel();
        progress.cancel();
        assertThat(progress.isCancelled()).isTrue();
        assertThatThrownBy(() -> progress.step(2, 5, "examples"))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED))
                .hasMessage("Cancelled after 2 of 5 examples.");
        assertThatThrownBy(() -> progress.step(3, 0, "steps")).hasMessage("Cancelled after 3 steps.");
        assertThat(steps).containsExactly(1L);
    }

    @Test
    void anInterruptStopsTheWorkAndStaysSet() {
        CancellableProgress progress = CancellableProgress.around(Progress.SILENT);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> progress.step(0, 1, "examples")).isInstanceOf(WhenceException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void manyThreadsReportOneAtATime() {
        int[] count = {0};
        CancellableProgress progress = CancellableProgress.around((done, total, label) -> count[0]++);
        IntStream.range(0, 10_000).parallel().forEach(i -> progress.step(i, 10_000, "examples"));
        assertThat(count[0]).isEqualTo(10_000);
    }

    @Test
    void workOnAnotherThreadStops() throws InterruptedException {
        CancellableProgress progress = CancellableProgress.around(Progress.SILENT);
        Thread worker = Thread.ofPlatform().start(() -> {
            try {
                for (long i = 0; ; i++) {
                    progress.step(i, 0, "steps");
                }
            } catch (WhenceException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED);
            }
        });
        progress.cancel();
        worker.join(10_000);
        assertThat(worker.isAlive()).isFalse();
    }
}
