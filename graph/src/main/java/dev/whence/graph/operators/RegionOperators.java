package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pooling of rectangular regions of {@code [N, C, H, W]}. */
final class RegionOperators {
    private RegionOperators() {}

    /**
     * Samples each region by bilinear interpolation on a grid and takes the mean (or the maximum) of the samples of each
     * cell. Interpolation works on rows and columns separately, so a region is two matrix products.
     */
    static final Operator ROI_ALIGN = Operator.named("RoiAlign")
            .since(10)
            .forward(RegionOperators::roiAlign)
            .gradient(RegionOperators::roiAlignGradient)
            .reads(Reads.NOTHING)
            .kind(c -> {
                if (c.isActive(1) || c.isActive(2)) {
                    return new Kind.Blocking("its regions depend on the input");
                }
                return isMaximum(c) ? new Kind.Blocking("its maximum is over interpolated values") : Kinds.MOVING;
            })
            .build();

    private static boolean isMaximum(Call c) {
        return c.attributes().text("mode", "avg").equals("max");
    }

    /**
     * One region.
     *
     * @param image index in the batch
     * @param rows from the image's rows to the lower and upper neighbour of samples, {@code [cells, samples a cell, 2, H]}
     * @param columns from the image's columns to samples
     */
    private record Region(long image, Tensor rows, Tensor columns) {
        Tensor meanRows() {
            return rows.sum(false, 2).mean(false, 1);
        }

        Tensor meanColumns() {
            return columns.sum(false, 2).mean(false, 1);
        }
    }

    private static Tensor roiAlign(Call c) {
        long[] x = c.shape(0);
        List<Tensor> out = new ArrayList<>();
        for (Region region : regions(c)) {
            Tensor image = c.in(0).select(0, region.image());
            out.add(
                    isMaximum(c)
                            ? maximum(image, region)
                            : region.meanRows()
                                    .matmul(image)
                                    .matmul(region.meanColumns().transpose(0, 1)));
        }
        return out.isEmpty()
                ? Tensor.zeros(c.type(0), 0, x[1], size(c, "output_height"), size(c, "output_width"))
                : Tensor.stack(0, out.toArray(new Tensor[0]));
    }

    /** The largest weighted neighbour of any sample of a cell: what the standard's reference takes the maximum of. */
    private static Tensor maximum(Tensor image, Region region) {
        Tensor rows = region.rows();
        Tensor columns = region.columns();
        Tensor samples = rows.reshape(-1, rows.dimension(3))
                .matmul(image)
                .matmul(columns.reshape(-1, columns.dimension(3)).transpose(0, 1));
        return samples.reshape(
                        -1, rows.dimension(0), 2 * rows.dimension(1), columns.dimension(0), 2 * columns.dimension(1))
                .max(false, 2, 4);
    }

    private static Tensor roiAlignGradient(Call c, Tensor gy) {
        long[] shape = c.shape(0);
        long images = shape[0];
        Tensor[] sums = new Tensor[(int) images];
        List<Region> regions = regions(c);
        for (int r = 0; r < regions.size(); r++) {
            Region region = regions.get(r);
            Tensor g = region.meanRows().transpose(0, 1).matmul(gy.select(0, r)).matmul(region.meanColumns());
            int n = (int) region.image();
            sums[n] = sums[n] == null ? g : sums[n].plus(g);
        }
        shape[0] = 1;
        for (int n = 0; n < sums.length; n++) {
            sums[n] = sums[n] == null ? Tensor.zeros(gy.type(), shape) : sums[n].unsqueeze(0);
        }
        return Tensor.concat(0, sums);
    }

    private static long size(Call c, String name) {
        long size = c.attributes().integer(name, 1);
        if (size < 1 || size > 1 << 14) {
            throw new WhenceException(ErrorCode.MODEL_INVALID, "attribute '" + name + "' is " + size);
        }
        return size;
    }

    private static List<Region> regions(Call c) {
        long[] x = c.shape(0);
        long[] rois = c.shape(1);
        long[] images = c.in(2).toLongs();
        if (x.length != 4 || rois.length != 2 || rois[1] != 4 || images.length != rois[0]) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "input " + Arrays.toString(x) + ", regions " + Arrays.toString(rois) + " and " + images.length
                            + " batch indices do not fit; [N, C, H, W], [regions, 4] and [regions] are expected");
        }
        double[] corners = c.in(1).toDoubles();
        List<Region> out = new ArrayList<>();
        for (int r = 0; r < images.length; r++) {
            if (images[r] < 0 || images[r] >= x[0]) {
                throw new WhenceException(
                        ErrorCode.OPERATOR_FAILED, "batch index " + images[r] + " lies outside " + x[0] + " images");
            }
            out.add(new Region(
                    images[r],
                    samples(c, corners[4 * r + 1], corners[4 * r + 3], size(c, "output_height"), x[2]),
                    samples(c, corners[4 * r], corners[4 * r + 2], size(c, "output_width"), x[3])));
        }
        return out;
    }

    /** The weights of {@code length} places in the samples of each cell along one axis. */
    private static Tensor samples(Call c, double from, double to, long cells, long length) {
        double scale = c.attributes().real("spatial_scale", 1);
        boolean isHalf = c.opset() >= 16
                && c.attributes()
                        .text("coordinate_transformation_mode", "half_pixel")
                        .equals("half_pixel");
        double start = from * scale - (isHalf ? 0.5 : 0);
        double extent = to * scale - (isHalf ? 0.5 : 0) - start;
        extent = isHalf ? extent : Math.max(extent, 1);
        double cell = extent / cells;
        long given = c.attributes().integer("sampling_ratio", 0);
        long count = given > 0 ? given : Math.max(1, (long) Math.ceil(cell));
        if (count > (1L << 26) / (2 * cells * Math.max(1, length))) {
            throw new WhenceException(ErrorCode.OPERATOR_FAILED, "a region asks for " + count + " samples a cell");
        }
        double[] weights = new double[(int) (2 * cells * count * length)];
        for (int s = 0; s < cells * count; s++) {
            long index = s / count;
            double place = start + index * cell + (s % count + 0.5) * cell / count;
            if (place >= -1 && place <= length) {
                double inside = Math.min(Math.max(place, 0), length - 1);
                int low = (int) inside;
                int high = (int) Math.min(low + 1L, length - 1);
                weights[(int) (2L * s * length) + low] = 1 - (inside - low);
                weights[(int) ((2L * s + 1) * length) + high] = inside - low;
            }
        }
        return Tensor.of(NdArray.of(weights, cells, count, 2, length)).to(c.type(1));
    }

    static final List<Operator> ALL = List.of(ROI_ALIGN);
}
