package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.explain.Methods;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class CommandsPageTest {
    private static final int WIDTH = 110;

    @Test
    void the_page_of_commands_says_what_their_help_says() throws IOException {
        Path page = Shared.projectRoot().resolve("docs/reference/commands.md");
        String now = page();
        if (Boolean.getBoolean("whence.write")) {
            Files.writeString(page, now);
        }
        assertThat(page)
                .as("write it with -Dtest=CommandsPageTest -Dwhence.write=true")
                .hasContent(now);
    }

    @Test
    void every_method_is_named_in_the_help() {
        assertThat(page()).contains(Methods.byName().keySet());
    }

    private static String page() {
        Console console = Console.capturing(new StringWriter(), new StringWriter());
        CommandLine root = Whence.commandLine(console, new Cancellation(), new Failures(console, List.of()));
        StringBuilder page = new StringBuilder("# Every command and its options\n\n");
        page.append(
                        "This page is the output of `whence COMMAND --help`; a test keeps it so. What all commands share is")
                .append(" in\n[the command](command.md), what files are read in [inputs](inputs.md).\n");
        commands(root).forEach(command -> {
            page.append("\n## ")
                    .append(command.getCommandSpec().qualifiedName())
                    .append("\n\n```\n");
            page.append(help(command)).append("\n```\n");
        });
        return page.toString();
    }

    private static Stream<CommandLine> commands(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(CommandsPageTest::commands));
    }

    private static String help(CommandLine command) {
        command.setUsageHelpAutoWidth(false);
        command.setUsageHelpWidth(WIDTH);
        return command.getUsageMessage(Ansi.OFF)
                .lines()
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n"))
                .strip();
    }
}
