package dev.whence.quantize.pieces;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Safetensors;
import dev.whence.tensor.SafetensorsType;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

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
        if (!sum(file).equals(file.metadata().get(SUM))) {
            throw unusable("its checksum is wrong");
        }
        return new PieceReader(file);
    }

    private static String sum(Safetensors file) {
        Checksum sum = new Checksum();
        for (Map.Entry<String, String> one : new TreeMap<>(file.metadata()).entrySet()) {
            if (one.getKey().startsWith(TEXT)) {
                sum.add(one.getKey().substring(TEXT.length())).add(one.getValue());
            }
        }
        for (String name : new TreeSet<>(file.names())) {
            sum.add(name).add(file.entry(name).type().name()).add(file.bytes(name));
        }
        return sum.end();
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
            throw unusable("'" + name + "' is " + entry.bytes() + " bytes of " + entry.type() + ", expected " + count
                    + " numbers of " + type);
        }
        return file.read(name);
    }

    private static WhenceException unusable(String why) {
        return new WhenceException(ErrorCode.INPUT_INVALID, why);
    }
}
