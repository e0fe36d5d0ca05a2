package dev.whence.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Golden files in JSON: whole files as trees, and arrays in the form {@code {"shape": [2, 3], "data": [...]}} with the
 * elements flat and row-major. The texts {@code NaN}, {@code Infinity} and {@code -Infinity} stand for those numbers.
 */
public final class GoldenJson {
    private static final JsonMapper MAPPER = new JsonMapper();

    private GoldenJson() {}

    /**
     * An array of a golden file.
     *
     * @param shape its shape
     * @param data its elements, row-major
     */
    public record Array(long[] shape, double[] data) {}

    /** A whole file as a tree; files that end in {@code .gz} are unpacked. */
    public static JsonNode read(Path file) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in) {
            return MAPPER.readTree(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a tree is an array in the form {@code {"shape": ..., "data": ...}}. */
    public static boolean isArray(JsonNode node) {
        return node.isObject() && node.has("shape") && node.has("data");
    }

    /** Reads {@code {"shape": ..., "data": ...}}, or a plain list of numbers as an array of one axis. */
    public static Array array(JsonNode node) {
        double[] data = numbers(node.isArray() ? node : node.get("data"));
        long[] shape = node.isArray() ? new long[] {data.length} : integers(node.get("shape"));
        long elements = 1;
        for (long d : shape) {
            elements *= d;
        }
        if (elements != data.length) {
            throw new IllegalArgumentException("shape of " + elements + " elements but data of " + data.length);
        }
        return new Array(shape, data);
    }

    /** A list of numbers. */
    public static double[] numbers(JsonNode list) {
        double[] out = new double[list.size()];
        for (int i = 0; i < out.length; i++) {
            JsonNode n = list.get(i);
            out[i] = n.isString() ? Double.parseDouble(n.stringValue()) : n.isNull() ? Double.NaN : n.doubleValue();
        }
        return out;
    }

    /** A list of whole numbers. */
    public static long[] integers(JsonNode list) {
        long[] out = new long[list.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = list.get(i).longValue();
        }
        return out;
    }
}
