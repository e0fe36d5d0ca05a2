package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.whence.testkit.Cases;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttributionCsvTest {
    @TempDir
    private Path folder;

    @Test
    void aTableHasOneRowForEveryElement() {
        Attribution a = Attributions.of(
                new double[] {3, 1},
                new double[] {0, 0.5},
                new double[] {0, Double.NaN},
                new Units("table", NdArray.of(new float[] {1, 2, 0.1f, -0.5f}, 2, 2), List.of("age", "height, cm")),
                Units.of("bias", NdArray.of(new double[] {0, 1e-20}, 2)));
        Path file = folder.resolve("a.csv");
        AttributionCsv.write(file, a);
        assertThat(file).hasContent("""
                        example,input,axis1,label,score,target,reference,delta
                        0,table,0,age,1.0,3.0,0.0,0.0
                        0,table,1,"height, cm",2.0,3.0,0.0,0.0
                        0,bias,,,0.0,3.0,0.0,0.0
                        1,table,0,age,0.1,1.0,0.5,NaN
                        1,table,1,"height, cm",-0.5,1.0,0.5,NaN
                        1,bias,,,1.0E-20,1.0,0.5,NaN
                        """);
    }

    @Test
    void everyReferenceHasAColumnForItsDelta() {
        Attribution one = Attributions.of(
                new double[] {3, 1},
                new double[] {0, 0.5},
                new double[] {0, 0},
                Units.of("x", NdArray.of(new double[] {3, 0.5}, 2)));
        Attribution a = Attributions.withDeltas(one, List.of(new double[] {1, 2}, new double[] {-1, -2}));
        Path file = folder.resolve("a.csv");
        AttributionCsv.write(file, a);
        assertThat(file).hasContent("""
                        example,input,label,score,target,reference,delta,delta1,delta2
                        0,x,,3.0,3.0,0.0,0.0,1.0,-1.0
                        1,x,,0.5,1.0,0.5,0.0,2.0,-2.0
                        """);
    }

    @Test
    void anyTableReadsBackElementByElement() {
        Cases.check(60, draw -> {
            Attribution a = Attributions.any(draw);
            List<NamedCsvRecord> rows =
                    CsvReader.builder().ofNamedCsvRecord(text(a)).stream().toList();
            int at = 0;
            for (int example = 0; example < a.examples(); example++) {
                for (Units units : a.units()) {
                    int size = units.scores().size() / a.examples();
                    for (int i = 0; i < size; i++) {
                        NamedCsvRecord row = rows.get(at++);
                        assertThat(row.getField("example")).isEqualTo(Integer.toString(example));
                        assertThat(row.getField("input")).isEqualTo(units.name());
                        double score = units.scores().getDouble(example * size + i);
                        assertThat((Double) read(
                                        row.getField("score"), units.scores().type()))
                                .isEqualTo((Double) score);
                        assertThat((Double) Double.parseDouble(row.getField("delta")))
                                .isEqualTo((Double) a.delta()[example]);
                    }
                }
            }
            assertThat(rows).hasSize(at);
        });
    }

    @Test
    void anEmptyBatchIsAHeader() throws IOException {
        Attribution a = Attributions.of(new double[0], new double[0], new double[0]);
        List<CsvRecord> rows = CsvReader.builder().ofCsvRecord(text(a)).stream().toList();
        assertThat(rows).hasSize(1);
    }

    private static double read(String score, NdArray.Type type) {
        return type.isFloating() && type != NdArray.Type.FLOAT64 ? Float.parseFloat(score) : Double.parseDouble(score);
    }

    private static String text(Attribution a) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AttributionCsv.write(out, a);
        return out.toString(StandardCharsets.UTF_8);
    }
}
