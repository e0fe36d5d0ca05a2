package dev.whence.tensor;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * The table of contents of a safetensors file, checked: every byte of the data belongs to exactly one tensor.
 *
 * @param entries the tensors by name, in the order of the header
 * @param metadata free texts
 */
record SafetensorsHeader(Map<String, Safetensors.Entry> entries, Map<String, String> metadata) {
    static final int LENGTH_BYTES = 8;
    static final long MOST_HEADER_BYTES = 100_000_000;
    static final String METADATA = "__metadata__";

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Checks the length that a file begins with.
     *
     * @param first up to the first eight bytes of the file
     * @throws WhenceException if the file cannot hold such a header
     */
    static int length(String file, long fileSize, ByteBuffer first) {
        if (fileSize < LENGTH_BYTES) {
            throw unreadable(
                    file, "it has " + fileSize + " bytes, and the length of the header alone takes " + LENGTH_BYTES);
        }
        long length = first.order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong(0);
        if (StandardCharsets.ISO_8859_1
                .decode(first.slice(0, LENGTH_BYTES))
                .toString()
                .equals("version ")) {
            throw unreadable(file, "it looks like a Git LFS pointer instead of the data; fetch the file itself");
        }
        if (length < 2 || length > MOST_HEADER_BYTES) {
            throw unreadable(
                    file,
                    "its header claims " + Long.toUnsignedString(length) + " bytes, expected 2 to "
                            + MOST_HEADER_BYTES);
        }
        if (length > fileSize - LENGTH_BYTES) {
            throw unreadable(
                    file, "its header claims " + length + " bytes, but the file ends after " + fileSize + " bytes");
        }
        return (int) length;
    }

    /**
     * Reads the header.
     *
     * @param json its bytes
     * @param dataSize how many bytes follow it
     * @throws WhenceException if it is not JSON of the right form, or if its tensors do not cover the data exactly
     */
    static SafetensorsHeader parse(String file, byte[] json, long dataSize) {
        if (json.length == 0 || json[0] != '{') {
            throw invalid(file, "its header does not begin with '{'");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "Cannot read '" + file + "': its header is not UTF-8 text.", e);
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), new StringReader(text))) {
            SafetensorsHeader header = new Reading(file, parser).header();
            header.checkCover(file, dataSize);
            return header;
        } catch (JacksonException e) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "Cannot read '" + file + "': its header is not JSON, at character " + place(e) + ".",
                    e);
        }
    }

    private static String place(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        return location == null || location.getCharOffset() < 0 ? "unknown" : String.valueOf(location.getCharOffset());
    }

    private void checkCover(String file, long dataSize) {
        List<Safetensors.Entry> byPlace = new ArrayList<>(entries.values());
        byPlace.sort(Comparator.comparingLong(Safetensors.Entry::begin).thenComparingLong(Safetensors.Entry::end));
        long covered = 0;
        for (Safetensors.Entry entry : byPlace) {
            if (entry.end() > dataSize) {
                throw unreadable(
                        file,
                        "it is cut off: tensor '" + entry.name() + "' ends at byte " + entry.end() + " of " + dataSize);
            }
            if (entry.begin() != covered) {
                throw invalid(
                        file,
                        "tensor '" + entry.name() + "' begins at byte " + entry.begin() + ", "
                                + (entry.begin() < covered ? "inside another tensor" : "after a hole")
                                + "; expected byte " + covered);
            }
            covered = entry.end();
        }
        if (covered != dataSize) {
            throw invalid(file, (dataSize - covered) + " bytes at its end belong to no tensor");
        }
    }

    private static WhenceException unreadable(String file, String why) {
        return new WhenceException(ErrorCode.MODEL_UNREADABLE, "Cannot read '" + file + "': " + why + ".");
    }

    private static WhenceException invalid(String file, String why) {
        return new WhenceException(ErrorCode.MODEL_INVALID, "Cannot read '" + file + "': " + why + ".");
    }

    /** One pass over the JSON. */
    private static final class Reading {
        private final String file;
        private final JsonParser parser;
        private String tensor = "";

        Reading(String file, JsonParser parser) {
            this.file = file;
            this.parser = parser;
        }

        SafetensorsHeader header() {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
            Map<String, Safetensors.Entry> entries = new LinkedHashMap<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                tensor = name;
                parser.nextToken();
                if (name.equals(METADATA)) {
                    readMetadata(metadata);
                } else if (entries.put(name, entry()) != null) {
                    throw bad("occurs twice");
                }
            }
            if (parser.nextToken() != null) {
                throw invalid(file, "something follows the JSON of its header");
            }
            return new SafetensorsHeader(Collections.unmodifiableMap(entries), Collections.unmodifiableMap(metadata));
        }

        private void readMetadata(Map<String, String> metadata) {
            expect(parser.currentToken(), JsonToken.START_OBJECT, "an object");
            for (String key = parser.nextName(); key != null; key = parser.nextName()) {
                expect(parser.nextToken(), JsonToken.VALUE_STRING, "texts");
                if (metadata.put(key, parser.getString()) != null) {
                    throw bad("has '" + key + "' twice");
                }
            }
        }

        private Safetensors.Entry entry() {
            expect(parser.currentToken(), JsonToken.START_OBJECT, "an object");
            SafetensorsType type = null;
            long[] shape = null;
            long[] offsets = null;
            for (String key = parser.nextName(); key != null; key = parser.nextName()) {
                parser.nextToken();
                switch (key) {
                    case "dtype" -> type = type();
                    case "shape" -> shape = naturals("shape");
                    case "data_offsets" -> offsets = naturals("data_offsets");
                    default -> parser.skipChildren();
                }
            }
            if (type == null || shape == null || offsets == null) {
                throw bad("needs dtype, shape and data_offsets");
            }
            return checked(type, shape, offsets);
        }

        private Safetensors.Entry checked(SafetensorsType type, long[] shape, long[] offsets) {
            if (offsets.length != 2 || offsets[1] < offsets[0]) {
                throw bad("has data_offsets " + java.util.Arrays.toString(offsets) + ", expected a begin and an end");
            }
            long bytes = type.bytes();
            try {
                for (long d : shape) {
                    bytes = Math.multiplyExact(bytes, d);
                }
            } catch (ArithmeticException e) {
                throw bad("has a shape whose size overflows: " + java.util.Arrays.toString(shape));
            }
            if (bytes != offsets[1] - offsets[0]) {
                throw bad("of type " + type + " and shape " + java.util.Arrays.toString(shape) + " takes " + bytes
                        + " bytes, but its data_offsets span " + (offsets[1] - offsets[0]));
            }
            return new Safetensors.Entry(tensor, type, shape, offsets[0], offsets[1]);
        }

        private SafetensorsType type() {
            expect(parser.currentToken(), JsonToken.VALUE_STRING, "a text as dtype");
            SafetensorsType type = SafetensorsType.named(parser.getString());
            if (type == null) {
                throw bad("has the unknown dtype '" + parser.getString() + "'");
            }
            return type;
        }

        private long[] naturals(String what) {
            expect(parser.currentToken(), JsonToken.START_ARRAY, "a list as " + what);
            List<Long> numbers = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, "whole numbers in " + what);
                if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER || parser.getLongValue() < 0) {
                    throw bad("has " + parser.getString() + " in its " + what + ", expected 0 to 2^63 - 1");
                }
                numbers.add(parser.getLongValue());
            }
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        private void expect(@Nullable JsonToken found, JsonToken wanted, String words) {
            if (found != wanted) {
                throw bad("is not described as expected: " + words + " belongs there");
            }
        }

        private WhenceException bad(String why) {
            return invalid(file, tensor.isEmpty() ? "its header " + why : "tensor '" + tensor + "' " + why);
        }
    }
}
