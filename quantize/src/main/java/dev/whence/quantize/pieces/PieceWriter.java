package dev.whence.quantize.pieces;

import dev.whence.core.NdArray;
import dev.whence.tensor.Safetensors;
import dev.whence.tensor.SafetensorsType;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Collects the parts of one piece: numbers and texts by name. */
public final class PieceWriter {
    private static final int LARGEST_CODE = 255;

    private final PieceParts parts = PieceParts.none();
    private final Map<String, NdArray> arrays = new TreeMap<>();

    PieceWriter() {}

    /** Adds numbers, which are not copied. */
    public PieceWriter floats(String name, float... values) {
        return add(name, NdArray.of(values, values.length), SafetensorsType.F32, MemorySegment.ofArray(values));
    }

    /** Adds numbers, which are not copied. */
    public PieceWriter doubles(String name, double... values) {
        return add(name, NdArray.of(values, values.length), SafetensorsType.F64, MemorySegment.ofArray(values));
    }

    /**
     * Adds codes, which take a byte each.
     *
     * @throws IllegalArgumentException if one is not from 0 to 255
     */
    public PieceWriter codes(String name, int... codes) {
        byte[] bytes = new byte[codes.length];
        long[] wide = new long[codes.length];
        for (int i = 0; i < bytes.length; i++) {
            if (codes[i] < 0 || codes[i] > LARGEST_CODE) {
                throw new IllegalArgumentException("'" + name + "' has the code " + codes[i] + ", which is no byte");
            }
            bytes[i] = (byte) codes[i];
            wide[i] = codes[i];
        }
        NdArray array = NdArray.ofIntegers(NdArray.Type.UINT8, wide, wide.length);
        return add(name, array, SafetensorsType.U8, MemorySegment.ofArray(bytes));
    }

    private PieceWriter add(String name, NdArray array, SafetensorsType type, MemorySegment bytes) {
        arrays.put(name, array);
        parts.numbers().put(name, new PieceParts.Numbers(type, bytes));
        return this;
    }

    /** Adds a text. */
    public PieceWriter text(String name, String text) {
        parts.texts().put(name, text);
        return this;
    }

    void writeTo(Path file, PieceKey key) {
        Map<String, String> metadata = new LinkedHashMap<>();
        parts.texts().forEach((name, text) -> metadata.put(PieceReader.TEXT + name, text));
        metadata.put(PieceReader.KEY, key.text());
        metadata.put(PieceReader.SUM, parts.checksum());
        try (TensorScope scope = TensorScope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            arrays.forEach((name, array) -> tensors.put(name, Tensor.of(array)));
            Safetensors.write(file, tensors, metadata);
        }
    }
}
