package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailuresTest {
    private final StringWriter err = new StringWriter();
    private final Console console = Console.capturing(new StringWriter(), err);

    @Test
    void a_known_error_is_one_sentence_with_its_code_and_no_trace() {
        int exitCode = failures().of(new WhenceException(ErrorCode.INPUT_INVALID, "x.npy holds NaN at [0, 3]."));

        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString()).isEqualToIgnoringNewLines("whence: x.npy holds NaN at [0, 3]. [WH-INPUT-INVALID]");
    }

    @Test
    void the_trace_is_shown_with_verbose() {
        failures("explain", "--verbose").of(new WhenceException(ErrorCode.INPUT_INVALID, "Bad."));

        assertThat(err.toString()).contains("whence: Bad.").contains("at dev.whence.cli.FailuresTest");
    }

    @Test
    void the_trace_is_inside_the_object_with_verbose_and_json() {
        failures("explain", "-v", "--json").of(new WhenceException(ErrorCode.INPUT_INVALID, "Bad."));

        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).contains("\"trace\":[\"dev.whence.core.WhenceException");
    }

    @Test
    void cancelled_work_ends_with_130() {
        int exitCode = failures().of(new WhenceException(ErrorCode.CANCELLED, "Cancelled."));

        assertThat(exitCode).isEqualTo(130);
        assertThat(err.toString()).isEqualToIgnoringNewLines("whence: Cancelled.");
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void every_code_has_an_exit_code_other_than_done(ErrorCode code) {
        assertThat(failures().of(new WhenceException(code, "Bad."))).isIn(1, 2, 130);
    }

    @Test
    void a_missing_file_is_bad_input() {
        int exitCode = failures().of(new UncheckedIOException(new NoSuchFileException("a.onnx")));

        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString()).contains("File not found: 'a.onnx'.");
    }

    @Test
    void a_file_without_permission_is_named() {
        assertThat(failures().of(new AccessDeniedException("/out/a.json"))).isEqualTo(1);
        assertThat(err.toString()).contains("No permission for '/out/a.json'.");
    }

    @Test
    void a_full_disk_is_a_failure() {
        assertThat(failures().of(new IOException("No space left on device"))).isEqualTo(1);
        assertThat(err.toString()).contains("Reading or writing failed: No space left on device.");
    }

    @Test
    void a_mistake_of_the_program_says_so() {
        assertThat(failures().of(new IllegalStateException("gone"))).isEqualTo(1);
        assertThat(err.toString()).contains("Internal error").contains("gone").contains("--verbose");
    }

    @Test
    void too_little_memory_says_what_to_do() {
        assertThat(failures().tooLarge(new OutOfMemoryError("Java heap space"))).isEqualTo(1);
        assertThat(err.toString()).contains("Java heap space").contains("--batch");
    }

    @Test
    void too_little_native_memory_is_told_by_its_words() {
        RuntimeException thrown =
                new RuntimeException("DefaultCPUAllocator: can't allocate memory: you tried 1 TB\nat c10");

        assertThat(failures().of(thrown)).isEqualTo(1);
        assertThat(err.toString()).contains("WH-MEMORY").doesNotContain("at c10");
    }

    private Failures failures(String... arguments) {
        return new Failures(console, List.of(arguments));
    }
}
