package dev.whence.quantize.model;

import java.util.Locale;

/** The part that a layer plays in its network. */
public enum LayerKind {
    /** The convolution that makes tokens of the patches of a picture. */
    PATCH_EMBED,
    /** Any other convolution. */
    CONVOLUTION,
    /** Makes queries, keys or values of attention, or all three. */
    QKV,
    /** Queries times keys. */
    MATMUL1,
    /** Attention weights times values. */
    MATMUL2,
    /** The dense layer behind attention. */
    PROJ,
    /** A dense layer before the activation of a feed-forward block. */
    FC1,
    /** The dense layer behind that activation. */
    FC2,
    /** The dense layer that merges patches. */
    REDUCTION,
    /** A dense layer whose result is the network's, or a part of it. */
    HEAD,
    /** Any other dense layer. */
    LINEAR,
    /** Any other product of two activations. */
    MATMUL;

    /** Whether the layer multiplies two activations and has no weights. */
    public boolean isProduct() {
        return this == MATMUL1 || this == MATMUL2 || this == MATMUL;
    }

    /** Whether the layer is a convolution. */
    public boolean isConvolution() {
        return this == PATCH_EMBED || this == CONVOLUTION;
    }

    /** Its name as users read it, such as {@code patch-embed}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
