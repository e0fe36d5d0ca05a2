package dev.whence.cli;

import dev.whence.core.Attribution;
import dev.whence.core.AttributionCsv;
import dev.whence.core.AttributionJson;
import dev.whence.core.ErrorCode;
import dev.whence.core.FinishedFile;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.Npz;
import dev.whence.core.Units;
import dev.whence.core.WhenceException;
import dev.whence.report.AttributionPage;
import dev.whence.report.AttributionPicture;
import dev.whence.report.Example;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes an attribution into files of every kind. */
final class AttributionFiles {
    private static final double SCALE = 2;

    private AttributionFiles() {}

    /** Refuses an npy file for scores of several inputs. */
    static void requireOneArray(ResultFiles files, List<String> attributed) {
        Path npy = files.first(ResultFiles.Kind.NPY);
        if (npy != null && attributed.size() > 1) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Cannot write '" + npy + "': an npy file holds one array, but " + attributed.size()
                            + " inputs are attributed to (" + String.join(", ", attributed)
                            + "); write an .npz file instead.");
        }
    }

    /**
     * Writes all files.
     *
     * @param examples what the first examples look like
     */
    static void write(ResultFiles files, Attribution attribution, String title, List<Example> examples) {
        for (ResultFiles.Entry entry : files.entries()) {
            Path path = entry.path();
            switch (entry.kind()) {
                case JSON -> AttributionJson.write(path, attribution);
                case CSV -> AttributionCsv.write(path, attribution);
                case NPY -> Npy.write(path, attribution.units().getFirst().scores());
                case NPZ -> Npz.write(path, arrays(attribution));
                case HTML ->
                    AttributionPage.of(title, attribution, fitting(attribution, examples))
                            .page()
                            .write(path);
                case SVG ->
                    FinishedFile.writeText(
                            path,
                            AttributionPicture.of(attribution, fitting(attribution, examples))
                                    .svg());
                case PNG ->
                    FinishedFile.write(
                            path,
                            out -> out.write(AttributionPicture.of(attribution, fitting(attribution, examples))
                                    .png(SCALE)));
            }
        }
    }

    private static List<Example> fitting(Attribution attribution, List<Example> examples) {
        return examples.subList(0, Math.min(examples.size(), attribution.examples()));
    }

    private static Map<String, NdArray> arrays(Attribution attribution) {
        Map<String, NdArray> arrays = new LinkedHashMap<>();
        for (Units units : attribution.units()) {
            arrays.put(units.name(), units.scores());
        }
        return arrays;
    }
}
