package dev.whence.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel knows of a process' memory. */
final class ProcessMemory {
    private ProcessMemory() {}

    /** The most memory that this process ever held, in megabytes. */
    static long peakMegabytes() {
        return peakMegabytes(ProcessHandle.current().pid());
    }

    /** The most memory that a process ever held, in megabytes; -1 where the kernel does not tell. */
    static long peakMegabytes(long pid) {
        Path status = Path.of("/proc", String.valueOf(pid), "status");
        if (!Files.exists(status)) {
            return -1;
        }
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
                }
            }
            return -1;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + status, e);
        }
    }
}
