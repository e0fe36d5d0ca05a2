package dev.whence.explain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What the system says of the memory that this process holds, native memory and Java's together. */
final class ProcessMemory implements MemoryReader {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");

    @Override
    public OptionalLong resident() {
        return read("VmRSS:");
    }

    @Override
    public OptionalLong peak() {
        return read("VmHWM:");
    }

    @Override
    public void resetPeak() {
        try {
            Files.writeString(RESET, "5", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return;
        }
    }

    private static OptionalLong read(String field) {
        try {
            for (String line : Files.readAllLines(STATUS, StandardCharsets.US_ASCII)) {
                if (line.startsWith(field)) {
                    return OptionalLong.of(1024 * Long.parseLong(line.replaceAll("\\D", "")));
                }
            }
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
