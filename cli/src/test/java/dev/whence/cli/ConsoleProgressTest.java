package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.cli.ConsoleProgress.Form;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConsoleProgressTest {
    private final StringWriter err = new StringWriter();
    private Instant now = Instant.EPOCH;
    private final Console console =
            new Console(new PrintWriter(new StringWriter()), new PrintWriter(err), true, false, () -> now);
    private final Cancellation cancellation = new Cancellation();

    @Test
    void a_pipe_gets_a_plain_line_every_ten_seconds() {
        try (ConsoleProgress progress = progress(Form.LINES)) {
            for (int second = 0; second <= 25; second++) {
                now = Instant.EPOCH.plusSeconds(second);
                progress.step(second, 100, "examples");
            }
        }

        assertThat(err.toString().lines())
                .containsExactly(
                        " 10% 10 of 100 examples, 1.00/s, 1 min 30 s left",
                        " 20% 20 of 100 examples, 1.00/s, 1 min 20 s left");
    }

    @Test
    void short_work_in_a_pipe_says_nothing() {
        try (ConsoleProgress progress = progress(Form.LINES)) {
            progress.step(0, 2, "examples");
            progress.step(2, 2, "examples");
        }

        assertThat(err.toString()).isEmpty();
    }

    @Test
    void a_terminal_gets_a_bar_that_is_drawn_over_and_removed() {
        try (ConsoleProgress progress = progress(Form.BAR)) {
            progress.step(0, 4, "batches");
            now = Instant.EPOCH.plusSeconds(2);
            progress.step(2, 4, "batches");
        }

        assertThat(err.toString())
                .isEqualTo("\r\u001b[K[############------------]  50% 2 of 4 batches, 1.00/s, 2 s left\r\u001b[K");
    }

    @Test
    void programs_get_events() {
        try (ConsoleProgress progress = progress(Form.EVENTS)) {
            progress.step(0, 2, "examples");
            now = Instant.EPOCH.plusMillis(500);
            progress.step(2, 2, "examples");
        }

        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "{\"event\":\"progress\",\"done\":2,\"total\":2,\"label\":\"examples\",\"seconds\":0.5}");
    }

    @Test
    void quiet_work_shows_nothing() {
        try (ConsoleProgress progress = progress(Form.NONE)) {
            now = Instant.EPOCH.plusSeconds(60);
            progress.step(1, 2, "examples");
        }

        assertThat(err.toString()).isEmpty();
    }

    @Test
    void work_of_unknown_length_shows_its_rate() {
        try (ConsoleProgress progress = progress(Form.LINES)) {
            progress.step(0, 0, "rows");
            now = Instant.EPOCH.plusSeconds(10);
            progress.step(500, 0, "rows");
        }

        assertThat(err.toString()).isEqualToIgnoringNewLines("500 rows, 50/s");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void cancelled_work_stops_at_its_next_step(Form form) {
        try (ConsoleProgress progress = progress(form)) {
            cancellation.ask();

            assertThatThrownBy(() -> progress.step(1, 2, "examples"))
                    .asInstanceOf(InstanceOfAssertFactories.type(WhenceException.class))
                    .extracting(WhenceException::code)
                    .isEqualTo(ErrorCode.CANCELLED);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.2, 1 s", "59.4, 59 s", "61, 1 min 1 s", "7500, 2 h 5 min"})
    void time_left_reads_like_speech(double seconds, String text) {
        assertThat(ConsoleProgress.time(seconds)).isEqualTo(text);
    }

    private ConsoleProgress progress(Form form) {
        return new ConsoleProgress(console, form, cancellation);
    }
}
