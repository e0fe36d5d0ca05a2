package dev.whence.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A value in a JSON file together with where it stands, so that whatever is wrong with it is told with file and place.
 *
 * @param file the file's name in messages
 * @param path where the value stands, such as {@code units[0].scores}; empty for the whole file
 * @param node the value
 */
record JsonPlace(String file, String path, JsonNode node) {
    /** A member that must be there. */
    JsonPlace get(String name) {
        String place = path.isEmpty() ? name : path + "." + name;
        if (!node.isObject()) {
            throw wrong("an object");
        }
        JsonNode child = node.get(name);
        if (child == null) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, "Cannot use '" + file + "': '" + place + "' is missing.");
        }
        return new JsonPlace(file, place, child);
    }

    /** A member that need not be there. */
    Optional<JsonPlace> find(String name) {
        return node.isObject() && node.get(name) == null ? Optional.empty() : Optional.of(get(name));
    }

    List<JsonPlace> list() {
        if (!node.isArray()) {
            throw wrong("a list");
        }
        List<JsonPlace> out = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            out.add(element(i));
        }
        return out;
    }

    int length() {
        if (!node.isArray()) {
            throw wrong("a list");
        }
        return node.size();
    }

    private JsonPlace element(int i) {
        return new JsonPlace(file, path + "[" + i + "]", node.get(i));
    }

    String text() {
        if (!node.isString()) {
            throw wrong("a text");
        }
        return node.stringValue();
    }

    boolean truth() {
        if (!node.isBoolean()) {
            throw wrong("true or false");
        }
        return node.booleanValue();
    }

    List<String> texts() {
        return list().stream().map(JsonPlace::text).toList();
    }

    Map<String, String> textByName() {
        if (!node.isObject()) {
            throw wrong("an object of texts");
        }
        Map<String, String> out = new LinkedHashMap<>();
        for (String name : node.propertyNames()) {
            out.put(name, get(name).text());
        }
        return out;
    }

    /** A whole number of at most 64 bits. */
    long integer() {
        if (!node.isIntegralNumber()) {
            throw wrong("a whole number");
        }
        if (node.isBigInteger()) {
            if (node.bigIntegerValue().signum() < 0 || node.bigIntegerValue().bitLength() > Long.SIZE) {
                throw wrong("a whole number of at most 64 bits");
            }
            return node.bigIntegerValue().longValue();
        }
        return node.longValue();
    }

    /** A number, or one of the texts {@code NaN}, {@code Infinity} and {@code -Infinity}. */
    double number() {
        if (node.isNumber()) {
            return node.doubleValue();
        }
        String text = node.isString() ? node.stringValue() : "";
        if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
            return Double.parseDouble(text);
        }
        throw wrong("a number, \"NaN\", \"Infinity\" or \"-Infinity\"");
    }

    double[] numbers() {
        double[] out = new double[length()];
        for (int i = 0; i < out.length; i++) {
            out[i] = element(i).number();
        }
        return out;
    }

    long[] integers() {
        long[] out = new long[length()];
        for (int i = 0; i < out.length; i++) {
            out[i] = element(i).integer();
        }
        return out;
    }

    /** The error that this value is not what it should be. */
    WhenceException wrong(String expected) {
        String found = node.toString();
        String shown = found.length() <= 60 ? found : found.substring(0, 60) + "...";
        String place = path.isEmpty() ? "the file" : "'" + path + "'";
        return new WhenceException(
                ErrorCode.INPUT_INVALID,
                "Cannot use '" + file + "': " + place + " is " + shown + ", expected " + expected + ".");
    }
}
