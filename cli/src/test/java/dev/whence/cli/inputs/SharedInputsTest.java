package dev.whence.cli.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.NdArray.Type;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The real files that the shared experiments use. */
@Tag("golden")
class SharedInputsTest {
    private static final String FOLDER = "fixtures/deeplift";

    @Test
    void theMnistTestSetIsRead() {
        for (Path file : Shared.list(FOLDER, "idx3-ubyte.gz")) {
            LoadedInput input = Inputs.load(
                    List.of(file),
                    new Declared("image", Type.FLOAT32, -1, 1, 28, 28),
                    InputOptions.DEFAULT.withRows(RowSelection.parse("0:100,9999")));
            assertThat(input.values().shape()).containsExactly(101, 1, 28, 28);
            assertThat(input.pictures()).hasSize(101);
            double largest = 0;
            for (double value : input.values().toDoubles()) {
                largest = Math.max(largest, value);
            }
            assertThat(largest).isEqualTo(1);
        }
        for (Path file : Shared.list(FOLDER, "idx1-ubyte.gz")) {
            LoadedInput labels =
                    Inputs.load(List.of(file), new Declared("label", Type.INT64, -1), InputOptions.DEFAULT);
            assertThat(labels.values().toLongs()).hasSize(10_000).startsWith(7, 2, 1, 0, 4, 1, 4, 9, 5, 9);
        }
        assumeTrue(!Shared.list(FOLDER, "-ubyte.gz").isEmpty(), "no idx file in the shared folder");
    }

    @Test
    void theSimulatedSequencesAreRead() {
        List<Path> files = Shared.list(FOLDER, ".simdata.gz");
        assumeTrue(!files.isEmpty(), "no simdata file in the shared folder");
        for (Path file : files) {
            LoadedInput input = Inputs.load(
                    List.of(file), new Declared("sequence", Type.FLOAT32, -1, 200, 4), InputOptions.DEFAULT);
            assertThat(input.examples()).isEqualTo(8000);
            assertThat(input.names().getFirst()).isEqualTo("empty_1732");
            double sum = 0;
            for (double value : input.values().toDoubles()) {
                sum += value;
            }
            assertThat(sum).isEqualTo(8000 * 200);
        }
    }
}
