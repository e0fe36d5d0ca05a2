package dev.whence.core;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes attributions as JSON and reads them back without loss. The form is described by
 * {@code docs/reference/attribution.schema.json}.
 *
 * <p>Scores are objects of {@code type}, {@code shape} and flat, row-major {@code data}. Numbers are written with as many
 * digits as it takes to read the same bits back; what JSON has no number for is written as the texts {@code "NaN"},
 * {@code "Infinity"} and {@code "-Infinity"}. Members that a reader does not know are ignored, so that later versions may
 * add some; a change that old readers would misread raises {@link #VERSION}.
 */
public final class AttributionJson {
    /** The version of the form that is written, and the highest that is read. */
    public static final int VERSION = 1;

    private static final String FORMAT = "whence-attribution";
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final DefaultPrettyPrinter LAYOUT =
            new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));

    private AttributionJson() {}

    /**
     * Writes a file, which is either finished or not there.
     *
     * @throws WhenceException {@link ErrorCode#STORE_UNWRITABLE} if it cannot be written
     */
    public static void write(Path file, Attribution attribution) {
        FinishedFile.write(file, out -> write(out, attribution));
    }

    /** Writes to a stream in UTF-8; the stream stays open. */
    public static void write(OutputStream out, Attribution attribution) throws IOException {
        try (JsonGenerator json = MAPPER.writer()
                .with(LAYOUT)
                .without(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .createGenerator(out)) {
            attribution(json, attribution);
        } catch (JacksonIOException e) {
            throw e.getCause();
        }
    }

    /** The text that {@link #write(Path, Attribution)} writes. */
    public static String toText(Attribution attribution) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(out, attribution);
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /**
     * Reads a file.
     *
     * @throws WhenceException {@link ErrorCode#INPUT_UNREADABLE} if it is missing or not JSON,
     *     {@link ErrorCode#INPUT_INVALID} if it is no attribution or contradicts itself
     */
    public static Attribution read(Path file) {
        try {
            return parse(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw Npy.unreadable(file.toString(), "there is no such file", e);
        } catch (IOException e) {
            throw Npy.unreadable(file.toString(), String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Reads a file's content.
     *
     * @param content the bytes of the file
     * @param name how messages call it
     * @throws WhenceException as {@link #read(Path)}
     */
    public static Attribution parse(byte[] content, String name) {
        JsonNode tree;
        try {
            tree = MAPPER.readTree(content);
        } catch (JacksonException e) {
            var place = e.getLocation();
            String line = place == null ? "" : " at line " + place.getLineNr();
            throw Npy.unreadable(name, "it is not JSON: " + e.getOriginalMessage() + line, e);
        }
        JsonPlace file = new JsonPlace(name, "", tree);
        if (!tree.isObject()
                || !FORMAT.equals(file.get("format").node().asString(""))
                || file.get("version").integer() < 1) {
            throw Npy.invalid(name, "it is JSON but no attribution, expected \"format\": \"" + FORMAT + "\"");
        }
        long version = file.get("version").integer();
        if (version > VERSION) {
            throw Npy.invalid(name, "its version is " + version + ", expected at most " + VERSION);
        }
        try {
            return attribution(file);
        } catch (IllegalArgumentException e) {
            throw new WhenceException(ErrorCode.INPUT_INVALID, "Cannot use '" + name + "': " + e.getMessage() + ".", e);
        }
    }

    private static void attribution(JsonGenerator json, Attribution a) {
        json.writeStartObject();
        json.writeStringProperty("format", FORMAT);
        json.writeNumberProperty("version", VERSION);
        json.writeObjectPropertyStart("method");
        json.writeStringProperty("name", a.method().name());
        texts(json, "parameters", a.method().parameters());
        json.writeStringProperty("completeness", lower(a.method().completeness()));
        json.writeEndObject();
        json.writeObjectPropertyStart("target");
        json.writeStringProperty("node", a.target().node());
        json.writeStringProperty("selection", a.target().selection());
        numbers(json, "values", a.target().values());
        json.writeEndObject();
        json.writeObjectPropertyStart("reference");
        json.writeStringProperty("description", a.reference().description());
        numbers(json, "values", a.reference().values());
        if (!a.reference().deltas().isEmpty()) {
            json.writeArrayPropertyStart("deltas");
            a.reference().deltas().forEach(one -> {
                json.writeStartArray();
                elements(json, one);
            });
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeArrayPropertyStart("units");
        a.units().forEach(u -> units(json, u));
        json.writeEndArray();
        numbers(json, "delta", a.delta());
        texts(json, "warnings", a.warnings());
        provenance(json, a.provenance());
        json.writeEndObject();
    }

    private static void units(JsonGenerator json, Units units) {
        json.writeStartObject();
        json.writeStringProperty("name", units.name());
        texts(json, "labels", units.labels());
        NdArray scores = units.scores();
        json.writeObjectPropertyStart("scores");
        json.writeStringProperty("type", lower(scores.type()));
        json.writeArrayPropertyStart("shape");
        for (long d : scores.shape()) {
            json.writeNumber(d);
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("data");
        for (int i = 0; i < scores.size(); i++) {
            element(json, scores, i);
        }
        json.writeEndArray();
        json.writeEndObject();
        if (!units.texts().isEmpty()) {
            json.writeArrayPropertyStart("texts");
            units.texts().forEach(text -> text(json, text));
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, TokenizedText text) {
        json.writeStartObject();
        json.writeStringProperty("text", text.text());
        json.writeArrayPropertyStart("tokens");
        for (TokenizedText.Token token : text.tokens()) {
            json.writeStartObject();
            json.writeStringProperty("piece", token.piece());
            json.writeNumberProperty("begin", token.begin());
            json.writeNumberProperty("end", token.end());
            json.writeBooleanProperty("special", token.special());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void element(JsonGenerator json, NdArray scores, int i) {
        switch (scores.type()) {
            case FLOAT64 -> number(json, scores.getDouble(i));
            case FLOAT16, BFLOAT16, FLOAT32 -> {
                float value = (float) scores.getDouble(i);
                if (Float.isFinite(value)) {
                    json.writeNumber(value);
                } else {
                    json.writeString(Float.toString(value));
                }
            }
            case UINT64 -> json.writeNumber(new BigInteger(Long.toUnsignedString(scores.getLong(i))));
            default -> json.writeNumber(scores.getLong(i));
        }
    }

    private static void provenance(JsonGenerator json, Provenance p) {
        json.writeObjectPropertyStart("provenance");
        json.writeStringProperty("modelHash", p.modelHash());
        json.writeStringProperty("engine", p.engine());
        json.writeStringProperty("device", p.device());
        json.writeNumberProperty("seed", p.seed());
        json.writeStringProperty("time", p.time().toString());
        texts(json, "environment", p.environment());
        json.writeEndObject();
    }

    private static void numbers(JsonGenerator json, String name, double[] values) {
        json.writeArrayPropertyStart(name);
        elements(json, values);
    }

    private static void elements(JsonGenerator json, double[] values) {
        for (double v : values) {
            number(json, v);
        }
        json.writeEndArray();
    }

    private static void number(JsonGenerator json, double value) {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeString(Double.toString(value));
        }
    }

    private static void texts(JsonGenerator json, String name, List<String> values) {
        json.writeArrayPropertyStart(name);
        values.forEach(json::writeString);
        json.writeEndArray();
    }

    private static void texts(JsonGenerator json, String name, Map<String, String> values) {
        json.writeObjectPropertyStart(name);
        values.forEach(json::writeStringProperty);
        json.writeEndObject();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static Attribution attribution(JsonPlace file) {
        JsonPlace method = file.get("method");
        JsonPlace target = file.get("target");
        JsonPlace reference = file.get("reference");
        return new Attribution(
                new Method(
                        method.get("name").text(),
                        method.get("parameters").textByName(),
                        constant(Completeness.class, method.get("completeness"))),
                new Target(
                        target.get("node").text(),
                        target.get("selection").text(),
                        target.get("values").numbers()),
                new Reference(
                        reference.get("description").text(),
                        reference.get("values").numbers(),
                        reference
                                .find("deltas")
                                .map(deltas -> deltas.list().stream()
                                        .map(JsonPlace::numbers)
                                        .toList())
                                .orElse(List.of())),
                file.get("units").list().stream().map(AttributionJson::units).toList(),
                file.get("delta").numbers(),
                file.get("warnings").texts(),
                provenance(file.get("provenance")));
    }

    private static Units units(JsonPlace units) {
        return new Units(
                units.get("name").text(),
                array(units.get("scores")),
                units.get("labels").texts(),
                units.find("texts")
                        .map(texts ->
                                texts.list().stream().map(AttributionJson::text).toList())
                        .orElse(List.of()));
    }

    private static TokenizedText text(JsonPlace text) {
        return new TokenizedText(
                text.get("text").text(),
                text.get("tokens").list().stream()
                        .map(token -> new TokenizedText.Token(
                                token.get("piece").text(),
                                place(token.get("begin")),
                                place(token.get("end")),
                                token.get("special").truth()))
                        .toList());
    }

    private static int place(JsonPlace number) {
        long place = number.integer();
        if (place < 0 || place > Integer.MAX_VALUE) {
            throw number.wrong("a place in a text");
        }
        return (int) place;
    }

    private static NdArray array(JsonPlace array) {
        NdArray.Type type = constant(NdArray.Type.class, array.get("type"));
        long[] shape = array.get("shape").integers();
        JsonPlace data = array.get("data");
        long elements;
        try {
            elements = NdArray.elements(shape);
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw array.get("shape").wrong("the shape of " + data.length() + " elements");
        }
        if (elements != data.length()) {
            throw array.get("shape").wrong("the shape of " + data.length() + " elements");
        }
        if (type == NdArray.Type.FLOAT64) {
            return NdArray.of(data.numbers(), shape);
        }
        if (!type.isFloating()) {
            return NdArray.ofIntegers(type, data.integers(), shape);
        }
        double[] wide = data.numbers();
        float[] values = new float[wide.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) wide[i];
        }
        return type == NdArray.Type.FLOAT32 ? NdArray.of(values, shape) : NdArray.ofHalves(type, values, shape);
    }

    private static Provenance provenance(JsonPlace p) {
        Instant time;
        try {
            time = Instant.parse(p.get("time").text());
        } catch (DateTimeException e) {
            throw p.get("time").wrong("a time such as \"2026-01-31T12:00:00Z\"");
        }
        return new Provenance(
                p.get("modelHash").text(),
                p.get("engine").text(),
                p.get("device").text(),
                p.get("seed").integer(),
                time,
                p.get("environment").textByName());
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonPlace place) {
        String found = place.text();
        StringBuilder expected = new StringBuilder();
        for (E constant : type.getEnumConstants()) {
            if (lower(constant).equals(found)) {
                return constant;
            }
            expected.append(expected.isEmpty() ? "one of " : ", ").append(lower(constant));
        }
        throw place.wrong(expected.toString());
    }
}
