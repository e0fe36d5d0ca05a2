package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.distinct;
import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Settings of operators that move, pick, reduce and turn types, one after the other, against ONNX Runtime. */
class OnnxRuntimeSweepTest {
    private final List<String> differences = new ArrayList<>();

    private static NdArray longs(long... values) {
        return NdArray.of(values, values.length);
    }

    private static NdArray whole(NdArray.Type type, long... values) {
        return NdArray.ofIntegers(type, values, values.length);
    }

    private static NdArray reals(double... values) {
        return NdArray.of(values, values.length);
    }

    private static NdArray scalar(double value) {
        return NdArray.of(new double[] {value});
    }

    private static NdArray scalar(long value) {
        return NdArray.of(new long[] {value});
    }

    private void check(String what, OperatorCheck check) {
        try {
            check.agreesWithOnnxRuntime();
        } catch (AssertionError | RuntimeException e) {
            String message = String.valueOf(e.getMessage());
            differences.add(what + ": " + message.substring(0, Math.min(600, message.length())));
        }
    }

    private void nothingDiffers() {
        assertThat(differences).isEmpty();
    }

    @Test
    void resizes() {
        NdArray x = random(1, 1, 2, 5, 6);
        for (String mode : List.of("nearest", "linear", "cubic")) {
            for (String where : List.of(
                    "half_pixel", "half_pixel_symmetric", "asymmetric", "align_corners", "pytorch_half_pixel")) {
                // Of an odd length the symmetric form places the middle on the middle, up to the last bit.
                double shrink = where.equals("half_pixel_symmetric") ? 0.8 : 0.6;
                for (double[] scales : new double[][] {{1, 1, 2, 1.5}, {1, 1, shrink, 0.8}, {1, 1, 2.6, 0.4}}) {
                    OperatorCheck one = OperatorCheck.of("Resize")
                            .opset(19)
                            .with("mode", mode)
                            .with("coordinate_transformation_mode", where)
                            .input(x)
                            .absent()
                            .constant(reals(scales));
                    check(mode + " " + where + " " + scales[2], one);
                    if (mode.equals("nearest")) {
                        for (String round : List.of("round_prefer_ceil", "floor", "ceil")) {
                            check(
                                    mode + " " + where + " " + round + " " + scales[2],
                                    OperatorCheck.of("Resize")
                                            .opset(19)
                                            .with("nearest_mode", round)
                                            .with("coordinate_transformation_mode", where)
                                            .input(x)
                                            .absent()
                                            .constant(reals(scales)));
                        }
                    }
                }
            }
            for (String policy : List.of("stretch", "not_larger", "not_smaller")) {
                check(
                        mode + " " + policy,
                        OperatorCheck.of("Resize")
                                .opset(19)
                                .with("mode", mode)
                                .with("axes", new long[] {2, 3})
                                .with("keep_aspect_ratio_policy", policy)
                                .input(x)
                                .absent()
                                .absent()
                                .constant(longs(7, 11)));
            }
            if (!mode.equals("nearest")) {
                for (double scale : new double[] {0.6, 1.7}) {
                    check(
                            mode + " antialias " + scale,
                            OperatorCheck.of("Resize")
                                    .opset(19)
                                    .with("mode", mode)
                                    .with("antialias", 1)
                                    .input(x)
                                    .absent()
                                    .constant(reals(1, 1, scale, scale)));
                }
            }
        }
        nothingDiffers();
    }

    @Test
    void pads() {
        for (String mode : List.of("constant", "reflect", "edge", "wrap")) {
            check(
                    mode,
                    OperatorCheck.of("Pad")
                            .opset(19)
                            .with("mode", mode)
                            .input(random(1, 3, 4))
                            .constant(longs(1, 2, 1, 3)));
            check(
                    mode + " axes",
                    OperatorCheck.of("Pad")
                            .opset(19)
                            .with("mode", mode)
                            .input(random(1, 2, 3, 4))
                            .constant(longs(2, 1))
                            .absent()
                            .constant(longs(-1)));
        }
        check(
                "value and cut",
                OperatorCheck.of("Pad")
                        .opset(19)
                        .input(random(1, 3, 4))
                        .constant(longs(-1, 2, 1, -2))
                        .constant(scalar(7.5)));
        nothingDiffers();
    }

    @Test
    void picks() {
        NdArray x = distinct(1, 3, 4, 5);
        for (int axis = -3; axis < 3; axis++) {
            for (int largest = 0; largest < 2; largest++) {
                check(
                        "TopK " + axis + largest,
                        OperatorCheck.of("TopK")
                                .outputs(2)
                                .with("axis", axis)
                                .with("largest", largest)
                                .input(x)
                                .constant(longs(2)));
            }
            for (String operator : List.of("ArgMax", "ArgMin")) {
                NdArray tied = NdArray.of(new double[] {1, 2, 2, 1, 2, 1, 2, 2}, 2, 2, 2);
                for (int last = 0; last < 2; last++) {
                    check(
                            operator + axis + last,
                            OperatorCheck.of(operator)
                                    .with("axis", axis)
                                    .with("keepdims", last)
                                    .with("select_last_index", last)
                                    .input(tied));
                }
            }
            check(
                    "Gather " + axis,
                    OperatorCheck.of("Gather").with("axis", axis).input(x).constant(longs(0, -1)));
            check(
                    "Compress " + axis,
                    OperatorCheck.of("Compress")
                            .with("axis", axis)
                            .input(x)
                            .constant(whole(NdArray.Type.BOOL, 0, 1, 1)));
            check(
                    "CumSum " + axis,
                    OperatorCheck.of("CumSum")
                            .with("exclusive", axis & 1)
                            .with("reverse", (axis >> 1) & 1)
                            .input(x)
                            .constant(scalar((long) axis)));
            check(
                    "OneHot " + axis,
                    OperatorCheck.of("OneHot")
                            .with("axis", axis)
                            .constant(NdArray.of(new long[] {0, 2, -1, 1}, 2, 2))
                            .constant(longs(3))
                            .constant(reals(-1, 4)));
            check(
                    "Split " + axis,
                    OperatorCheck.of("Split")
                            .outputs(2)
                            .with("axis", axis)
                            .with("num_outputs", 2)
                            .input(x));
            check(
                    "Softmax " + axis,
                    OperatorCheck.of("Softmax").with("axis", axis).input(x));
            check(
                    "LogSoftmax " + axis,
                    OperatorCheck.of("LogSoftmax").with("axis", axis).input(x));
            check(
                    "Hardmax " + axis,
                    OperatorCheck.of("Hardmax").with("axis", axis).input(x));
            check(
                    "Flatten " + axis,
                    OperatorCheck.of("Flatten").with("axis", axis).input(x));
            check(
                    "LpNormalization " + axis,
                    OperatorCheck.of("LpNormalization")
                            .with("axis", axis)
                            .with("p", 1)
                            .input(x));
            check(
                    "Concat " + axis,
                    OperatorCheck.of("Concat").with("axis", axis).input(x).input(x));
        }
        check("Compress flat", OperatorCheck.of("Compress").input(x).constant(whole(NdArray.Type.BOOL, 0, 1, 1, 1)));
        for (int sorted = 0; sorted < 2; sorted++) {
            NdArray twice = NdArray.of(new double[] {2, 1, 1, 3, 4, 3, 2, 1, 1}, 3, 3);
            check(
                    "Unique " + sorted,
                    OperatorCheck.of("Unique").outputs(4).with("sorted", sorted).input(twice));
            check(
                    "Unique rows " + sorted,
                    OperatorCheck.of("Unique")
                            .outputs(4)
                            .with("sorted", sorted)
                            .with("axis", 0)
                            .input(twice));
        }
        check("NonZero", OperatorCheck.of("NonZero").input(NdArray.of(new double[] {1, 0, 0, 2}, 2, 2)));
        nothingDiffers();
    }

    @Test
    void writes() {
        NdArray x = random(1, 3, 4);
        NdArray places = NdArray.of(new long[] {0, -1, 1, 0, 0, 2}, 3, 2);
        for (String reduction : List.of("none", "add", "mul", "min", "max")) {
            check(
                    "ScatterElements " + reduction,
                    OperatorCheck.of("ScatterElements")
                            .opset(18)
                            .with("axis", 1)
                            .with("reduction", reduction)
                            .input(x)
                            .constant(NdArray.of(new long[] {0, -1, 1, 0, 3, 2}, 3, 2))
                            .input(random(2, 3, 2)));
            check(
                    "ScatterND " + reduction,
                    OperatorCheck.of("ScatterND")
                            .opset(18)
                            .with("reduction", reduction)
                            .input(x)
                            .constant(NdArray.of(new long[] {0, 2}, 2, 1))
                            .input(random(2, 2, 4)));
        }
        check(
                "GatherElements",
                OperatorCheck.of("GatherElements").with("axis", 1).input(x).constant(places));
        check(
                "GatherND",
                OperatorCheck.of("GatherND")
                        .with("batch_dims", 1)
                        .input(random(3, 2, 3, 4))
                        .constant(NdArray.of(new long[] {1, -1}, 2, 1)));
        check(
                "Slice back",
                OperatorCheck.of("Slice")
                        .input(random(4, 4, 5))
                        .constant(longs(-1, 10))
                        .constant(longs(-9, 0))
                        .constant(longs(0, -1))
                        .constant(longs(-2, -1)));
        check(
                "Slice empty",
                OperatorCheck.of("Slice").input(x).constant(longs(2)).constant(longs(1)));
        for (int time = 0; time < 2; time++) {
            check(
                    "ReverseSequence " + time,
                    OperatorCheck.of("ReverseSequence")
                            .with("time_axis", time)
                            .with("batch_axis", 1 - time)
                            .input(random(5, 4, 4))
                            .constant(longs(1, 2, 3, 4)));
        }
        for (int k = -3; k < 4; k++) {
            for (int upper = 0; upper < 2; upper++) {
                check(
                        "Trilu " + k + upper,
                        OperatorCheck.of("Trilu")
                                .with("upper", upper)
                                .input(random(6, 2, 3, 4))
                                .constant(scalar((long) k)));
            }
            check(
                    "EyeLike " + k,
                    OperatorCheck.of("EyeLike")
                            .with("k", k)
                            .with("dtype", 1)
                            .constant(whole(NdArray.Type.INT32, 0, 0, 0, 0).reshape(2, 2)));
        }
        for (String mode : List.of("DCR", "CRD")) {
            check(
                    "DepthToSpace " + mode,
                    OperatorCheck.of("DepthToSpace")
                            .with("mode", mode)
                            .with("blocksize", 2)
                            .input(random(7, 2, 8, 2, 3)));
        }
        check(
                "SpaceToDepth",
                OperatorCheck.of("SpaceToDepth").with("blocksize", 2).input(random(7, 2, 2, 4, 6)));
        check("Tile", OperatorCheck.of("Tile").input(x).constant(longs(2, 3)));
        check("Expand", OperatorCheck.of("Expand").input(random(8, 3, 1)).constant(longs(2, 1, 6)));
        nothingDiffers();
    }

    @Test
    void reductions() {
        NdArray x = random(1, 3, 2, 4);
        for (String operator : List.of(
                "ReduceSum",
                "ReduceMean",
                "ReduceMax",
                "ReduceMin",
                "ReduceProd",
                "ReduceL1",
                "ReduceL2",
                "ReduceLogSumExp",
                "ReduceSumSquare")) {
            for (int keep = 0; keep < 2; keep++) {
                check(
                        operator + " all " + keep,
                        OperatorCheck.of(operator)
                                .opset(18)
                                .with("keepdims", keep)
                                .input(x));
                check(
                        operator + " some " + keep,
                        OperatorCheck.of(operator)
                                .opset(18)
                                .with("keepdims", keep)
                                .input(x)
                                .constant(longs(-1, 0)));
                check(
                        operator + " old " + keep,
                        OperatorCheck.of(operator)
                                .opset(11)
                                .with("keepdims", keep)
                                .with("axes", new long[] {1})
                                .input(x));
            }
            check(
                    operator + " none",
                    OperatorCheck.of(operator)
                            .opset(18)
                            .with("noop_with_empty_axes", 1)
                            .input(x)
                            .constant(longs()));
        }
        nothingDiffers();
    }

    @Test
    void numbers() {
        NdArray whole = whole(NdArray.Type.INT32, -7, 7, -3, 3, 5);
        NdArray by = whole(NdArray.Type.INT32, 3, -3, 2, 2, -4);
        check("Mod", OperatorCheck.of("Mod").input(whole).constant(by));
        check("Mod C", OperatorCheck.of("Mod").with("fmod", 1).input(whole).constant(by));
        check(
                "Mod real",
                OperatorCheck.of("Mod")
                        .with("fmod", 1)
                        .input(reals(-4.3, 7.2, 5))
                        .constant(reals(2.1, -3.4, 8)));
        check("Div", OperatorCheck.of("Div").input(whole).constant(by));
        check("Pow", OperatorCheck.of("Pow").input(reals(1, 2, 3)).constant(longs(4, -1, 0)));
        check(
                "Pow whole",
                OperatorCheck.of("Pow")
                        .input(whole(NdArray.Type.INT32, 1, 2, 3))
                        .constant(reals(4, 5, 0.5)));
        check(
                "Clip whole",
                OperatorCheck.of("Clip")
                        .input(whole(NdArray.Type.INT8, -7, 7, 3))
                        .constant(whole(NdArray.Type.INT8, -3).reshape()));
        for (int to : new int[] {1, 2, 3, 6, 7, 9}) {
            check("Cast " + to, OperatorCheck.of("Cast").with("to", to).input(reals(0, 1.7, 2.5, 100.9)));
            check("Cast whole " + to, OperatorCheck.of("Cast").with("to", to).input(longs(0, 1, 200)));
        }
        check("Round", OperatorCheck.of("Round").input(reals(0.5, 1.5, -0.5, -2.5, 2.6)));
        for (String type : List.of("UINT8", "INT8")) {
            NdArray zero = NdArray.ofIntegers(NdArray.Type.valueOf(type), new long[] {type.equals("INT8") ? -3 : 5});
            check(
                    "QuantizeLinear " + type,
                    OperatorCheck.of("QuantizeLinear")
                            .opset(13)
                            .input(random(1, 3, 4))
                            .constant(scalar(0.02))
                            .constant(zero));
        }
        check(
                "DynamicQuantizeLinear",
                OperatorCheck.of("DynamicQuantizeLinear").outputs(3).input(random(2, 3, 4)));
        check(
                "IsInf",
                OperatorCheck.of("IsInf")
                        .with("detect_negative", 0)
                        .input(reals(1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN)));
        check("IsNaN", OperatorCheck.of("IsNaN").input(reals(1, Double.POSITIVE_INFINITY, Double.NaN)));
        check("Sign", OperatorCheck.of("Sign").input(reals(-2, 0, 3)));
        check(
                "Shrink",
                OperatorCheck.of("Shrink").with("lambd", 0.5).with("bias", 0.2).input(random(3, 10)));
        check(
                "Range",
                OperatorCheck.of("Range")
                        .constant(scalar(10L))
                        .constant(scalar(4L))
                        .constant(scalar(-2L)));
        check(
                "Range real",
                OperatorCheck.of("Range")
                        .constant(scalar(1.0))
                        .constant(scalar(5.0))
                        .constant(scalar(1.5)));
        for (String direction : List.of("LEFT", "RIGHT")) {
            check(
                    "BitShift " + direction,
                    OperatorCheck.of("BitShift")
                            .with("direction", direction)
                            .input(whole(NdArray.Type.UINT8, 16, 4, 255))
                            .constant(whole(NdArray.Type.UINT8, 1, 2, 3)));
        }
        check(
                "Mean",
                OperatorCheck.of("Mean")
                        .input(random(4, 2, 3))
                        .input(random(5, 3))
                        .input(random(6, 2, 1)));
        check(
                "Max",
                OperatorCheck.of("Max")
                        .input(random(4, 2, 3))
                        .input(random(5, 3))
                        .input(random(6, 2, 1)));
        check("PRelu", OperatorCheck.of("PRelu").input(random(4, 2, 3)).constant(random(5, 3)));
        check(
                "Where",
                OperatorCheck.of("Where")
                        .constant(whole(NdArray.Type.BOOL, 1, 0).reshape(2, 1))
                        .input(random(1, 3))
                        .input(random(2, 2, 3)));
        nothingDiffers();
    }

    @Test
    void images() {
        NdArray x = random(1, 1, 2, 5, 6);
        NdArray grid = random(2, 1, 4, 3, 2);
        for (String mode : List.of("linear", "nearest", "cubic")) {
            for (String padding : List.of("zeros", "border", "reflection")) {
                for (int corners = 0; corners < 2; corners++) {
                    check(
                            "GridSample " + mode + padding + corners,
                            OperatorCheck.of("GridSample")
                                    .with("mode", mode)
                                    .with("padding_mode", padding)
                                    .with("align_corners", corners)
                                    .input(x)
                                    .constant(grid));
                }
            }
        }
        for (String mode : List.of("avg", "max")) {
            for (String where : List.of("half_pixel", "output_half_pixel")) {
                check(
                        "RoiAlign " + mode + where,
                        OperatorCheck.of("RoiAlign")
                                .opset(16)
                                .with("mode", mode)
                                .with("coordinate_transformation_mode", where)
                                .with("output_height", 3)
                                .with("output_width", 2)
                                .with("sampling_ratio", 2)
                                .with("spatial_scale", 0.9)
                                .input(x)
                                .constant(NdArray.of(new double[] {0, 0, 4, 4, 1, 2, 5, 4}, 2, 4))
                                .constant(longs(0, 0)));
            }
        }
        NdArray boxes = NdArray.of(
                new double[] {
                    0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, -0.1, 1, 0.9, 0, 10, 1, 11, 0, 10.1, 1, 11.1, 0, 100, 1, 101
                },
                1,
                6,
                4);
        NdArray scores =
                NdArray.of(new double[] {0.9, 0.75, 0.6, 0.95, 0.5, 0.3, 0.1, 0.75, 0.65, 0.95, 0.5, 0.9}, 1, 2, 6);
        check(
                "NonMaxSuppression",
                OperatorCheck.of("NonMaxSuppression")
                        .constant(boxes)
                        .constant(scores)
                        .constant(longs(3))
                        .constant(reals(0.5))
                        .constant(reals(0.4)));
        check(
                "AffineGrid",
                OperatorCheck.of("AffineGrid").input(random(4, 1, 2, 3)).constant(longs(1, 2, 3, 4)));
        check(
                "Upsample",
                OperatorCheck.of("Upsample")
                        .opset(9)
                        .with("mode", "nearest")
                        .input(x)
                        .constant(reals(1, 1, 2, 3)));
        check(
                "Col2Im",
                OperatorCheck.of("Col2Im")
                        .with("strides", new long[] {2, 1})
                        .with("pads", new long[] {1, 0, 1, 0})
                        .input(random(5, 1, 8, 6))
                        .constant(longs(4, 3))
                        .constant(longs(2, 2)));
        nothingDiffers();
    }
}
