package dev.whence.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What {@code whence doctor} looks at. Everything it needs to know of the machine comes in, so that tests can say it. */
final class Diagnosis {
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

    /** Folder for unpacked native libraries, as the start script and the engine understand it. */
    static final String CACHE_PROPERTY = "org.bytedeco.javacpp.cachedir";

    private static final Runtime.Version JDK_WANTED = Runtime.Version.parse("25.0.3");
    private static final long GIB = 1L << 30;
    private static final long MEMORY_WANTED = 2 * GIB;
    private static final long CACHE_WANTED = GIB;

    private final Map<String, String> properties;
    private final Path root;

    private Diagnosis(Map<String, String> properties, Path root) {
        this.properties = properties;
        this.root = root;
    }

    static Diagnosis ofThisMachine() {
        Map<String, String> properties = Stream.of(
                        "java.vendor", "java.version", "java.home", "os.name", "os.version", "os.arch", "user.home")
                .collect(java.util.stream.Collectors.toMap(name -> name, System::getProperty));
        String cache = System.getProperty(CACHE_PROPERTY, properties.get("user.home") + "/.javacpp/cache");
        return new Diagnosis(with(properties, CACHE_PROPERTY, cache), Path.of("/"));
    }

    /** A machine described by its system properties, whose files lie below {@code root}. */
    static Diagnosis of(Map<String, String> properties, Path root) {
        return new Diagnosis(Map.copyOf(properties), root);
    }

    /** All facts, in the order in which a person reads them. */
    List<Finding> findings() {
        return List.of(version(), jdk(), system(), processors(), memory(), gpu(), cache());
    }

    private static Finding version() {
        return Finding.fine("Whence", WhenceVersion.text());
    }

    private Finding jdk() {
        String text = property("java.version");
        String value = text + " (" + property("java.vendor") + ", " + property("java.home") + ")";
        if (Runtime.Version.parse(text).compareToIgnoreOptional(JDK_WANTED) < 0) {
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
                : new Finding(
                        "System",
                        value,
                        State.NOTICE,
                        "Tested on Linux x86-64 only; build with -Dnative.classifier=... for this platform.");
    }

    private static Finding processors() {
        return Finding.fine("Processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
    }

    private static Finding memory() {
        OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long free = machine.getFreeMemorySize();
        String value = gib(machine.getTotalMemorySize()) + " in all, " + gib(free) + " free, Java heap up to "
                + gib(Runtime.getRuntime().maxMemory());
        return machine.getTotalMemorySize() >= MEMORY_WANTED
                ? Finding.fine("Memory", value)
                : new Finding("Memory", value, State.NOTICE, "Large networks want more; use a small --batch.");
    }

    private Finding gpu() {
        Path driver = root.resolve("proc/driver/nvidia/version");
        if (!Files.exists(driver)) {
            return Finding.fine("GPU", "none found; the processor is used");
        }
        return new Finding(
                "GPU",
                "an NVIDIA driver is present",
                State.NOTICE,
                "To use it, build with the profile gpu (docs/how-to/use-a-gpu.md).");
    }

    private Finding cache() {
        Path place = Path.of(property(CACHE_PROPERTY));
        long free = freeSpace(place);
        if (!Files.isDirectory(place)) {
            String value = place + " (not made yet; the first use unpacks about 440 MB)";
            return free >= CACHE_WANTED
                    ? Finding.fine("Native cache", value)
                    : new Finding(
                            "Native cache",
                            value + ", " + gib(free) + " free",
                            State.BAD,
                            "Make room, or set WHENCE_CACHE to a folder on another disk.");
        }
        return Finding.fine("Native cache", place + " (" + megabytes(size(place)) + ")");
    }

    private static long freeSpace(Path place) {
        Path existing = place.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        try {
            FileStore store = Files.getFileStore(existing);
            return store.getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String property(String name) {
        return properties.getOrDefault(name, "unknown");
    }

    private static Map<String, String> with(Map<String, String> map, String key, String value) {
        Map<String, String> copy = new java.util.HashMap<>(map);
        copy.put(key, value);
        return copy;
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) GIB);
    }

    private static String megabytes(long bytes) {
        return Math.round(bytes / 1e6) + " MB";
    }
}
