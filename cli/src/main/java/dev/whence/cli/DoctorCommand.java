package dev.whence.cli;

import dev.whence.cli.Diagnosis.Finding;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code whence doctor}: what Whence runs on here, and what to do where something is wrong. */
@Command(
        name = "doctor",
        description = "Shows what Whence runs on here, and what to do where something is wrong.",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing is wrong", "3:something must be mended first"},
        footerHeading = "%nExample:%n",
        footer = {"  whence doctor", "  whence doctor --json"})
final class DoctorCommand implements Callable<Integer> {
    private final Console console;
    private final Cancellation cancellation;

    @Mixin
    private CommonOptions common = new CommonOptions();

    DoctorCommand(Console console, Cancellation cancellation) {
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Integer call() {
        List<Finding> findings;
        try (ConsoleProgress progress = common.progress(console, cancellation)) {
            findings = Diagnosis.ofThisMachine(progress).findings();
        }
        return Findings.print(console, common.json, findings);
    }
}
