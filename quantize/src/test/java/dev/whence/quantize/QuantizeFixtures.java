package dev.whence.quantize;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads the networks, pictures and numbers of the goldens of quantization. */
public final class QuantizeFixtures {
    /** The folder below the shared one. */
    public static final String FOLDER = "fixtures/lrp-qvit";

    /** Pictures to calibrate with. */
    public static final String CALIBRATION = "mnist_calib256";

    /** Pictures to test with. */
    public static final String TEST = "mnist_test1500";

    private static final int SIDE = 28;

    private QuantizeFixtures() {}

    /** What a network of the goldens wants of the pictures. */
    public enum Family {
        /** One channel of 28 x 28. */
        VIT,
        /** Three channels of 28 x 28: the picture, and its differences along rows and columns. */
        DEIT,
        /** One channel of 32 x 32 with a margin of zeros; the exporter fixed a batch of one. */
        SWIN;

        /** The family of a model file, by its name. */
        public static Family of(Path model) {
            String name = model.getFileName().toString();
            if (name.startsWith("swin")) {
                return SWIN;
            }
            return name.startsWith("deit") ? DEIT : VIT;
        }
    }

    /** A file of the goldens, if it is there. */
    public static Optional<Path> find(String name) {
        return Shared.find(FOLDER + "/" + name);
    }

    /** The networks of real numbers, sorted: those that are not quantized. */
    public static List<Path> floatModels() {
        return Shared.list(FOLDER, ".onnx").stream()
                .filter(p -> !p.getFileName().toString().contains("int8"))
                .toList();
    }

    /** The networks that are quantized already, sorted. */
    public static List<Path> quantizedModels() {
        return Shared.list(FOLDER, ".onnx").stream()
                .filter(p -> p.getFileName().toString().contains("int8"))
                .toList();
    }

    /** The name by which results speak of a model file: without opset and ending. */
    public static String modelName(Path model) {
        return model.getFileName().toString().replaceFirst("(_op\\d+)?\\.onnx$", "");
    }

    /** A model file's graph. */
    public static Graph graph(Path model) {
        return OnnxModel.load(model).graph();
    }

    /** A JSON file of the goldens, if it is there. */
    public static Optional<JsonNode> json(String name) {
        return find(name).map(GoldenJson::read);
    }

    /**
     * Pictures as a family of networks wants them, float32 from -1 to 1.
     *
     * @param folder the folder of the goldens
     * @param split {@link #CALIBRATION} or {@link #TEST}
     */
    public static NdArray images(Path folder, String split, int first, int count, Family family) {
        NdArray bytes = Npy.read(folder.resolve(split + "_images.npy")).rows(first, first + count);
        return switch (family) {
            case VIT -> scaled(bytes, count, 0);
            case SWIN -> scaled(bytes, count, 2);
            case DEIT -> differences(bytes, count);
        };
    }

    /** The classes of pictures. */
    public static List<Long> labels(Path folder, String split, int first, int count) {
        NdArray all = Npy.read(folder.resolve(split + "_labels.npy"));
        List<Long> out = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            out.add(all.getLong(i));
        }
        return out;
    }

    private static float value(long pixel) {
        return ((float) pixel / 255f - 0.5f) / 0.5f;
    }

    private static NdArray scaled(NdArray bytes, int count, int margin) {
        int side = SIDE + 2 * margin;
        float[] out = new float[count * side * side];
        Arrays.fill(out, value(0));
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < SIDE * SIDE; i++) {
                int row = i / SIDE + margin;
                int column = i % SIDE + margin;
                out[(n * side + row) * side + column] = value(bytes.getLong(n * SIDE * SIDE + i));
            }
        }
        return NdArray.of(out, count, 1, side, side);
    }

    private static NdArray differences(NdArray bytes, int count) {
        int plane = SIDE * SIDE;
        float[] out = new float[count * 3 * plane];
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < plane; i++) {
                long here = bytes.getLong(n * plane + i);
                long left = i % SIDE == 0 ? here : bytes.getLong(n * plane + i - 1);
                long above = i < SIDE ? here : bytes.getLong(n * plane + i - SIDE);
                int at = n * 3 * plane + i;
                out[at] = value(here);
                out[at + plane] = value(Math.abs(here - left));
                out[at + 2 * plane] = value(Math.abs(here - above));
            }
        }
        return NdArray.of(out, count, 3, SIDE, SIDE);
    }
}
