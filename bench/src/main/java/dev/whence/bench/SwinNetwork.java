package dev.whence.bench;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;

/** Swin-T (Liu et al. 2021): attention within windows that shift from layer to layer. */
final class SwinNetwork {
    private static final int WINDOW = 7;
    private static final int PLACES = WINDOW * WINDOW;
    private static final int HEAD_WIDTH = 32;
    private static final float NEVER = -100;

    private final Sketch s = FullSizeNetworks.images("swin_t");

    private SwinNetwork() {}

    static Graph tiny() {
        return new SwinNetwork().graph();
    }

    private Graph graph() {
        int width = 96;
        int side = 56;
        String x = s.transpose(s.conv("input", 3, width, new long[] {4, 4}, 4, 0, true), 0, 2, 3, 1);
        x = s.layerNorm(x, width);
        int[] depths = {2, 2, 6, 2};
        for (int stage = 0; stage < depths.length; stage++) {
            if (stage > 0) {
                x = merged(x, width);
                width *= 2;
                side /= 2;
            }
            for (int layer = 0; layer < depths[stage]; layer++) {
                int shift = layer % 2 == 1 && side > WINDOW ? WINDOW / 2 : 0;
                x = s.add(x, attention(s.layerNorm(x, width), side, width, shift));
                x = s.add(x, FullSizeNetworks.feedForward(s, s.layerNorm(x, width), width));
            }
        }
        String pooled = s.next(
                "ReduceMean", Attributes.of("axes", new long[] {1, 2}).with("keepdims", 0), s.layerNorm(x, width));
        return s.output(s.dense(pooled, width, 1000));
    }

    /** Four neighbours beside each other, then half as many channels. */
    private String merged(String x, int width) {
        String[] quarters = new String[4];
        for (int i = 0; i < quarters.length; i++) {
            quarters[i] = s.slice(s.slice(x, 1, i % 2, Integer.MAX_VALUE, 2), 2, i / 2, Integer.MAX_VALUE, 2);
        }
        String all = s.next("Concat", Attributes.of("axis", -1), quarters);
        String w = s.weight(1 / Math.sqrt(4.0 * width), 4L * width, 2L * width);
        return s.next("MatMul", s.layerNorm(all, 4 * width), w);
    }

    private String attention(String x, int side, int width, int shift) {
        int windows = side / WINDOW;
        int heads = width / HEAD_WIDTH;
        String rolled = rolled(rolled(x, 1, shift), 2, shift);
        String parts = s.transpose(s.reshape(rolled, -1, windows, WINDOW, windows, WINDOW, width), 0, 1, 3, 2, 4, 5);
        String flat = s.reshape(parts, -1, PLACES, width);
        String all = s.reshape(s.linear(flat, width, 3 * width), -1, PLACES, 3, heads, HEAD_WIDTH);
        String qkv = s.transpose(all, 2, 0, 3, 1, 4);
        String q = s.next("Mul", s.pick(qkv, 0, 0), s.number(1 / Math.sqrt(HEAD_WIDTH)));
        String k = s.transpose(s.pick(qkv, 0, 1), 0, 1, 3, 2);
        String scores = s.add(s.next("MatMul", q, k), s.weight(0.2, 1, heads, PLACES, PLACES));
        if (shift > 0) {
            String masked = s.reshape(scores, -1, (long) windows * windows, heads, PLACES, PLACES);
            masked = s.add(masked, s.constant(mask(side, shift)));
            scores = s.reshape(masked, -1, heads, PLACES, PLACES);
        }
        String weights = s.next("Softmax", Attributes.of("axis", -1), scores);
        String mean = s.transpose(s.next("MatMul", weights, s.pick(qkv, 0, 2)), 0, 2, 1, 3);
        String mixed = s.linear(s.reshape(mean, -1, PLACES, width), width, width);
        String back = s.transpose(s.reshape(mixed, -1, windows, windows, WINDOW, WINDOW, width), 0, 1, 3, 2, 4, 5);
        return rolled(rolled(s.reshape(back, -1, side, side, width), 1, -shift), 2, -shift);
    }

    /** The axis turned by some places towards its start. */
    private String rolled(String x, int axis, int by) {
        if (by == 0) {
            return x;
        }
        String rest = s.slice(x, axis, by, Integer.MAX_VALUE, 1);
        return s.next("Concat", Attributes.of("axis", axis), rest, s.slice(x, axis, 0, by, 1));
    }

    /** Which places of a shifted window were neighbours before it was shifted. */
    private static Constant mask(int side, int shift) {
        int windows = side / WINDOW;
        float[] mask = new float[windows * windows * PLACES * PLACES];
        for (int w = 0; w < windows * windows; w++) {
            for (int a = 0; a < PLACES; a++) {
                for (int b = 0; b < PLACES; b++) {
                    boolean together = region(side, shift, w, a) == region(side, shift, w, b);
                    mask[(w * PLACES + a) * PLACES + b] = together ? 0 : NEVER;
                }
            }
        }
        return Constant.of(NdArray.of(mask, (long) windows * windows, 1, PLACES, PLACES));
    }

    private static int region(int side, int shift, int window, int place) {
        int row = window / (side / WINDOW) * WINDOW + place / WINDOW;
        int column = window % (side / WINDOW) * WINDOW + place % WINDOW;
        return 3 * band(side, shift, row) + band(side, shift, column);
    }

    private static int band(int side, int shift, int at) {
        if (at < side - WINDOW) {
            return 0;
        }
        return at < side - shift ? 1 : 2;
    }
}
