package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One batch of Grad-CAM. */
final class GradCamRun {
    private GradCamRun() {}

    static List<BatchResult> run(GradCam method, Task task) {
        String layer = task.sources().getFirst();
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = task.network()
                    .run(task.inputTensors(), task.sourceSet(), task.kept(), GradientPropagation.RETENTION);
            NdArray value = trace.slot(task.target()).tensor().toNdArray();
            Tensor maps = trace.slot(layer).tensor();
            if (maps.rank() < 3) {
                throw new WhenceException(
                        ErrorCode.TARGET_INVALID,
                        "grad-cam wants feature maps, one number a channel and place; '" + layer + "' is "
                                + maps.toNdArray() + ". Name another value with --at.");
            }
            List<NdArray> seeds = task.seeds(value);
            List<Map<String, Tensor>> gradients = GradientRun.gradients(task, trace, seeds, RectifierRule.GRADIENT);
            List<BatchResult> out = new ArrayList<>();
            for (int t = 0; t < seeds.size(); t++) {
                Tensor gradient = Objects.requireNonNull(gradients.get(t).get(layer));
                Tensor weights = gradient.mean(true, placeAxes(maps.rank()));
                Tensor cam = maps.times(weights).sum(true, 1);
                NdArray scores = (method.rectified() ? cam.relu() : cam).toNdArray();
                out.add(result(method, task, layer, scores, Seeds.values(value, seeds.get(t))));
            }
            return out;
        }
    }

    private static long[] placeAxes(int rank) {
        long[] axes = new long[rank - 2];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i + 2L;
        }
        return axes;
    }

    private static BatchResult result(GradCam method, Task task, String layer, NdArray cam, double[] values) {
        String name = layer;
        NdArray scores = cam;
        if (method.upsampled()) {
            for (Map.Entry<String, NdArray> input : task.feeds().entrySet()) {
                if (input.getValue().type().isFloating() && input.getValue().rank() == cam.rank()) {
                    name = input.getKey();
                    scores = Enlarging.to(cam, input.getValue().shape());
                    break;
                }
            }
        }
        double[] sums = new double[task.count()];
        int row = scores.size() / sums.length;
        for (int i = 0; i < scores.size(); i++) {
            sums[i / row] += scores.getDouble(i);
        }
        return new BatchResult(
                Map.of(name, scores), Map.of(), sums, values, new double[0][], new double[0][], List.of());
    }
}
