package dev.whence.cli;

import java.util.List;

/** All commands of {@code whence}. The only list: a command that is not here does not exist. */
final class Commands {
    private Commands() {}

    /** The commands in the order of the help text. */
    static List<Object> all(Console console, Cancellation cancellation) {
        return List.of(
                new DemoCommand(console, cancellation),
                new ExplainCommand(console, cancellation),
                new CompareCommand(console, cancellation),
                new AuditCommand(console, cancellation),
                QuantizeCommand.create(console, cancellation),
                ModelCommand.create(console, cancellation),
                new DoctorCommand(console, cancellation));
    }
}
