package dev.whence.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Engine;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code whence doctor} looks at. All that it needs to know of the machine comes in, so that tests can say it.
 *
 * @param properties the system properties
 * @param engine what the engine says of itself; empty if it did not start
 * @param engineFailure why the engine did not start, or an empty text
 * @param root the root of the file system, where the driver of a GPU leaves its mark
 */
record Diagnosis(Map<String, String> properties, Map<String, String> engine, String engineFailure, Path root) {
    /** Whether something needs the user's hand. */
    enum State {
        FINE,
        NOTICE,
        BAD
    }

    /**
     * One fact.
     *
     * @param name what was looked at
     * @param value what was found
     * @param state whether it is as it should be
     * @param advice what to do about it, or an empty text
     */
    record Finding(String name, String value, State state, String advice) {
        static Finding fine(String name, String value) {
            return new Finding(name, value, State.FINE, "");
        }
    }

    private static final Runtime.Version JDK_WANTED = Runtime.Version.parse("25.0.3");
    private static final double GIB = 1L << 30;
    private static final double MEMORY_WANTED = 2 * GIB;

    /** Looks at this machine. Starts the engine, which may have to be unpacked first. */
    static Diagnosis ofThisMachine(Progress progress) {
        Map<String, String> properties = new HashMap<>();
        System.getProperties().forEach((name, value) -> properties.put(name.toString(), value.toString()));
        Path root = Path.of("/");
        try {
            Engine.start(progress);
            return new Diagnosis(properties, Engine.facts(), "", root);
        } catch (WhenceException e) {
            if (ExitCode.of(e.code()) == ExitCode.CANCELLED) {
                throw e;
            }
            return new Diagnosis(properties, Map.of(), String.valueOf(e.getMessage()), root);
        }
    }

    /** All facts, in the order in which a person reads them. */
    List<Finding> findings() {
        List<Finding> all = new ArrayList<>();
        all.add(Finding.fine("Whence", WhenceVersion.text()));
        all.add(jdk());
        all.add(system());
        all.add(Finding.fine("Processors", String.valueOf(Runtime.getRuntime().availableProcessors())));
        all.add(memory());
        if (engineFailure.isEmpty()) {
            all.add(engineFinding());
            all.add(Finding.fine("Threads", fact("threads") + " for one operator"));
            all.add(gpu());
            all.add(Finding.fine("Native cache", fact("cache") + " (" + fact("cache size") + ")"));
        } else {
            all.add(new Finding("Engine", engineFailure, State.BAD, "Without it nothing can be explained."));
        }
        return all;
    }

    private Finding jdk() {
        String version = property("java.version");
        String value = version + " (" + property("java.vendor") + ", " + property("java.home") + ")";
        if (Runtime.Version.parse(version).compareToIgnoreOptional(JDK_WANTED) < 0) {
            return new Finding(
                    "JDK", value, State.BAD, "Install JDK " + JDK_WANTED + " or newer, or set WHENCE_JAVA_HOME to it.");
        }
        return Finding.fine("JDK", value);
    }

    private Finding system() {
        String value = property("os.name") + " " + property("os.version") + ", " + property("os.arch");
        boolean known =
                property("os.name").equals("Linux") && property("os.arch").equals("amd64");
        return known
                ? Finding.fine("System", value)
                : new Finding("System", value, State.NOTICE, "Whence is tested on Linux x86-64 only.");
    }

    private static Finding memory() {
        OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        String value = gib(machine.getTotalMemorySize()) + " in all, " + gib(machine.getFreeMemorySize())
                + " free, Java heap up to " + gib(Runtime.getRuntime().maxMemory());
        return machine.getTotalMemorySize() >= MEMORY_WANTED
                ? Finding.fine("Memory", value)
                : new Finding("Memory", value, State.NOTICE, "Large networks want more; use a small --batch.");
    }

    private Finding engineFinding() {
        return Finding.fine(
                "Engine",
                "libtorch " + fact("libtorch") + " for " + fact("platform") + ", " + fact("processor features")
                        + ", BLAS " + fact("BLAS") + ", oneDNN " + fact("oneDNN"));
    }

    private Finding gpu() {
        if (fact("CUDA").equals("available")) {
            return Finding.fine("GPU", fact("devices"));
        }
        if (Files.exists(root.resolve("proc/driver/nvidia/version"))) {
            return new Finding(
                    "GPU",
                    "an NVIDIA driver is present, but this engine does not use it",
                    State.NOTICE,
                    "Set WHENCE_MAVEN_OPTS=-Pgpu to build with the engine that does (docs/how-to/use-a-gpu.md).");
        }
        return Finding.fine("GPU", "none found; the processor is used");
    }

    private String fact(String name) {
        return engine.getOrDefault(name, "unknown");
    }

    private String property(String name) {
        return properties.getOrDefault(name, "unknown");
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / GIB);
    }
}
