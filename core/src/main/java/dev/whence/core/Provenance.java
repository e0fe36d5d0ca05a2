package dev.whence.core;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a result comes from, so that it can be made again.
 *
 * @param modelHash {@code sha256:...} of the model file, or an empty text if there was no file
 * @param engine engine and version, such as {@code whence 0.1.0 / libtorch 2.10.0}
 * @param device {@code cpu} or {@code cuda:0}
 * @param seed seed of every random choice
 * @param time when the work began
 * @param environment further facts: JDK, operating system, threads, precision; sorted by name
 */
public record Provenance(
        String modelHash, String engine, String device, long seed, Instant time, Map<String, String> environment) {
    /** Copies the facts in. */
    public Provenance {
        environment = java.util.Collections.unmodifiableMap(new TreeMap<>(environment));
    }
}
