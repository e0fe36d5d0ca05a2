package dev.whence.core;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the scores were made.
 *
 * @param name the method's name, as on the command line
 * @param parameters every setting that changes the numbers, sorted by name
 * @param completeness what the method promises about the sum
 */
public record Method(String name, Map<String, String> parameters, Completeness completeness) {
    /** Copies the settings in. */
    public Method {
        parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
    }
}
