package dev.whence.quantize.pieces;

import dev.whence.core.NdArray;
import dev.whence.tensor.Safetensors;
import dev.whence.tensor.SafetensorsType;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Collects the parts of one piece: numbers and texts by name. */
public final class PieceWriter {
    private final TreeMap<String, Object> arrays = new TreeMap<>();
    private final TreeMap<String, String> texts = new TreeMap<>();

    PieceWriter() {}

    /** Adds numbers, which are not copied. */
    public PieceWriter floats(String name, float... values) {
        arrays.put(name, values);
        return this;
    }

    /** Adds numbers, which are not copied. */
    public PieceWriter doubles(String name, double... values) {
        arrays.put(name, values);
        return this;
    }

    /** Adds codes from 0 to 255, which take a byte each. */
    public PieceWriter codes(String name, int... codes) {
        byte[] bytes = new byte[codes.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) codes[i];
        }
        arrays.put(name, bytes);
        return this;
    }

    /** Adds a text. */
    public PieceWriter text(String name, String text) {
        texts.put(name, text);
        return this;
    }

    void writeTo(Path file, PieceKey key) {
        Checksum sum = new Checksum();
        texts.forEach((name, text) -> sum.add(name).add(text));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (TensorScope scope = TensorScope.open()) {
            arrays.forEach((name, values) -> {
                sum.add(name);
                tensors.put(name, Tensor.of(added(sum, values)));
            });
            Map<String, String> metadata = new LinkedHashMap<>();
            texts.forEach((name, text) -> metadata.put(PieceReader.TEXT + name, text));
            metadata.put(PieceReader.KEY, key.text());
            metadata.put(PieceReader.SUM, sum.end());
            Safetensors.write(file, tensors, metadata);
        }
    }

    private static NdArray added(Checksum sum, Object values) {
        return switch (values) {
            case float[] floats -> {
                sum.add(SafetensorsType.F32.name()).add(floats);
                yield NdArray.of(floats, floats.length);
            }
            case double[] doubles -> {
                sum.add(SafetensorsType.F64.name()).add(doubles);
                yield NdArray.of(doubles, doubles.length);
            }
            default -> {
                byte[] bytes = (byte[]) values;
                sum.add(SafetensorsType.U8.name()).add(bytes);
                long[] wide = new long[bytes.length];
                for (int i = 0; i < wide.length; i++) {
                    wide[i] = Byte.toUnsignedLong(bytes[i]);
                }
                yield NdArray.ofIntegers(NdArray.Type.UINT8, wide, wide.length);
            }
        };
    }
}
