package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowSelectionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3 | 3",
                "0:4 | 0 1 2 3",
                "8: | 8 9",
                ":2 | 0 1",
                "1,5,9 | 1 5 9",
                "9,0:2,9 | 9 0 1 9",
                ": | 0 1 2 3 4 5 6 7 8 9"
            })
    void rowsComeInTheOrderTheyAreWritten(String text, String expected) {
        StringBuilder found = new StringBuilder();
        for (int row : RowSelection.parse(text).rows("f.npy", 10)) {
            found.append(found.isEmpty() ? "" : " ").append(row);
        }
        assertThat(found).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "-1", "1,", "1-3", "1:2:3", "99999999999"})
    void anythingElseIsRefused(String text) {
        String part = text.contains(",") ? "" : text;
        refused(
                () -> RowSelection.parse(text),
                ErrorCode.USAGE,
                "Rows '" + text + "': '" + part
                        + "' is not a row; give numbers counted from 0 such as 3, 0:8 or 1,5,9.");
    }

    @Test
    void anEmptyRangeIsRefused() {
        refused(
                () -> RowSelection.parse("4:4"),
                ErrorCode.USAGE,
                "Rows '4:4': 4:4 is empty; the end must be greater than the start, and is not included.");
    }

    @Test
    void aRowBeyondTheEndIsRefusedWithTheNumberOfExamples() {
        refused(
                () -> RowSelection.parse("0,12").rows("cat.csv", 10),
                ErrorCode.INPUT_INVALID,
                "Row 12 is wanted, but cat.csv holds 10 examples, numbered from 0 to 9.");
        refused(
                () -> RowSelection.parse("8:11").rows("cat.csv", 10),
                ErrorCode.INPUT_INVALID,
                "Row 10 is wanted, but cat.csv holds 10 examples, numbered from 0 to 9.");
        refused(
                () -> RowSelection.parse("10:").rows("cat.csv", 10),
                ErrorCode.INPUT_INVALID,
                "Row 10 is wanted, but cat.csv holds 10 examples, numbered from 0 to 9.");
    }

    @Test
    void pickingRowsKeepsTheType() {
        NdArray bytes = NdArray.ofIntegers(NdArray.Type.UINT8, new long[] {1, 2, 3, 4, 5, 6}, 3, 2);
        NdArray picked = RowSelection.pick(bytes, new int[] {2, 0});
        assertThat(picked).isEqualTo(NdArray.ofIntegers(NdArray.Type.UINT8, new long[] {5, 6, 1, 2}, 2, 2));
        assertThat(RowSelection.pick(NdArray.of(new double[] {1, 2}, 2), new int[] {1}))
                .isEqualTo(NdArray.of(new double[] {2}, 1));
    }
}
