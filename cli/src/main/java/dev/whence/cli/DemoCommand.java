package dev.whence.cli;

import dev.whence.core.Attribution;
import dev.whence.core.AttributionJson;
import dev.whence.core.Completeness;
import dev.whence.core.ConvergenceReport;
import dev.whence.core.ErrorCode;
import dev.whence.core.Npy;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.report.Page;
import dev.whence.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code whence demo}: explains the networks that come with Whence and writes a report. */
@Command(
        name = "demo",
        description = "Explains three small networks that come with Whence and writes a report to look at.",
        mixinStandardHelpOptions = true,
        versionProvider = WhenceVersion.class,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "3:with --check: a sum does not add up, or a network is wrong"},
        footerHeading = "%nExample:%n",
        footer = {"  whence demo", "  whence demo --check --json -o somewhere"})
final class DemoCommand implements Callable<Integer> {
    private static final int NETWORKS = 3;

    private final Console console;
    private final Cancellation cancellation;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            defaultValue = "whence-demo",
            description = "The folder for the report, the networks and the scores; default: ${DEFAULT-VALUE}.")
    private Path folder = Path.of("whence-demo");

    @Option(
            names = "--check",
            description = "End with exit code 3 if a sum does not add up or a network is not right about its inputs.")
    private boolean check;

    @Mixin
    private CommonOptions common = new CommonOptions();

    DemoCommand(Console console, Cancellation cancellation) {
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Integer call() {
        makeFolder();
        List<DemoPart> parts;
        try (ConsoleProgress progress = common.progress(console, cancellation)) {
            Engine.start(progress);
            parts = explained(progress);
        }
        parts.forEach(this::writeScores);
        Path report = folder.resolve("index.html");
        page(parts).write(report);
        boolean fine = parts.stream().allMatch(part -> part.isRight() && part.addsUp());
        if (common.json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("passed", fine);
            result.put("report", report.toString());
            result.put("networks", parts.stream().map(DemoPart::summary).toList());
            console.out().println(JsonLine.write(result));
        } else {
            parts.forEach(this::print);
            console.out()
                    .printf(
                            "%s%nThe report: %s%n",
                            fine ? "Every sum that is promised adds up." : "SOMETHING IS WRONG: see above.", report);
        }
        return check && !fine ? ExitCode.FOUND_BAD : ExitCode.DONE;
    }

    /** The networks are so small that more threads would only wait for each other. */
    private List<DemoPart> explained(Progress progress) {
        int threads = Engine.threads();
        Engine.setThreads(1);
        try {
            progress.step(0, NETWORKS, "networks");
            DemoPart digits = DemoDigits.run(folder);
            progress.step(1, NETWORKS, "networks");
            DemoPart genomics = DemoGenomics.run(folder);
            progress.step(2, NETWORKS, "networks");
            DemoPart reviews = DemoReviews.run(folder);
            progress.step(NETWORKS, NETWORKS, "networks");
            return List.of(digits, genomics, reviews);
        } finally {
            Engine.setThreads(threads);
        }
    }

    private void makeFolder() {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new WhenceException(
                    ErrorCode.STORE_UNWRITABLE,
                    "The folder '" + folder + "' cannot be made: " + e.getMessage() + ".",
                    e);
        }
    }

    private void writeScores(DemoPart part) {
        for (Attribution attribution : part.attributions()) {
            String name = part.name() + "-" + attribution.method().name();
            AttributionJson.write(folder.resolve(name + ".json"), attribution);
            Npy.write(
                    folder.resolve(name + ".npy"),
                    attribution.units().getFirst().scores());
        }
    }

    private static Page page(List<DemoPart> parts) {
        Page.Builder page = Page.titled("What contributed, and by how much?")
                .lead("Three small networks, three methods each, and for every answer the sum that proves it.");
        parts.forEach(part -> part.page().addTo(page, part.name()));
        parts.forEach(part -> part.page().addProvenanceTo(page, part.name()));
        return page.build();
    }

    private void print(DemoPart part) {
        console.out().printf("%n%s%n", part.title());
        for (DemoPart.Prediction p : part.predictions()) {
            console.out()
                    .printf(
                            "  %s %-18s the network says %s%s%n",
                            p.isRight() ? "ok " : "BAD",
                            p.input(),
                            p.found(),
                            p.isRight() ? "" : ", right is " + p.expected());
        }
        for (Attribution attribution : part.attributions()) {
            print(attribution);
        }
    }

    private void print(Attribution attribution) {
        ConvergenceReport report = DemoPart.report(attribution);
        boolean promised = attribution.method().completeness() != Completeness.NONE;
        console.out()
                .printf(
                        "  %s%s%n",
                        attribution.method().name(), promised ? "" : " (does not promise that its scores add up)");
        console.out().printf("      %11s %11s %11s %11s%n", "value", "reference", "sum", "delta");
        for (ConvergenceReport.Example e : report.examples()) {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "  %s %11.5f %11.5f %11.5f %11.1e%n",
                            e.passed() ? "ok " : promised ? "BAD" : "-  ",
                            e.target(),
                            e.reference(),
                            attribution.sum(e.index()),
                            e.delta());
        }
    }
}
