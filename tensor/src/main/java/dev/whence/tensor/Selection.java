package dev.whence.tensor;

import dev.whence.core.NdArray;
import org.bytedeco.pytorch.global.torch;

/**
 * Choice between two tensors by their bits. The engine's own choice jumps at each element, and where truth values follow no
 * pattern the processor guesses wrong half the time; this one does the same work for all elements.
 */
final class Selection {
    /** Elements from which on more passes cost less than wrong guesses. */
    private static final long MANY = 50_000;

    private Selection() {}

    /** Whether {@link #byBits} can choose and is worth it. */
    static boolean isFaster(Tensor condition, Tensor yes, Tensor no) {
        return condition.size() >= MANY
                && condition.type() == NdArray.Type.BOOL
                && yes.type() == NdArray.Type.FLOAT32
                && no.type() == NdArray.Type.FLOAT32
                && condition.device().equals(Device.CPU);
    }

    /** What {@link Tensor#where} promises, for float32; every bit stays, those of NaN too. */
    static Tensor byBits(Tensor condition, Tensor yes, Tensor no) {
        try (var mask = condition.at.to(torch.ScalarType.Int);
                var yesBits = yes.at.view(torch.ScalarType.Int);
                var noBits = no.at.view(torch.ScalarType.Int);
                var differing = torch.bitwise_xor(yesBits, noBits);
                var all = mask.neg_();
                var chosen = torch.bitwise_and(differing, all);
                var bits = chosen.bitwise_xor_(noBits)) {
            return Tensor.wrap(bits.view(torch.ScalarType.Float));
        }
    }
}
