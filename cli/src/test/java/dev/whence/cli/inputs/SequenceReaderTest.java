package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.file;
import static dev.whence.cli.inputs.Refusals.packed;
import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SequenceReaderTest {
    private static final String TWO = ">one first record\nACGT\nnn\n\n>two\r\nttgg\r\nCA\r\n";
    private static final float[] ONE_HOT = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};

    @TempDir
    Path folder;

    private static LoadedInput load(Path file, long... shape) {
        return Inputs.load(List.of(file), new Declared("sequence", Type.FLOAT32, shape), InputOptions.DEFAULT);
    }

    @Test
    void fastaBecomesOneHotColumns() {
        LoadedInput input = load(file(folder, "a.fa", TWO), -1, 6, 4);
        assertThat(input.kind()).isEqualTo(InputKind.SEQUENCE);
        assertThat(input.values().shape()).containsExactly(2, 6, 4);
        assertThat(input.values().rows(0, 1).toFloats()).containsExactly(ONE_HOT);
        assertThat(input.names()).containsExactly("one", "two");
        assertThat(input.sequences()).containsExactly("ACGTnn", "ttggCA");
        assertThat(input.labels()).containsExactly("A", "C", "G", "T");
        assertThat(input.channelAxis()).isEqualTo(2);
    }

    @Test
    void channelsComeFirstWhereTheModelWantsThem() {
        LoadedInput input = load(file(folder, "a.fa", TWO), -1, 4, 6);
        assertThat(input.values().shape()).containsExactly(2, 4, 6);
        assertThat(input.channelAxis()).isEqualTo(1);
        for (int position = 0; position < 6; position++) {
            for (int channel = 0; channel < 4; channel++) {
                assertThat(input.values().getDouble(channel * 6 + position)).isEqualTo(ONE_HOT[position * 4 + channel]);
            }
        }
    }

    @Test
    void axesOfOneAreLaidAsTheModelWantsThem() {
        Path file = file(folder, "a.fa", TWO);
        assertThat(load(file, -1, 1, 6, 4).values().shape()).containsExactly(2, 1, 6, 4);
        assertThat(load(file, -1, 4, 1, 6).values().shape()).containsExactly(2, 4, 1, 6);
        assertThat(load(file, -1, 4, 1, 6).channelAxis()).isEqualTo(1);
        assertThat(load(file, -1, -1, -1).values().shape()).containsExactly(2, 6, 4);
        assertThat(load(file, -1, 4, -1).values().shape()).containsExactly(2, 4, 6);
    }

    @Test
    void packedFastaAndChosenRecordsAreRead() {
        Path file = packed(folder, "a.fa.gz", TWO.getBytes(StandardCharsets.UTF_8));
        LoadedInput input = Inputs.load(
                List.of(file),
                new Declared("sequence", Type.FLOAT32, -1, 6, 4),
                InputOptions.DEFAULT.withRows(RowSelection.parse("1")));
        assertThat(input.names()).containsExactly("two");
        assertThat(input.values().shape()).containsExactly(1, 6, 4);
    }

    @Test
    void simdataIsRead() {
        String text = "seqName\tsequence\tembeddings\ttask1\nsyn_0\tACGT\tpos-1_GATA-CG\t1\nsyn_1\tNNNN\t\t0\n";
        LoadedInput input = load(packed(folder, "s.simdata.gz", text.getBytes(StandardCharsets.UTF_8)), -1, -1, 4);
        assertThat(input.names()).containsExactly("syn_0", "syn_1");
        assertThat(input.sequences()).containsExactly("ACGT", "NNNN");
        assertThat(input.values().rows(1, 2).toFloats()).containsOnly(0);
    }

    @Test
    void aWrongLetterIsRefusedWithRecordAndColumn() {
        Path fasta = file(folder, "bad.fa", ">one\nACGT\n>two\nACGT\nACXT\n");
        refused(
                () -> load(fasta, -1, 8, 4),
                ErrorCode.INPUT_INVALID,
                fasta + ": record 2 'two', column 7: the letter 'X' found; A, C, G, T and N are possible.");
        Path simdata = file(folder, "bad.simdata", "seqName\tsequence\tembeddings\na\tACU\t\n");
        refused(
                () -> load(simdata, -1, 3, 4),
                ErrorCode.INPUT_INVALID,
                simdata + ": record 1 'a', column 3: the letter 'U' found; A, C, G, T and N are possible.");
    }

    @Test
    void unequalLengthsAreRefused() {
        Path fasta = file(folder, "bad.fa", ">one\nACGT\n>two\nACG\n");
        refused(
                () -> load(fasta, -1, 4, 4),
                ErrorCode.INPUT_INVALID,
                fasta + ": all sequences must have one length; 'one' has 4 letters, 'two' has 3.");
    }

    @Test
    void aLengthThatTheModelDoesNotTakeIsRefused() {
        Path fasta = file(folder, "a.fa", TWO);
        refused(
                () -> load(fasta, -1, 200, 4),
                ErrorCode.SHAPE_MISMATCH,
                fasta + ": sequences of 6 letters give shape [N, 6, 4] or [N, 4, 6]; [N, 200, 4] wanted by input"
                        + " 'sequence'.");
    }

    @Test
    void filesWithoutSequencesAreRefused() {
        Path letters = file(folder, "a.fasta", "ACGT\n");
        refused(
                () -> load(letters, -1, 4, 4),
                ErrorCode.INPUT_INVALID,
                letters + ": line 1 holds letters before the first record; one starts with '>'.");
        Path empty = file(folder, "b.fa", "");
        refused(
                () -> load(empty, -1, 4, 4),
                ErrorCode.INPUT_INVALID,
                empty + ": holds no sequence; a FASTA record starts with '>'.");
        Path nothing = file(folder, "c.fa", ">one\n>two\nACGT\n");
        refused(() -> load(nothing, -1, 4, 4), ErrorCode.INPUT_INVALID, nothing + ": record 1 'one' holds no letters.");
        Path header = file(folder, "d.simdata", "name\tletters\n");
        refused(
                () -> load(header, -1, 4, 4),
                ErrorCode.INPUT_INVALID,
                header + ": the first line must name the columns 'seqName' and 'sequence', between tabs.");
        Path columns = file(folder, "e.simdata", "seqName\tsequence\nabc\n");
        refused(
                () -> load(columns, -1, 4, 4),
                ErrorCode.INPUT_INVALID,
                columns + ": line 2 has 1 columns; 2 are wanted, between tabs.");
        Path only = file(folder, "f.simdata", "seqName\tsequence\n");
        refused(() -> load(only, -1, 4, 4), ErrorCode.INPUT_INVALID, only + ": holds a header but no sequence.");
    }

    @Test
    void whatUnpacksToTooMuchIsRefused() {
        byte[] bomb = new byte[20_000_000];
        Arrays.fill(bomb, (byte) 'A');
        bomb[0] = '>';
        bomb[1] = '\n';
        Path file = packed(folder, "bomb.fa.gz", bomb);
        Declared declared = new Declared("sequence", Type.FLOAT32, -1, -1, 4);
        refused(
                () -> Inputs.load(List.of(file), declared, InputOptions.DEFAULT),
                ErrorCode.INPUT_INVALID,
                file + ": line 2 is longer than 16777216 letters.");
        InputOptions tight = InputOptions.DEFAULT.withLimits(new InputLimits(1 << 28, 1 << 20, 1 << 20));
        refused(
                () -> Inputs.load(List.of(file), declared, tight),
                ErrorCode.INPUT_INVALID,
                file + ": holds more than 1048576 bytes, which is the limit.");
        Path many = file(folder, "many.fa", TWO);
        InputOptions few = InputOptions.DEFAULT.withLimits(new InputLimits(16, 1 << 20, 1 << 20));
        refused(
                () -> Inputs.load(List.of(many), declared, few),
                ErrorCode.INPUT_INVALID,
                many + ": more than the 4 letters that are allowed.");
    }
}
