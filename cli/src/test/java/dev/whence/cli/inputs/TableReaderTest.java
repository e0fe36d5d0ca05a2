package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.file;
import static dev.whence.cli.inputs.Refusals.packed;
import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.NdArray.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableReaderTest {
    private static final Declared ANY = new Declared("features", Type.FLOAT32, -1, -1);

    @TempDir
    Path folder;

    private static LoadedInput load(Path file, InputOptions options) {
        return Inputs.load(List.of(file), ANY, options);
    }

    private static LoadedInput load(Path file) {
        return load(file, InputOptions.DEFAULT);
    }

    @Test
    void numericColumnsAreTakenAndTextIsLeftOut() {
        LoadedInput input = load(file(folder, "t.csv", "age,city,weight\n41,Bonn,70.5\n7,\"Köln, alt\",-1e1\n"));
        assertThat(input.kind()).isEqualTo(InputKind.TABLE);
        assertThat(input.values()).isEqualTo(NdArray.of(new float[] {41, 70.5f, 7, -10}, 2, 2));
        assertThat(input.labels()).containsExactly("age", "weight");
        assertThat(input.notices())
                .containsExactly(folder.resolve("t.csv") + ": columns without numbers left out: city.");
    }

    @Test
    void quotedFieldsAndABomAndAnUnnamedFirstColumnAreUnderstood() {
        LoadedInput input =
                load(file(folder, "t.csv", "\uFEFF,\"a \"\"x\"\"\",b\r\nfirst,\"1\",2\r\nsecond,3,\" 4\"\r\n"));
        assertThat(input.labels()).containsExactly("a \"x\"", "b");
        assertThat(input.names()).containsExactly("first", "second");
        assertThat(input.values().toFloats()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void semicolonsAndTabsSeparateToo() {
        assertThat(load(file(folder, "t.csv", "a;b\n1;2\n")).values().toFloats())
                .containsExactly(1, 2);
        assertThat(load(file(folder, "t.tsv", "a\tb\n1\t2\n")).values().toFloats())
                .containsExactly(1, 2);
        assertThat(load(packed(folder, "t.csv.gz", "a\n5\n".getBytes(StandardCharsets.UTF_8)))
                        .values()
                        .toFloats())
                .containsExactly(5);
    }

    @Test
    void columnsAreChosenSkippedAndNamed() {
        Path file = file(folder, "t.csv", "id,a,b,label\nx1,1,2,0\nx2,3,4,1\n");
        InputOptions chosen =
                InputOptions.DEFAULT.withColumns(List.of("b", "a")).withNameColumn("id");
        assertThat(load(file, chosen).values().toFloats()).containsExactly(2, 1, 4, 3);
        assertThat(load(file, chosen).names()).containsExactly("x1", "x2");
        InputOptions skipped = InputOptions.DEFAULT.withSkip(List.of("label"));
        assertThat(load(file, skipped).labels()).containsExactly("a", "b");
        InputOptions second = InputOptions.DEFAULT.withRows(RowSelection.parse("1"));
        assertThat(load(file, second).values().toFloats()).containsExactly(3, 4, 1);
    }

    @Test
    void aTableWithoutAHeaderIsReadWhenThatIsSaid() {
        Path file = file(folder, "t.csv", "1,2\n3,4\n");
        LoadedInput input = load(file, InputOptions.DEFAULT.withHeader(false));
        assertThat(input.values().toFloats()).containsExactly(1, 2, 3, 4);
        assertThat(input.labels()).containsExactly("column 1", "column 2");
        refused(
                () -> load(file),
                ErrorCode.INPUT_INVALID,
                file + ": the first line must name the columns, but all its 2 fields are numbers; say --no-header if"
                        + " the table has no header.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a,b\\n1,2\\n3,abc | line 3, column 'b': 'abc' is not a number",
                "a,b\\n?,2\\n3,4 | line 2, column 'a': '?' is not a number",
                "a,b\\n1,2\\n3, | line 3, column 'b': the field is empty",
                "a,b\\nNaN,2\\n3,4 | line 2, column 'a': 'NaN' is not finite",
                "a,b\\n1,2\\n3,-inf | line 3, column 'b': '-inf' is not finite",
                "a,b\\n1,2\\n3,1e999 | line 3, column 'b': '1e999' is not finite",
                "a,b\\n1,2\\n3,0x1p3 | line 3, column 'b': '0x1p3' is not a number",
                "a,b\\n1,2\\n3,1f | line 3, column 'b': '1f' is not a number",
                "a;b\\n1,5;2 | line 2, column 'a': '1,5' is not a number",
                "a,b\\n1,2\\n\\n3,4,5 | line 4 has 3 fields; the header has 2",
                "a,b\\n1 | line 2 has 1 fields; the header has 2",
                "a,a\\n1,2 | the column 'a' stands twice in the header",
                "a,b | the table has a header but no row",
                "a,b\\nx,y | no column holds numbers"
            })
    void whatIsNoNumberIsRefusedWithItsLineAndColumn(String text, String reason) {
        Path file = file(folder, "t.csv", text.strip().replace("\\n", "\n"));
        if (reason.contains("'1,5'")) {
            refused(
                    () -> load(file, InputOptions.DEFAULT.withColumns(List.of("a"))),
                    ErrorCode.INPUT_INVALID,
                    file + ": " + reason + ".");
        } else {
            refused(() -> load(file), ErrorCode.INPUT_INVALID, file + ": " + reason + ".");
        }
    }

    @Test
    void lineNumbersCountLinesWithinQuotes() {
        Path file = file(folder, "t.csv", "a,note\n1,\"two\nlines\"\nx,b\n");
        refused(() -> load(file), ErrorCode.INPUT_INVALID, file + ": line 4, column 'a': 'x' is not a number.");
    }

    @Test
    void anUnknownColumnIsRefusedWithThoseThatThereAre() {
        Path file = file(folder, "t.csv", "a,b\n1,2\n");
        String message = file + ": there is no column 'c'; there are a, b.";
        refused(() -> load(file, InputOptions.DEFAULT.withColumns(List.of("c"))), ErrorCode.INPUT_INVALID, message);
        refused(() -> load(file, InputOptions.DEFAULT.withNameColumn("c")), ErrorCode.INPUT_INVALID, message);
    }

    @Test
    void aColumnToLeaveOutThatIsNotThereIsTold() {
        Path file = file(folder, "t.csv", "a,b\n1,2\n");
        assertThat(load(file, InputOptions.DEFAULT.withSkip(List.of("label"))).notices())
                .containsExactly(file + ": there is no column 'label' to leave out.");
    }

    @Test
    void aTextColumnThatIsAskedForIsRefused() {
        Path file = file(folder, "t.csv", "a,b\n1,x\n");
        refused(
                () -> load(file, InputOptions.DEFAULT.withColumns(List.of("b"))),
                ErrorCode.INPUT_INVALID,
                file + ": line 2, column 'b': 'x' is not a number.");
    }

    @Test
    void anEmptyTableAndAnOpenQuoteAreRefused() {
        Path empty = file(folder, "e.csv", "");
        refused(
                () -> load(empty),
                ErrorCode.INPUT_INVALID,
                empty + ": the table is empty; a header and at least one row are wanted.");
        Path open = file(folder, "o.csv", "a,b\n1,\"2\n");
        assertThat(catchThrowable(() -> load(open))).hasMessageStartingWith(open + ": this is not a CSV table: ");
    }

    @Test
    void tooManyNumbersAreRefused() {
        Path file = file(folder, "t.csv", "a,b\n1,2\n3,4\n");
        InputOptions tight = InputOptions.DEFAULT.withLimits(new InputLimits(3, 1, 1 << 20));
        refused(() -> load(file, tight), ErrorCode.INPUT_INVALID, file + ": more than the 3 numbers allowed.");
        InputOptions tighter = InputOptions.DEFAULT.withLimits(new InputLimits(100, 1, 5));
        refused(
                () -> load(file, tighter),
                ErrorCode.INPUT_INVALID,
                file + ": holds more than 5 bytes, which is the limit.");
    }

    @Test
    void aWrongNumberOfColumnsNamesTheColumns() {
        Path file = file(folder, "t.csv", "a,b,label\n1,2,0\n");
        refused(
                () -> Inputs.load(List.of(file), new Declared("x", Type.FLOAT32, -1, 2), InputOptions.DEFAULT),
                ErrorCode.SHAPE_MISMATCH,
                file + ": shape [1, 3] found, [N, 2] wanted by input 'x' (axis 1: 3 found, 2 wanted). The columns taken"
                        + " are a, b, label; choose with --columns or --skip.");
    }
}
