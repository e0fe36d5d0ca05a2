package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.distinct;
import static dev.whence.graph.operators.OperatorCheck.random;

import dev.whence.core.NdArray;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers in forms that the conformance cases leave out give what ONNX Runtime gives. */
class OnnxRuntimeAgreementTest {

    @ParameterizedTest
    @CsvSource({
        "RNN, 1, forward", "RNN, 1, reverse", "RNN, 1, bidirectional",
        "GRU, 3, forward", "GRU, 3, reverse", "GRU, 3, bidirectional",
        "LSTM, 4, forward", "LSTM, 4, reverse", "LSTM, 4, bidirectional",
    })
    void recurrentLayers(String operator, int gates, String direction) {
        int d = direction.equals("bidirectional") ? 2 : 1;
        int h = 3;
        OperatorCheck check = OperatorCheck.of(operator)
                .with("direction", direction)
                .with("hidden_size", h)
                .outputs(operator.equals("LSTM") ? 3 : 2)
                .input(random(1, 4, 3, 5))
                .constant(random(2, d, gates * h, 5))
                .constant(random(3, d, gates * h, h))
                .constant(random(4, d, 2 * gates * h))
                .constant(NdArray.ofIntegers(NdArray.Type.INT32, new long[] {4, 2, 1}, 3))
                .input(random(5, d, 3, h));
        if (operator.equals("LSTM")) {
            check.input(random(6, d, 3, h)).constant(random(7, d, 3 * h));
        }
        check.agreesWithOnnxRuntime();
        if (operator.equals("GRU")) {
            check.with("linear_before_reset", 1).agreesWithOnnxRuntime();
        }
        check.with("clip", 0.4).agreesWithOnnxRuntime();
    }

    @Test
    void recurrentLayersWithOtherActivations() {
        OperatorCheck.of("LSTM")
                .with("hidden_size", 3)
                .with("activations", List.of("HardSigmoid", "LeakyRelu", "Elu"))
                .with("activation_alpha", new double[] {0.3, 0.1, 0.7})
                .with("activation_beta", new double[] {0.4})
                .input(random(1, 4, 3, 5))
                .constant(random(2, 1, 12, 5))
                .constant(random(3, 1, 12, 3))
                .agreesWithOnnxRuntime();
        OperatorCheck.of("GRU")
                .with("hidden_size", 3)
                .with("activations", List.of("Affine", "ScaledTanh"))
                .with("activation_alpha", new double[] {0.3, 0.8})
                .with("activation_beta", new double[] {0.4, 1.2})
                .input(random(1, 4, 3, 5))
                .constant(random(2, 1, 9, 5))
                .constant(random(3, 1, 9, 3))
                .agreesWithOnnxRuntime();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MaxPool", "AveragePool", "LpPool"})
    void poolings(String operator) {
        OperatorCheck pool = OperatorCheck.of(operator)
                .with("kernel_shape", new long[] {3, 2})
                .input(distinct(1, 2, 3, 8, 9));
        pool.agreesWithOnnxRuntime();
        pool.with("strides", new long[] {3, 2}).agreesWithOnnxRuntime();
        pool.with("ceil_mode", 1).agreesWithOnnxRuntime();
        pool.with("pads", new long[] {1, 0, 2, 1}).agreesWithOnnxRuntime();
        if (operator.equals("AveragePool")) {
            pool.with("count_include_pad", 1).agreesWithOnnxRuntime();
        }
        if (!operator.equals("LpPool")) {
            pool.with("dilations", new long[] {2, 3}).agreesWithOnnxRuntime();
        }
        OperatorCheck same = OperatorCheck.of(operator)
                .with("kernel_shape", new long[] {4})
                .with("strides", new long[] {3})
                .with("auto_pad", "SAME_LOWER")
                .input(distinct(2, 1, 2, 11));
        same.agreesWithOnnxRuntime();
        same.with("auto_pad", "SAME_UPPER").agreesWithOnnxRuntime();
        same.with("auto_pad", "VALID").agreesWithOnnxRuntime();
    }

    @Test
    void placesOfMaxima() {
        OperatorCheck pool = OperatorCheck.of("MaxPool")
                .outputs(2)
                .with("kernel_shape", new long[] {3, 2})
                .with("strides", new long[] {2, 3})
                .with("pads", new long[] {1, 1, 2, 0})
                .input(distinct(1, 2, 3, 8, 9));
        pool.agreesWithOnnxRuntime();
        pool.with("storage_order", 1).agreesWithOnnxRuntime();
    }

    @Test
    void normalisations() {
        NdArray x = random(1, 2, 4, 3, 5);
        OperatorCheck.of("LRN")
                .with("size", 3)
                .with("alpha", 0.4)
                .with("bias", 1.5)
                .input(x)
                .agreesWithOnnxRuntime();
        OperatorCheck.of("GroupNormalization")
                .opset(21)
                .with("num_groups", 2)
                .input(x)
                .constant(random(2, 4))
                .constant(random(3, 4))
                .agreesWithOnnxRuntime();
        OperatorCheck.of("LayerNormalization")
                .outputs(3)
                .with("axis", 2)
                .input(x)
                .constant(random(2, 3, 5))
                .constant(random(3, 3, 5))
                .agreesWithOnnxRuntime();
        OperatorCheck.of("MeanVarianceNormalization").input(x).agreesWithOnnxRuntime();
        OperatorCheck.of("Softmax").opset(11).with("axis", 2).input(x).agreesWithOnnxRuntime();
        OperatorCheck.of("LogSoftmax").opset(11).input(x).agreesWithOnnxRuntime();
    }

    @Test
    void transposedConvolutions() {
        OperatorCheck conv = OperatorCheck.of("ConvTranspose")
                .with("group", 2)
                .with("strides", new long[] {2, 3})
                .input(random(1, 2, 4, 3, 2))
                .constant(random(2, 4, 3, 2, 3))
                .constant(random(3, 6));
        conv.agreesWithOnnxRuntime();
        conv.with("output_padding", new long[] {1, 2}).agreesWithOnnxRuntime();
        conv.with("pads", new long[] {1, 0, 0, 2}).agreesWithOnnxRuntime();
    }

    @Test
    void spectra() {
        OperatorCheck.of("STFT")
                .opset(17)
                .input(random(1, 2, 16, 1))
                .constant(NdArray.of(new long[] {3}))
                .constant(random(2, 8))
                .agreesWithOnnxRuntime();
        OperatorCheck.of("DFT")
                .opset(17)
                .with("onesided", 1)
                .with("axis", 1)
                .input(random(1, 2, 8, 1))
                .agreesWithOnnxRuntime();
    }

    @Test
    void fusedLayersOfOnnxRuntime() {
        String domain = "com.microsoft";
        NdArray x = random(1, 2, 3, 4);
        OperatorCheck.of(domain, "SkipLayerNormalization")
                .opset(1)
                .with("epsilon", 1e-5)
                .input(x)
                .input(random(2, 2, 3, 4))
                .constant(random(3, 4))
                .constant(random(4, 4))
                .constant(random(5, 4))
                .agreesWithOnnxRuntime()
                .gradientHolds();
        OperatorCheck.of(domain, "SkipSimplifiedLayerNormalization")
                .opset(1)
                .with("epsilon", 1e-5)
                .input(x)
                .input(random(2, 2, 3, 4))
                .constant(random(3, 4))
                .agreesWithOnnxRuntime()
                .gradientHolds();
        OperatorCheck.of(domain, "FusedMatMul")
                .opset(1)
                .with("transA", 1)
                .with("alpha", 0.5)
                .input(x)
                .constant(random(2, 2, 3, 5))
                .agreesWithOnnxRuntime();
        OperatorCheck.of(domain, "FusedConv")
                .opset(1)
                .with("activation", "LeakyRelu")
                .with("activation_params", new double[] {0.2})
                .input(random(1, 1, 2, 5, 5))
                .constant(random(2, 3, 2, 2, 2))
                .constant(random(3, 3))
                .agreesWithOnnxRuntime();
        OperatorCheck.of(domain, "FusedGemm")
                .opset(1)
                .with("activation", "Tanh")
                .with("transB", 1)
                .input(random(1, 3, 4))
                .constant(random(2, 5, 4))
                .constant(random(3, 5))
                .agreesWithOnnxRuntime();
        OperatorCheck.of("SimplifiedLayerNormalization")
                .opset(17)
                .with("epsilon", 1e-5)
                .input(x)
                .constant(random(3, 4))
                .agreesWithOnnxRuntime();
    }

    @Test
    void attentionLayersOfOnnxRuntime() {
        String domain = "com.microsoft";
        NdArray x = random(1, 2, 3, 4);
        NdArray weights = random(2, 4, 12);
        NdArray bias = random(3, 12);
        OperatorCheck.of(domain, "Attention")
                .opset(1)
                .with("num_heads", 2)
                .with("unidirectional", 1)
                .input(x)
                .constant(weights)
                .constant(bias)
                .agreesWithOnnxRuntime();
        OperatorCheck.of(domain, "Attention")
                .opset(1)
                .with("num_heads", 2)
                .input(x)
                .constant(weights)
                .constant(bias)
                .constant(NdArray.ofIntegers(NdArray.Type.INT32, new long[] {1, 1, 0, 1, 0, 0}, 2, 3))
                .agreesWithOnnxRuntime();
        OperatorCheck.of(domain, "Attention")
                .opset(1)
                .outputs(2)
                .with("num_heads", 2)
                .input(x)
                .constant(weights)
                .constant(bias)
                .absent()
                .input(random(4, 2, 2, 2, 5, 2))
                .agreesWithOnnxRuntime();
        OperatorCheck.of(domain, "MultiHeadAttention")
                .opset(1)
                .with("num_heads", 2)
                .input(x)
                .input(random(5, 2, 6, 4))
                .input(random(6, 2, 6, 8))
                .constant(random(7, 16))
                .constant(NdArray.ofIntegers(NdArray.Type.INT32, new long[] {1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0}, 2, 6))
                .constant(random(8, 1, 2, 3, 6))
                .agreesWithOnnxRuntime();
        OperatorCheck.of(domain, "RotaryEmbedding")
                .opset(1)
                .input(x)
                .constant(NdArray.of(new long[] {1}, 1))
                .constant(random(2, 9, 1))
                .constant(random(3, 9, 1))
                .agreesWithOnnxRuntime();
        OperatorCheck.of(domain, "RotaryEmbedding")
                .opset(1)
                .with("interleaved", 1)
                .input(random(4, 2, 2, 3, 4))
                .constant(NdArray.of(new long[] {1, 2, 3, 0, 5, 4}, 2, 3))
                .constant(random(2, 9, 2))
                .constant(random(3, 9, 2))
                .agreesWithOnnxRuntime();
    }

    /** ONNX Runtime caps scores before it masks them. It shows causally masked scores as the lowest number, not as -inf. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void standardAttentionWithCapAndMask(int mode) {
        OperatorCheck.of("Attention")
                .opset(23)
                .outputs(4)
                .with("softcap", 1.5)
                .with("is_causal", mode == 2 ? 0 : 1)
                .with("qk_matmul_output_mode", mode)
                .input(random(1, 2, 4, 3, 2))
                .input(random(2, 2, 2, 3, 2))
                .input(random(3, 2, 2, 3, 2))
                .constant(random(4, 3, 5))
                .input(random(5, 2, 2, 2, 2))
                .input(random(6, 2, 2, 2, 2))
                .agreesWithOnnxRuntime();
    }
}
