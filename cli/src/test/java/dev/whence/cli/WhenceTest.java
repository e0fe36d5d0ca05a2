package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class WhenceTest {
    static Stream<CommandLine> everyCommand() {
        Console console = Console.capturing(new StringWriter(), new StringWriter());
        Failures failures = new Failures(console, List.of());
        return withSubcommands(Whence.commandLine(console, new Cancellation(), failures));
    }

    private static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(WhenceTest::withSubcommands));
    }

    static Stream<CommandLine> everyCommandThatWorks() {
        return everyCommand().filter(command -> command.getSubcommands().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void every_command_shows_an_example_that_starts_with_its_name(CommandLine command) {
        String help = command.getUsageMessage();

        assertThat(help).contains("Example:");
        assertThat(help.substring(help.indexOf("Example:")))
                .contains(command.getCommandSpec().qualifiedName());
    }

    @ParameterizedTest
    @MethodSource("everyCommandThatWorks")
    void every_command_has_the_common_options(CommandLine command) {
        assertThat(command.getCommandSpec().optionsMap())
                .containsKeys("--json", "--verbose", "--quiet", "--help", "--version");
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void every_option_says_what_it_does(CommandLine command) {
        assertThat(command.getCommandSpec().options())
                .allSatisfy(option -> assertThat(option.description())
                        .as(option.longestName())
                        .isNotEmpty());
    }

    @Test
    void without_arguments_the_help_is_the_answer() {
        Ran ran = Ran.whence();

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out()).contains("Usage: whence").contains("doctor");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void the_version_is_one_line() {
        Ran ran = Ran.whence("--version");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out().strip()).matches("whence \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    }

    @Test
    void an_unknown_option_is_answered_with_the_nearest_one() {
        Ran ran = Ran.whence("doctor", "--jsno");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err())
                .isEqualToIgnoringNewLines(
                        "whence: Unknown option: '--jsno'; did you mean --json? Help: whence doctor --help [WH-INPUT-USAGE]");
    }

    @Test
    void an_unknown_command_is_answered_with_the_nearest_one() {
        Ran ran = Ran.whence("dcotor");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("There is no command 'dcotor'; did you mean doctor?");
    }

    @Test
    void an_unknown_command_like_no_other_is_answered_with_where_help_is() {
        assertThat(Ran.whence("zzz").err())
                .isEqualToIgnoringNewLines("whence: There is no command 'zzz'. Help: whence --help [WH-INPUT-USAGE]");
    }

    @Test
    void a_usage_error_is_a_json_object_with_json() {
        Ran ran = Ran.whence("doctor", "--json", "--no-such-thing");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err())
                .startsWith("{\"event\":\"error\",\"code\":\"WH-INPUT-USAGE\"")
                .endsWith("\"exitCode\":2}" + System.lineSeparator());
    }
}
