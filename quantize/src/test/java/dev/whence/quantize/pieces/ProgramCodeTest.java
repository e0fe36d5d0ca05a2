package dev.whence.quantize.pieces;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramCodeTest {
    @Test
    void the_same_files_have_the_same_checksum() {
        assertThat(ProgramCode.WHENCE.checksum()).hasSize(64).isEqualTo(ProgramCode.WHENCE.checksum());
    }

    @Test
    void other_files_have_another_checksum() {
        assertThat(new ProgramCode(List.of(ProgramCodeTest.class)).checksum())
                .isNotNull()
                .isNotEqualTo(new ProgramCode(List.of(PieceCache.class)).checksum());
    }

    @Test
    void a_class_without_a_place_leaves_the_program_unknown() {
        assertThat(new ProgramCode(List.of(PieceCache.class, String.class)).checksum())
                .isNull();
    }
}
