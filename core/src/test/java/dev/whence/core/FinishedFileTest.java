package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinishedFileTest {
    @TempDir
    private Path folder;

    @Test
    void writesWhatItIsGiven() {
        Path target = folder.resolve("a.txt");
        FinishedFile.writeText(target, "grüße");
        assertThat(target).hasContent("grüße");
        assertThat(names()).containsExactly("a.txt");
    }

    @Test
    void replacesAnOlderFile() {
        Path target = folder.resolve("a.txt");
        FinishedFile.writeText(target, "old and longer");
        FinishedFile.writeText(target, "new");
        assertThat(target).hasContent("new");
        assertThat(names()).containsExactly("a.txt");
    }

    @Test
    void leavesNothingBehindWhenTheContentFails() {
        Path target = folder.resolve("a.txt");
        assertThatThrownBy(() -> FinishedFile.write(target, out -> {
                    out.write(1);
                    throw new WhenceException(ErrorCode.CANCELLED, "enough");
                }))
                .hasMessage("enough");
        assertThat(names()).isEmpty();
    }

    @Test
    void keepsTheOlderFileWhenTheDiskFails() {
        Path target = folder.resolve("a.txt");
        FinishedFile.writeText(target, "old");
        assertThatThrownBy(() -> FinishedFile.write(target, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("disk full");
                }))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNWRITABLE))
                .hasMessage("Cannot write '" + target + "': disk full.");
        assertThat(target).hasContent("old");
        assertThat(names()).containsExactly("a.txt");
    }

    @Test
    void namesAMissingFolder() {
        Path target = folder.resolve("missing/a.txt");
        assertThatThrownBy(() -> FinishedFile.writeText(target, "x"))
                .hasMessage("Cannot write '" + target + "': its folder '" + target.getParent() + "' does not exist.");
    }

    @Test
    void refusesAFolderAsTarget() {
        assertThatThrownBy(() -> FinishedFile.writeText(folder, "x")).hasMessageContaining("it is a folder");
    }

    @Test
    void followsALink() throws IOException {
        Path real = folder.resolve("real.txt");
        Path link = folder.resolve("link.txt");
        FinishedFile.writeText(real, "old");
        Files.createSymbolicLink(link, real);
        FinishedFile.writeText(link, "new");
        assertThat(real).hasContent("new");
        assertThat(Files.isSymbolicLink(link)).isTrue();
    }

    @Test
    void givesFilesTheUsualPermissions() throws IOException {
        Path plain = Files.createFile(folder.resolve("plain"));
        Path target = folder.resolve("a.txt");
        FinishedFile.writeText(target, "x");
        assertThat(Files.getPosixFilePermissions(target)).isEqualTo(Files.getPosixFilePermissions(plain));
    }

    @Test
    void twoWritersOfOneTargetDoNotMix() {
        Path target = folder.resolve("a.txt");
        FinishedFile.write(target, out -> {
            FinishedFile.writeText(target, "inner");
            out.write("outer".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        });
        assertThat(target).hasContent("outer");
        assertThat(names()).containsExactly("a.txt");
    }

    private List<String> names() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
