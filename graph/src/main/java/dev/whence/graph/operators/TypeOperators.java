package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.ElementType;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.NarrowFloats;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes of the element type. */
final class TypeOperators {
    private static final double TWO_TO_64 = 0x1p64;

    private TypeOperators() {}

    /** The elements in the type that {@code to} names; between real types nothing but rounding happens. */
    static final Operator CAST = Operator.named("Cast")
            .forward(TypeOperators::cast)
            .gradients((c, gys) -> passed(c, gys[0], wanted(c, "to")))
            .reads(Reads.NOTHING)
            .kind(c -> NarrowFloats.isNarrow(
                            ElementType.ofCode(c.attributes().integer("to")).orElse(ElementType.FLOAT32))
                    ? Kinds.ELEMENTWISE
                    : kind(c, wanted(c, "to")))
            .linearPart(c -> converted(c.in(0), c.resolve(wanted(c, "to"))))
            .build();

    /** The elements in the type of the second input. */
    static final Operator CAST_LIKE = Operator.named("CastLike")
            .since(15)
            .forward(c -> converted(c.in(0), c.type(1)))
            .gradients((c, gys) -> passed(c, gys[0], c.type(1)))
            .reads(Reads.NOTHING)
            .kind(c -> kind(c, c.type(1)))
            .build();

    private static Tensor cast(Call c) {
        NdArray.Type stored = c.resolve(wanted(c, "to"));
        ElementType element = ElementType.ofCode(c.attributes().integer("to")).orElseThrow();
        if (NarrowFloats.isNarrow(element)) {
            boolean saturates = c.attributes().flag("saturate", true);
            return NarrowFloats.of(element).rounded(converted(c.in(0), stored), saturates);
        }
        Tensor y = converted(c.in(0), stored);
        if (!element.isNarrow()) {
            return y;
        }
        // Numbers of few bits are kept one a byte and wrap around as their own width does.
        Tensor low = y.bitAnd(Broadcasting.number((1 << element.bits()) - 1, y));
        Tensor sign = Broadcasting.number(1 << (element.bits() - 1), y);
        boolean isSigned = element == ElementType.INT4 || element == ElementType.INT2;
        return isSigned ? low.bitXor(sign).minus(sign) : low;
    }

    private static Kind kind(Call c, NdArray.Type to) {
        if (!to.isFloating()) {
            return Kinds.DISCRETE;
        }
        // Whole numbers can come from quantised values; whatever else made them says itself that it blocks.
        return c.type(0) == NdArray.Type.BOOL ? new Kind.Blocking("it turns truth values into numbers") : Kinds.MOVING;
    }

    /** The gradient as it is, unless real numbers were turned into whole ones. */
    private static @Nullable Tensor[] passed(Call c, @Nullable Tensor gy, NdArray.Type to) {
        @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
        if (gy != null && c.isActive(0) && to.isFloating()) {
            out[0] = c.type(0).isFloating() ? gy.to(c.type(0)) : gy;
        }
        return out;
    }

    /** The type that an attribute names by its number. */
    static NdArray.Type wanted(Call c, String attribute) {
        return wanted(attribute, c.attributes().integer(attribute));
    }

    private static NdArray.Type wanted(String attribute, long code) {
        ElementType element = ElementType.ofCode(code)
                .orElseThrow(() -> new WhenceException(
                        ErrorCode.MODEL_INVALID, "attribute '" + attribute + "' is " + code + ", which names no type"));
        NdArray.Type stored = element.stored();
        if (stored == null) {
            throw new WhenceException(
                    ErrorCode.OPERATOR_UNSUPPORTED, "element type " + element.text() + " is not supported");
        }
        return stored;
    }

    /** The elements in another type; whole numbers wrap around, real ones are truncated. */
    static Tensor converted(Tensor x, NdArray.Type to) {
        if (x.type() == to) {
            return x;
        }
        if (x.type() == NdArray.Type.UINT64 && to.isFloating()) {
            Tensor signed = x.to(NdArray.Type.FLOAT64);
            return signed.lessThan(0).where(signed.plus(TWO_TO_64), signed).to(to);
        }
        if (to == NdArray.Type.UINT16) {
            return Broadcasting.settled(x.to(NdArray.Type.INT64).to(NdArray.Type.INT32), to);
        }
        return to == NdArray.Type.UINT32 ? Broadcasting.settled(x.to(NdArray.Type.INT64), to) : x.to(to);
    }

    static final List<Operator> ALL = List.of(CAST, CAST_LIKE);
}
