package dev.whence.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.testkit.Cases;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    private TensorScope scope;

    @BeforeEach
    void open() {
        scope = TensorScope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private Path file(String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        return Files.write(folder.resolve("x.safetensors"), bytes.array());
    }

    private static NdArray sample(NdArray.Type type) {
        return switch (type) {
            case FLOAT16, BFLOAT16 -> NdArray.ofHalves(type, new float[] {0, -1.5f, 2}, 3, 1);
            case FLOAT32 -> NdArray.of(new float[] {0.1f, Float.NaN, -0f}, 3, 1);
            case FLOAT64 -> NdArray.of(new double[] {0.1, -1e300, 2}, 3, 1);
            case BOOL -> NdArray.ofIntegers(type, new long[] {1, 0, 1}, 3, 1);
            case INT64, UINT64 -> NdArray.ofIntegers(type, new long[] {Long.MIN_VALUE, -1, 5}, 3, 1);
            case UINT32 -> NdArray.ofIntegers(type, new long[] {0xFFFFFFFFL, 0, 5}, 3, 1);
            case UINT16 -> NdArray.ofIntegers(type, new long[] {0xFFFF, 0, 5}, 3, 1);
            case UINT8 -> NdArray.ofIntegers(type, new long[] {0xFF, 0, 5}, 3, 1);
            default -> NdArray.ofIntegers(type, new long[] {-7, 0, 5}, 3, 1);
        };
    }

    @Test
    void everyTypeComesBackUnchanged() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (NdArray.Type type : NdArray.Type.values()) {
            tensors.put("a " + type, Tensor.of(sample(type)));
        }
        tensors.put("empty", Tensor.zeros(NdArray.Type.FLOAT32, 0, 4));
        tensors.put("scalar", Tensor.full(3, NdArray.Type.FLOAT64));
        tensors.put(
                "turned",
                Tensor.of(NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3)).transpose(0, 1));
        Path path = folder.resolve("all.safetensors");
        Safetensors.write(path, tensors, Map.of("format", "pt", "note", "\"quoted\" ü"));
        try (Safetensors read = Safetensors.open(path)) {
            assertThat(read.metadata()).containsEntry("note", "\"quoted\" ü").hasSize(2);
            assertThat(read.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
            tensors.forEach((name, tensor) -> {
                assertThat(read.read(name)).as(name).isEqualTo(tensor.toNdArray());
                assertThat(read.tensor(name).toNdArray()).as(name).isEqualTo(tensor.toNdArray());
                assertThat(read.tensor(name).type()).isEqualTo(tensor.type());
            });
            for (Safetensors.Entry entry : read.entries()) {
                assertThat(entry.begin() % entry.type().bytes()).isZero();
            }
        }
    }

    @Test
    void equalContentGivesEqualBytes() throws IOException {
        Tensor a = Tensor.full(1, NdArray.Type.FLOAT32, 2);
        Tensor b = Tensor.full(2, NdArray.Type.UINT8, 3);
        Map<String, Tensor> oneWay = new LinkedHashMap<>();
        oneWay.put("a", a);
        oneWay.put("b", b);
        Map<String, Tensor> otherWay = new LinkedHashMap<>();
        otherWay.put("b", b);
        otherWay.put("a", a);
        Safetensors.write(folder.resolve("1"), oneWay, Map.of());
        Safetensors.write(folder.resolve("2"), otherWay, Map.of());
        byte[] bytes = Files.readAllBytes(folder.resolve("1"));
        assertThat(Files.readAllBytes(folder.resolve("2"))).isEqualTo(bytes);
        assertThat((bytes.length - 11) % 8).isZero();
    }

    @Test
    void smallFloatsAreListedButOnlyTheirBytesAreRead() throws IOException {
        Path path = file("{\"q\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2);
        try (Safetensors read = Safetensors.open(path)) {
            assertThat(read.entry("q").type()).isEqualTo(SafetensorsType.F8_E4M3);
            assertThat(read.bytes("q").toArray(ValueLayout.JAVA_BYTE)).hasSize(2);
            assertThatThrownBy(() -> read.tensor("q"))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("F8_E4M3");
            assertThatThrownBy(() -> read.read("r"))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("no tensor 'r'");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}|needs dtype, shape and data_offsets",
                "{\"a\":3}|tensor 'a' is not described as expected",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}|whole numbers in shape",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}|99999999999999999999",
                "{\"__metadata__\":{\"n\":1}}|texts",
                "{} {}|follows the JSON",
                "[1]|begin with '{'",
            })
    void malformedHeadersGetOneSentence(String header, String part) throws IOException {
        Path path = file(header, 4);
        assertThatThrownBy(() -> Safetensors.open(path).close())
                .isInstanceOf(WhenceException.class)
                .hasMessageStartingWith("Cannot read '" + path + "': ")
                .hasMessageContaining(part);
    }

    @Test
    void missingFilesFoldersAndPointersAreNamed() throws IOException {
        assertThatThrownBy(() -> Safetensors.open(folder.resolve("none")).close())
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> Safetensors.open(folder).close()).isInstanceOf(WhenceException.class);
        Path pointer = Files.writeString(folder.resolve("p"), "version https://git-lfs.github.com/spec/v1\n");
        assertThatThrownBy(() -> Safetensors.open(pointer).close()).hasMessageContaining("Git LFS");
    }

    @Test
    void anUnwritablePlaceLeavesNothingBehind() throws IOException {
        Path target = folder.resolve("missing").resolve("x.safetensors");
        assertThatThrownBy(() -> Safetensors.write(target, Map.of(), Map.of())).isInstanceOf(WhenceException.class);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void damagedFilesNeverEndInAnythingButAnErrorOrAnArray() throws IOException {
        Path good = folder.resolve("good");
        Map<String, Tensor> tensors =
                Map.of("a", Tensor.full(1, NdArray.Type.FLOAT32, 2, 2), "b", Tensor.full(1, NdArray.Type.BOOL, 3));
        Safetensors.write(good, tensors, Map.of("k", "v"));
        byte[] bytes = Files.readAllBytes(good);
        Path bad = folder.resolve("bad");
        Cases.check(400, draw -> {
            byte[] damaged =
                    java.util.Arrays.copyOf(bytes, draw.truth() ? bytes.length : draw.integer(0, bytes.length));
            for (int i = draw.size(0, 6); i > 0 && damaged.length > 0; i--) {
                damaged[draw.integer(0, damaged.length - 1)] = (byte) draw.bits();
            }
            Files.write(bad, damaged);
            try (Safetensors read = Safetensors.open(bad)) {
                for (Safetensors.Entry entry : read.entries()) {
                    if (entry.type().type() != null) {
                        assertThat(read.read(entry.name()).shape()).isEqualTo(entry.shape());
                    }
                }
            } catch (WhenceException e) {
                assertThat(e).hasMessageContaining("bad");
            }
        });
    }
}
