package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.testkit.Cases;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpzTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadInOrder() {
        Cases.check(40, draw -> {
            Map<String, NdArray> arrays = new LinkedHashMap<>();
            for (int i = draw.integer(0, 5); i > 0; i--) {
                NdArray array = RandomArrays.any(draw);
                if (array.type() != NdArray.Type.BFLOAT16) {
                    arrays.put("array " + draw.integer(0, 1000) + "/é", array);
                }
            }
            Path file = folder.resolve("a.npz");
            Npz.write(file, arrays);
            assertThat(Npz.read(file)).containsExactlyEntriesOf(arrays);
        });
    }

    @Test
    void theSameArraysGiveTheSameBytes() throws IOException {
        Map<String, NdArray> arrays = Map.of("x", NdArray.of(new float[] {1, 2}, 2));
        Path first = folder.resolve("1.npz");
        Path second = folder.resolve("2.npz");
        Npz.write(first, arrays);
        Npz.write(second, arrays);
        assertThat(Files.readAllBytes(first)).isEqualTo(Files.readAllBytes(second));
    }

    @Test
    void aZipBombIsRefusedBeforeItIsUnpacked() throws IOException {
        Path file = folder.resolve("bomb.npz");
        write(file, Map.of("a.npy", zeros(3_000_000), "b.npy", zeros(3_000_000)));
        assertThat(Files.size(file)).isLessThan(20_000);
        assertThatThrownBy(() -> Npz.read(file, new Npz.Limits(10, 4L << 20)))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID))
                .hasMessage("Cannot use '" + file + "': it unpacks to more than 4 MiB, expected at most that.");
        assertThat(Npz.read(file)).hasSize(2);
    }

    @Test
    void tooManyEntriesAreRefused() throws IOException {
        Path file = folder.resolve("many.npz");
        write(file, Map.of("a.npy", zeros(1), "b.npy", zeros(1), "c.npy", zeros(1)));
        assertThatThrownBy(() -> Npz.read(file, new Npz.Limits(2, 1 << 20)))
                .hasMessageContaining("it has 3 entries, expected at most 2");
    }

    @Test
    void anEntryThatClaimsToBeLargerThanItCanBeIsRefused() throws IOException {
        Path file = folder.resolve("liar.npz");
        write(file, Map.of("a.npy", zeros(1000)));
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 28 < bytes.length; i++) {
            if (zip.getInt(i) == 0x02014b50) {
                zip.putInt(i + 24, 1_500_000_000);
            }
        }
        Files.write(file, bytes);
        assertThatThrownBy(() -> Npz.read(file)).hasMessageContaining("which is not possible");
    }

    @Test
    void anEntryWhoseClaimDisagreesWithItsHeaderIsRefused() throws IOException {
        Path file = folder.resolve("claim.npz");
        byte[] npy = NpyTest.file("{'descr': '<f8', 'fortran_order': False, 'shape': (100000000,)}", new byte[80]);
        write(file, Map.of("a.npy", npy));
        assertThatThrownBy(() -> Npz.read(file))
                .hasMessage(
                        "Cannot read '" + file + " [a]': FLOAT64 [100000000] needs 800000000 bytes of data, found 80.");
    }

    @ParameterizedTest
    @CsvSource({
        "../../etc/passwd.npy, etc/passwd",
        "/etc/x.npy, etc/x",
        "a\\..\\b.npy, a/b",
        "plain.npy, plain",
        "layer/0/weight.npy, layer/0/weight"
    })
    void namesCannotLeadOutOfAFolder(String entry, String name) throws IOException {
        Path file = folder.resolve("names.npz");
        write(file, Map.of(entry, zeros(2)));
        assertThat(Npz.read(file)).containsOnlyKeys(name);
    }

    @Test
    void namesThatAreTheSameAfterCleaningAreRefused() throws IOException {
        Path file = folder.resolve("twice.npz");
        write(file, Map.of("../a.npy", zeros(1), "a.npy", zeros(1)));
        assertThatThrownBy(() -> Npz.read(file)).hasMessageContaining("two arrays named 'a'");
    }

    @Test
    void entriesThatAreNoArraysAreRefused() throws IOException {
        Path file = folder.resolve("other.npz");
        write(file, Map.of("readme.txt", new byte[3]));
        assertThatThrownBy(() -> Npz.read(file)).hasMessageContaining("its entry 'readme.txt' is not an array");
    }

    @Test
    void filesThatAreNoArchivesAreRefused() throws IOException {
        Path file = folder.resolve("text.npz");
        Files.writeString(file, "hello");
        assertThatThrownBy(() -> Npz.read(file))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_UNREADABLE))
                .hasMessageContaining("not a sound npz (zip) archive");
        assertThatThrownBy(() -> Npz.read(folder.resolve("none.npz"))).hasMessageContaining("there is no such file");
    }

    @Test
    void anyDamageGivesArraysOrAWhenceException() throws IOException {
        Path whole = folder.resolve("whole.npz");
        Npz.write(whole, Map.of("x", NdArray.of(new float[] {1, 2, 3}, 3)));
        byte[] bytes = Files.readAllBytes(whole);
        Cases.check(500, draw -> {
            byte[] damaged = draw.integer(0, 3) == 0
                    ? java.util.Arrays.copyOf(bytes, draw.integer(0, bytes.length))
                    : bytes.clone();
            for (int i = draw.integer(1, 4); i > 0 && damaged.length > 0; i--) {
                damaged[draw.integer(0, damaged.length - 1)] = (byte) draw.bits();
            }
            Path file = folder.resolve("damaged.npz");
            Files.write(file, damaged);
            try {
                Npz.read(file);
            } catch (WhenceException e) {
                assertThat(e).hasMessageContaining("damaged.npz");
            }
        });
    }

    private static byte[] zeros(int size) {
        return NpyTest.file("{'descr': '|u1', 'fortran_order': False, 'shape': (" + size + ",)}", new byte[size]);
    }

    private static void write(Path file, Map<String, byte[]> entries) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
    }
}
