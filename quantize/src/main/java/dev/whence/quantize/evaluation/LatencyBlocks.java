package dev.whence.quantize.evaluation;

import dev.whence.report.Block;
import dev.whence.report.Chart;
import dev.whence.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a page says of a {@link Latency}. */
final class LatencyBlocks {
    private LatencyBlocks() {}

    static List<Block> of(Latency latency) {
        List<Block> blocks = new ArrayList<>();
        latency.warnings().forEach(warning -> blocks.add(Block.note(warning)));
        Latency.Settings settings = latency.settings();
        blocks.add(Block.paragraph(String.format(
                Locale.ROOT,
                "%s on this machine, %d thread%s, %d example%s a run; medians of %d runs in turns after %d to warm up.",
                latency.runtime(),
                settings.threads(),
                settings.threads() == 1 ? "" : "s",
                latency.batch(),
                latency.batch() == 1 ? "" : "s",
                settings.runs(),
                settings.warmUps())));
        Table table = Table.of("", "File", "Size, MB", "Median, ms", "Lower quartile, ms", "Upper quartile, ms");
        for (Latency.Timing timing : List.of(latency.original(), latency.quantized())) {
            List<Table.Cell> row = new ArrayList<>();
            row.add(Table.Cell.text(timing.file()));
            row.add(Table.Cell.number(timing.bytes() / 1e6));
            for (double share : new double[] {0.5, 0.25, 0.75}) {
                row.add(
                        timing.milliseconds().isEmpty()
                                ? Table.Cell.text("–")
                                : Table.Cell.number(timing.quantile(share).orElse(0)));
            }
            table.row(row);
        }
        blocks.add(table);
        latency.ratio().ifPresent(ratio -> blocks.add(chart(latency, ratio)));
        return blocks;
    }

    private static Chart chart(Latency latency, double ratio) {
        double size = (double) latency.quantized().bytes()
                / Math.max(1, latency.original().bytes());
        return Chart.bars(
                "Size of the file and time of a run, with the original as 1",
                "",
                List.of("size", "time"),
                List.of(
                        new Chart.Series("original", new double[] {1, 1}),
                        new Chart.Series("quantized", new double[] {size, ratio})));
    }
}
