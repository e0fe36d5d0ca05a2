package dev.whence.quantize.pieces;

import dev.whence.core.NdArray;
import dev.whence.explain.Explainer;
import dev.whence.graph.Graph;
import dev.whence.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.stream.Stream;

/** The bytes of the program itself: another build may work a piece out in another way. */
final class ProgramCode {
    /** One class of every module that takes part. */
    private static final List<Class<?>> MODULES =
            List.of(NdArray.class, Tensor.class, Graph.class, Explainer.class, PieceCache.class);

    /** Over the jars or folders of classes, or only the version where they cannot be read; worked out once a process. */
    static final String CHECKSUM = checksum();

    private ProgramCode() {}

    private static String checksum() {
        Checksum sum = new Checksum();
        for (Class<?> one : MODULES) {
            sum.add(String.valueOf(one.getPackage().getImplementationVersion()));
            CodeSource source = one.getProtectionDomain().getCodeSource();
            if (source != null && source.getLocation() != null) {
                try {
                    add(sum, Path.of(source.getLocation().toURI()));
                } catch (IOException | URISyntaxException | RuntimeException e) {
                    sum.add("not read");
                }
            }
        }
        return sum.end();
    }

    private static void add(Checksum sum, Path place) throws IOException {
        try (Stream<Path> files = Files.walk(place)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                sum.add(place.relativize(file).toString()).add(Files.readAllBytes(file));
            }
        }
    }
}
