package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.whence.testkit.Cases;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class AttributionJsonTest {
    private static final JsonMapper MAPPER = new JsonMapper();

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadToTheLastBit() {
        Cases.check(200, draw -> {
            Attribution a = Attributions.any(draw);
            Attribution back = AttributionJson.parse(bytes(AttributionJson.toText(a)), "case");
            assertSame(back, a);
        });
    }

    @Test
    void aFileIsReadAsItWasWritten() {
        Attribution a = small();
        Path file = folder.resolve("a.json");
        AttributionJson.write(file, a);
        assertSame(AttributionJson.read(file), a);
        assertThat(file).hasContent(AttributionJson.toText(a).strip());
    }

    @Test
    void whatIsWrittenFitsThePublishedSchema() throws IOException {
        Schema schema = schema();
        Cases.check(100, draw -> {
            JsonNode file = MAPPER.readTree(AttributionJson.toText(Attributions.any(draw)));
            assertThat(schema.validate(file)).isEmpty();
        });
    }

    @Test
    void theSchemaRefusesWhatIsNoAttribution() throws IOException {
        Schema schema = schema();
        ObjectNode wrongNumber = (ObjectNode) MAPPER.readTree(AttributionJson.toText(small()));
        wrongNumber.putArray("delta").add("nan");
        ObjectNode missing = (ObjectNode) MAPPER.readTree(AttributionJson.toText(small()));
        missing.remove("delta");
        ObjectNode later = (ObjectNode) MAPPER.readTree(AttributionJson.toText(small()));
        later.put("version", 2);
        assertThat(List.of(wrongNumber, missing, later))
                .allSatisfy(file -> assertThat(schema.validate(file)).isNotEmpty());
    }

    @Test
    void everyMemberThatIsWrittenIsInTheSchema() throws IOException {
        JsonNode schema = MAPPER.readTree(Files.readString(schemaFile()));
        assertDescribed(MAPPER.readTree(AttributionJson.toText(small())), schema, schema);
    }

    private static void assertDescribed(JsonNode value, JsonNode described, JsonNode root) {
        JsonNode schema = described.has("$ref")
                ? root.at(described.get("$ref").stringValue().substring(1))
                : described;
        if (value.isArray() && !value.isEmpty()) {
            assertDescribed(value.get(0), schema.get("items"), root);
        } else if (value.isObject() && !schema.has("additionalProperties")) {
            for (String name : value.propertyNames()) {
                assertThat(schema.get("properties").has(name)).as(name).isTrue();
                assertDescribed(value.get(name), schema.get("properties").get(name), root);
            }
        }
    }

    @Test
    void floatsAreWrittenInTheirShortestForm() {
        assertThat(AttributionJson.toText(small())).contains("\"data\" : [ 0.1, \"NaN\", -3.4028235E38, 1.4E-45 ]");
    }

    @Test
    void membersThatAreNotKnownAreIgnored() {
        String text = AttributionJson.toText(small()).replaceFirst("\\{", "{\"added later\": [1],");
        assertSame(AttributionJson.parse(bytes(text), "later"), small());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    "version" : 1     | "version" : 2       | its version is 2, expected at most 1
                    whence-attribution | something          | it is JSON but no attribution
                    "shape" : [ 2, 2 ] | "shape" : [ 2, 3 ] | 'units[0].scores.shape' is [2,3], expected the shape of 4
                    "shape" : [ 2, 2 ] | "shape" : [ -2, -2 ] | expected the shape of 4 elements
                    "shape" : [ 2, 2 ] | "shape" : [ 4294967296, 4294967296 ] | expected the shape of 4 elements
                    "shape" : [ 2, 2 ] | "shape" : [ 4, 1 ] | there are 2 examples
                    "shape" : [ 2, 2 ] | "shape" : 4        | 'units[0].scores.shape' is 4, expected a list
                    "NaN"              | "nan"              | 'units[0].scores.data[1]' is "nan", expected a number
                    "NaN"              | null               | 'units[0].scores.data[1]' is null, expected a number
                    "float32"          | "float31"          | expected one of float16, bfloat16, float32
                    "exact"            | "quite"            | expected one of exact, approximate, none
                    "delta"            | "delte"            | 'delta' is missing
                    2026-02-03T04      | yesterday          | 'provenance.time'
                    "seed" : -7        | "seed" : 1.5       | 'provenance.seed' is 1.5, expected a whole number
                    "seed" : -7        | "seed" : -99999999999999999999 | expected a whole number of at most 64 bits
                    """)
    void whatIsWrongIsNamedWithItsPlace(String right, String wrong, String message) {
        String text = AttributionJson.toText(small());
        assertThat(text).contains(right);
        byte[] file = bytes(text.replace(right, wrong));
        assertThatThrownBy(() -> AttributionJson.parse(file, "bad.json"))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID))
                .hasMessageStartingWith("Cannot use 'bad.json': ")
                .hasMessageContaining(message);
    }

    @Test
    void whatIsNoJsonIsRefusedInOneSentence() {
        for (String text : List.of("", "hello", "{\"format\": ", "[1,2", "{} {}", "\0\1", "[".repeat(100_000))) {
            assertThatThrownBy(() -> AttributionJson.parse(bytes(text), "bad.json"))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("'bad.json'");
        }
        assertThatThrownBy(() -> AttributionJson.read(folder.resolve("none.json")))
                .hasMessageContaining("there is no such file");
    }

    @Test
    void everyPrefixIsRefused() {
        byte[] whole = bytes(AttributionJson.toText(small()));
        for (int length = 0; length < whole.length; length += 7) {
            byte[] prefix = java.util.Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> AttributionJson.parse(prefix, "cut.json")).isInstanceOf(WhenceException.class);
        }
    }

    private static Attribution small() {
        float[] scores = {0.1f, Float.NaN, -Float.MAX_VALUE, Float.MIN_VALUE};
        return Attributions.of(
                new double[] {0.1, Double.POSITIVE_INFINITY},
                new double[] {-0.0, 1e-300},
                new double[] {1.0 / 3, Double.NaN},
                new Units("x", NdArray.of(scores, 2, 2), List.of("a", "b")));
    }

    private static void assertSame(Attribution actual, Attribution expected) {
        assertThat(actual.method()).isEqualTo(expected.method());
        assertThat(actual.target().node()).isEqualTo(expected.target().node());
        assertThat(actual.target().selection()).isEqualTo(expected.target().selection());
        assertThat(actual.target().values()).isEqualTo(expected.target().values());
        assertThat(actual.reference().description())
                .isEqualTo(expected.reference().description());
        assertThat(actual.reference().values()).isEqualTo(expected.reference().values());
        assertThat(actual.reference().deltas())
                .hasSameSizeAs(expected.reference().deltas());
        for (int k = 0; k < expected.reference().deltas().size(); k++) {
            assertThat(actual.reference().deltas().get(k))
                    .isEqualTo(expected.reference().deltas().get(k));
        }
        assertThat(actual.units()).isEqualTo(expected.units());
        assertThat(actual.delta()).isEqualTo(expected.delta());
        assertThat(actual.warnings()).isEqualTo(expected.warnings());
        assertThat(actual.provenance()).isEqualTo(expected.provenance());
    }

    private static Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(schemaFile()));
    }

    private static Path schemaFile() {
        return Shared.projectRoot().resolve("docs/reference/attribution.schema.json");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
