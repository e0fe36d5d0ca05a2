package dev.whence.quantize.export;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** How a quantized network is written. All forms are standard operators only. */
public enum Format {
    /**
     * Integers of 8 bits with QuantizeLinear and DequantizeLinear, which runtimes fuse into integer kernels. Narrower
     * quantizers keep their levels by a Clip between the two; logarithmic and twin quantizers are refused.
     */
    INT8_QDQ("int8-qdq", 13),
    /** Weights of up to 4 bits as two in a byte, wider ones as 8 bits; activations as in {@link #FAKE_QUANT}. */
    INT4_WEIGHTS("int4-weights", 21),
    /** Any bits and any quantizer, logarithmic ones as a sub-graph that ends in a table; for evaluation, not for speed. */
    FAKE_QUANT("fake-quant", 13);

    private final String text;
    private final int opset;

    Format(String text, int opset) {
        this.text = text;
        this.opset = opset;
    }

    /** The name by which users ask for it. */
    public String text() {
        return text;
    }

    /** The lowest version of ONNX operators that has what it needs. */
    public int opset() {
        return opset;
    }

    /**
     * The format of a name.
     *
     * @throws WhenceException {@link ErrorCode#USAGE} if there is none
     */
    public static Format of(String text) {
        for (Format format : values()) {
            if (format.text.equals(text)) {
                return format;
            }
        }
        throw new WhenceException(
                ErrorCode.USAGE,
                "There is no format '" + text + "' of quantized models; expected "
                        + Arrays.stream(values()).map(Format::text).collect(Collectors.joining(", ")) + ".");
    }
}
