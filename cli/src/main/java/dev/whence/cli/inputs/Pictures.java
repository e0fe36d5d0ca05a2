package dev.whence.cli.inputs;

import dev.whence.core.NdArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects the pictures of one input, from files or from an idx file, and hands them to {@link ImageInput}. */
final class Pictures {
    private static final int NAMES_SHOWN = 3;

    private Pictures() {}

    /** Reads the chosen ones of several picture files, one after the other. */
    static LoadedInput fromFiles(List<Path> files, Declared wanted, InputOptions options) throws IOException {
        String source = source(files);
        List<Path> taken = new ArrayList<>();
        for (int row : options.rows().rows(source, files.size())) {
            taken.add(files.get(row));
        }
        List<String> notices = new ArrayList<>();
        List<String> names = taken.stream().map(Path::toString).toList();
        Pixels first = PictureReader.read(taken.getFirst(), options.limits(), notices);
        ImageInput input = input(source, names, wanted, options, first.channels(), notices);
        List<Pixels> prepared = new ArrayList<>();
        prepared.add(input.prepared(names.getFirst(), first));
        for (int i = 1; i < taken.size(); i++) {
            prepared.add(input.prepared(names.get(i), PictureReader.read(taken.get(i), options.limits(), notices)));
        }
        return input.load(prepared, notices);
    }

    /** Takes gray pictures from bytes {@code [N, H, W]}. */
    static LoadedInput fromIdx(Path file, NdArray bytes, Declared wanted, InputOptions options) {
        List<String> notices = new ArrayList<>();
        int count = (int) bytes.dimension(0);
        int height = (int) bytes.dimension(1);
        int width = (int) bytes.dimension(2);
        ImageInput input = input(file.toString(), List.of(), wanted, options, 1, notices);
        List<Pixels> prepared = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            byte[] pixels = new byte[height * width];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) bytes.getLong(n * pixels.length + i);
            }
            prepared.add(input.prepared(file.toString(), new Pixels(height, width, 1, pixels)));
        }
        return input.load(prepared, notices);
    }

    private static ImageInput input(
            String source,
            List<String> names,
            Declared wanted,
            InputOptions options,
            int channels,
            List<String> notices) {
        ImagePreparation preparation = options.image();
        if (preparation == null) {
            preparation = ImagePreparation.DEFAULT;
            if (wanted.type().isFloating()) {
                notices.add(source + ": pixels divided by 255, since nothing else is said; --image PRESET or a"
                        + " .whence.yaml file beside the model say what the model was trained with.");
            }
        }
        return new ImageInput(source, names, wanted, preparation, channels, options.limits());
    }

    private static String source(List<Path> files) {
        List<String> shown =
                files.stream().limit(NAMES_SHOWN).map(Path::toString).toList();
        int more = files.size() - shown.size();
        return String.join(", ", shown) + (more > 0 ? " and " + more + " more" : "");
    }
}
