package dev.whence.quantize.pieces;

import dev.whence.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What of the machine, as far as it can be asked, may change the last bit of a sum: libraries of linear algebra choose their
 * ways of adding by the make of the processor, by its features and by the environment.
 */
final class Machine {
    /** Where Linux describes the processors. */
    static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private static final List<String> ENGINE = List.of("libtorch", "platform", "processor features", "BLAS", "oneDNN");

    private static final List<String> PROPERTIES = List.of("os.arch", "os.name", "java.vm.name", "java.vm.version");

    /** What tells makes of processors apart; the other lines change from minute to minute, or by the place in a machine. */
    private static final Set<String> MAKE = Set.of(
            "vendor_id",
            "cpu family",
            "model",
            "model name",
            "stepping",
            "cache size",
            "flags",
            "CPU implementer",
            "CPU architecture",
            "CPU variant",
            "CPU part",
            "CPU revision",
            "Features");

    /** Of the environment, how the names begin that libraries of linear algebra and threads read. */
    private static final List<String> ENVIRONMENT = List.of(
            "ATEN_",
            "DNNL_",
            "GLIBC_TUNABLES",
            "GOMP_",
            "GOTO_",
            "KMP_",
            "MKL_",
            "OMP_",
            "ONEDNN_",
            "OPENBLAS_",
            "PROCESSOR_IDENTIFIER");

    private Machine() {}

    /** Starts the engine. */
    static SortedMap<String, String> facts() {
        SortedMap<String, String> out = new TreeMap<>();
        Map<String, String> engine = Engine.facts();
        ENGINE.forEach(name -> out.put("engine " + name, String.valueOf(engine.get(name))));
        PROPERTIES.forEach(name -> out.put("property " + name, String.valueOf(System.getProperty(name))));
        out.putAll(environment(System.getenv()));
        out.putAll(processor(PROCESSORS));
        return out;
    }

    static SortedMap<String, String> environment(Map<String, String> all) {
        SortedMap<String, String> out = new TreeMap<>();
        all.forEach((name, value) -> {
            if (ENVIRONMENT.stream().anyMatch(name::startsWith)) {
                out.put("environment " + name, value);
            }
        });
        return out;
    }

    /** @param file describes one processor behind the other; where it cannot be read, nothing is known */
    static SortedMap<String, String> processor(Path file) {
        SortedMap<String, String> out = new TreeMap<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            return out;
        }
        for (String line : lines) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).strip();
            if (MAKE.contains(name)) {
                out.putIfAbsent("processor " + name, line.substring(colon + 1).strip());
            }
        }
        return out;
    }
}
