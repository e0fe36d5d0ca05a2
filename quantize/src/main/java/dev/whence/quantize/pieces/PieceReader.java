package dev.whence.quantize.pieces;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Safetensors;
import dev.whence.tensor.SafetensorsType;

/** The parts of a kept piece by name. Sizes are compared with what is expected before anything is read. */
public final class PieceReader {
    static final String KEY = "key";
    static final String SUM = "sha256";
    static final String TEXT = "text.";

    private final Safetensors file;

    private PieceReader(Safetensors file) {
        this.file = file;
    }

    /**
     * A reader of a file that holds what was written under a key.
     *
     * @throws WhenceException if it does not
     */
    static PieceReader of(Safetensors file, PieceKey key) {
        if (!key.text().equals(file.metadata().get(KEY))) {
            throw unusable("it does not belong under its name");
        }
        if (!parts(file).checksum().equals(file.metadata().get(SUM))) {
            throw unusable("its checksum is wrong");
        }
        return new PieceReader(file);
    }

    private static PieceParts parts(Safetensors file) {
        PieceParts parts = PieceParts.none();
        file.metadata().forEach((name, text) -> {
            if (name.startsWith(TEXT)) {
                parts.texts().put(name.substring(TEXT.length()), text);
            }
        });
        for (Safetensors.Entry one : file.entries()) {
            parts.numbers().put(one.name(), new PieceParts.Numbers(one.type(), file.bytes(one.name())));
        }
        return parts;
    }

    /** Whether there are numbers of a name. */
    public boolean has(String name) {
        return file.names().contains(name);
    }

    /** Single-precision numbers, as many as are expected. */
    public float[] floats(String name, int count) {
        return read(name, SafetensorsType.F32, count).toFloats();
    }

    /** Double-precision numbers, as many as are expected. */
    public double[] doubles(String name, int count) {
        return read(name, SafetensorsType.F64, count).toDoubles();
    }

    /** Codes from 0 to 255, as many as are expected. */
    public int[] codes(String name, int count) {
        long[] wide = read(name, SafetensorsType.U8, count).toLongs();
        int[] out = new int[count];
        for (int i = 0; i < count; i++) {
            out[i] = (int) wide[i];
        }
        return out;
    }

    /** A text. */
    public String text(String name) {
        String text = file.metadata().get(TEXT + name);
        if (text == null) {
            throw unusable("it has no text '" + name + "'");
        }
        return text;
    }

    private NdArray read(String name, SafetensorsType type, int count) {
        Safetensors.Entry entry = file.entry(name);
        if (entry.type() != type || entry.bytes() != (long) type.bytes() * count) {
            throw unusable("'" + name + "' has " + entry.bytes() + " bytes of " + entry.type() + ", expected "
                    + (long) type.bytes() * count + " of " + type);
        }
        return file.read(name);
    }

    /** @param why without a full stop: the cache puts it into a sentence */
    private static WhenceException unusable(String why) {
        return new WhenceException(ErrorCode.INPUT_INVALID, why);
    }
}
