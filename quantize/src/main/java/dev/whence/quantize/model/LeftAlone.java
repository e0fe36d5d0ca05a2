package dev.whence.quantize.model;

import dev.whence.graph.Node;
import java.util.Map;

/** Notes the nodes that hold weights or multiply activations, but are no layers that can be quantized. */
final class LeftAlone {
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("Einsum", "multiplies by an equation"),
            Map.entry("LSTM", "is recurrent"),
            Map.entry("GRU", "is recurrent"),
            Map.entry("RNN", "is recurrent"),
            Map.entry("DeformConv", "is a deformable convolution"),
            Map.entry("Attention", "is attention in one operator"),
            Map.entry("MultiHeadAttention", "is attention in one operator"),
            Map.entry("GroupQueryAttention", "is attention in one operator"),
            Map.entry("PackedAttention", "is attention in one operator"),
            Map.entry("PackedMultiHeadAttention", "is attention in one operator"),
            Map.entry("DecoderMaskedMultiHeadAttention", "is attention in one operator"),
            Map.entry("LongformerAttention", "is attention in one operator"),
            Map.entry("FusedMatMul", "is a product in a form of its own"),
            Map.entry("FusedGemm", "is a dense layer in a form of its own"),
            Map.entry("FusedConv", "is a convolution in a form of its own"),
            Map.entry("TransposeMatMul", "is a product in a form of its own"),
            Map.entry("EmbedLayerNormalization", "looks up embeddings and normalises in one operator"));

    private LeftAlone() {}

    static void note(Wiring wiring, Products products, Notes notes) {
        for (Node node : wiring.graph().nodes()) {
            boolean isData = node.outputs().stream().anyMatch(wiring::isData);
            String reason = REASONS.get(node.operator());
            if (isData && reason != null) {
                notes.add(node, reason + ", which is not taken apart; it stays as it is");
            }
            boolean hasInner = node.attributes().graphs().stream()
                    .flatMap(g -> g.nodes().stream())
                    .anyMatch(n -> Wiring.is(n, "MatMul", "Gemm", "Conv", "ConvTranspose"));
            if (isData && hasInner) {
                notes.add(node, "holds layers in the graph inside it, and they stay as they are");
            }
        }
        for (Product product : products.all()) {
            Weight weight = product.weight();
            if (weight != null && weight.isShared()) {
                notes.add(product.node(), "reads the same weights as another layer; each is counted");
            }
        }
    }
}
