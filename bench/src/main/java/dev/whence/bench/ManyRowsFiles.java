package dev.whence.bench;

import dev.whence.core.FinishedFile;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.onnx.OnnxExport;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes what {@code bench/many-rows} explains: a network as an ONNX file and a number of random examples as an npy file.
 *
 * <p>Arguments: {@code genomics} or {@code resnet18}, the number of examples, the two files.
 */
public final class ManyRowsFiles {
    private ManyRowsFiles() {}

    /** Writes both files. */
    public static void main(String[] args) {
        BenchNetworks.Subject subject = switch (args[0].toLowerCase(Locale.ROOT)) {
            case "genomics" -> BenchNetworks.genomics();
            case "resnet18" -> BenchNetworks.resnet18();
            default -> throw new IllegalArgumentException("there is no network '" + args[0] + "'");
        };
        int rows = Integer.parseInt(args[1]);
        OnnxExport.write(Path.of(args[2]), subject.graph());
        FinishedFile.write(Path.of(args[3]), out -> {
            NdArray one = subject.batch(1, 0);
            long[] shape = one.shape();
            shape[0] = rows;
            Npy.writeHeader(out, one.type(), shape);
            for (int row = 0; row < rows; row++) {
                Npy.writeElements(out, subject.batch(1, row));
            }
        });
    }
}
