package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Operators that exchange places inside a tensor: DepthToSpace, SpaceToDepth, ReverseSequence. */
final class RearrangementOperators {
    private RearrangementOperators() {}

    /** Channels spread over blocks of the image, {@code [N, C b b, H, W]} to {@code [N, C, H b, W b]}. */
    static final Operator DEPTH_TO_SPACE = Operator.named("DepthToSpace")
            .forward(c -> toSpace(c.in(0), block(c), mode(c)))
            .gradient((c, gy) -> toDepth(gy, block(c), mode(c)))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> toSpace(c.in(0), block(c), mode(c)))
            .build();

    /** Blocks of the image gathered in channels; the way back of {@link #DEPTH_TO_SPACE}. */
    static final Operator SPACE_TO_DEPTH = Operator.named("SpaceToDepth")
            .forward(c -> toDepth(c.in(0), block(c), mode(c)))
            .gradient((c, gy) -> toSpace(gy, block(c), mode(c)))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> toDepth(c.in(0), block(c), mode(c)))
            .build();

    private static long block(Call c) {
        return c.attributes().integer("blocksize");
    }

    /** DCR: the block comes before the channel; CRD: after it. */
    private static String mode(Call c) {
        return c.attributes().text("mode", "DCR");
    }

    private static Tensor toSpace(Tensor x, long b, String mode) {
        long[] s = image(x);
        requireBlocks(s, b > 0 && s[1] % (b * b) == 0, b);
        long channels = s[1] / (b * b);
        Tensor y = mode.equals("CRD")
                ? x.reshape(s[0], channels, b, b, s[2], s[3]).permute(0, 1, 4, 2, 5, 3)
                : x.reshape(s[0], b, b, channels, s[2], s[3]).permute(0, 3, 4, 1, 5, 2);
        return y.reshape(s[0], channels, s[2] * b, s[3] * b);
    }

    private static Tensor toDepth(Tensor x, long b, String mode) {
        long[] s = image(x);
        requireBlocks(s, b > 0 && s[2] % b == 0 && s[3] % b == 0, b);
        Tensor y = x.reshape(s[0], s[1], s[2] / b, b, s[3] / b, b);
        Tensor moved = mode.equals("CRD") ? y.permute(0, 1, 3, 5, 2, 4) : y.permute(0, 3, 5, 1, 2, 4);
        return moved.reshape(s[0], s[1] * b * b, s[2] / b, s[3] / b);
    }

    private static long[] image(Tensor x) {
        long[] shape = x.shape();
        if (shape.length != 4) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH, "images [N, C, H, W] are expected, found " + Arrays.toString(shape));
        }
        return shape;
    }

    private static void requireBlocks(long[] shape, boolean fits, long block) {
        if (!fits) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    Arrays.toString(shape) + " does not divide into blocks of " + block + " by " + block);
        }
    }

    /** The first entries of each example's time axis turned around, as many as its length says. */
    static final Operator REVERSE_SEQUENCE = Operator.named("ReverseSequence")
            .since(10)
            .forward(c -> reversed(c, c.in(0)))
            .gradient(RearrangementOperators::reversed)
            .reads(Reads.NOTHING)
            .kind(IndexingOperators.movingBy(1))
            .linearPart(c -> reversed(c, c.in(0)))
            .build();

    private static Tensor reversed(Call c, Tensor x) {
        long[] shape = x.shape();
        int batch = c.axis("batch_axis", 1, shape.length);
        int time = c.axis("time_axis", 0, shape.length);
        long[] lengths = c.in(1).toLongs();
        int n = Math.toIntExact(shape[batch]);
        int steps = Math.toIntExact(shape[time]);
        if (lengths.length != n || batch == time || Arrays.stream(lengths).anyMatch(l -> l < 0 || l > steps)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "lengths " + Arrays.toString(lengths) + " do not fit " + Arrays.toString(shape));
        }
        long[] sources = new long[Math.multiplyExact(n, steps)];
        for (int i = 0; i < n; i++) {
            for (int t = 0; t < steps; t++) {
                sources[batch < time ? i * steps + t : t * n + i] = t < lengths[i] ? lengths[i] - 1 - t : t;
            }
        }
        long[] around = new long[shape.length];
        Arrays.fill(around, 1);
        around[batch] = n;
        around[time] = steps;
        Tensor index = Tensor.of(NdArray.of(sources, around)).on(x.device()).expand(shape);
        return x.gather(time, index);
    }

    static final List<Operator> ALL = List.of(DEPTH_TO_SPACE, SPACE_TO_DEPTH, REVERSE_SEQUENCE);
}
