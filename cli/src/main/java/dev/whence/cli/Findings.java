package dev.whence.cli;

import dev.whence.cli.Diagnosis.Finding;
import java.util.List;

/** Prints what was looked at, one fact a line, and says whether anything needs the user's hand. */
final class Findings {
    private Findings() {}

    /** Prints as text or as JSON and returns the exit code. */
    static int print(Console console, boolean json, List<Finding> findings) {
        if (json) {
            console.out().println(JsonLine.write(findings));
        } else {
            findings.forEach(finding -> print(console, finding));
        }
        boolean bad = findings.stream().anyMatch(finding -> finding.state() == Diagnosis.State.BAD);
        return bad ? ExitCode.FOUND_BAD : ExitCode.DONE;
    }

    private static void print(Console console, Finding finding) {
        String mark = switch (finding.state()) {
            case FINE -> "ok  ";
            case NOTICE -> "note";
            case BAD -> "BAD ";
        };
        console.out().printf("%s  %-14s %s%n", mark, finding.name(), finding.value());
        if (!finding.advice().isEmpty()) {
            console.out().printf("      %-14s %s%n", "", finding.advice());
        }
    }
}
