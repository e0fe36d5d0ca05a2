package dev.whence.report;

import dev.whence.core.NdArray;
import java.awt.image.BufferedImage;
import java.util.Arrays;

/** Images from numbers, and the little arithmetic on grids that pictures need. */
final class Pixels {
    private Pixels() {}

    /**
     * An image of values that are stretched so that the smallest is black and the largest is white. Three channels are
     * read as red, green, blue; of any other number the mean is shown in gray.
     */
    static BufferedImage image(NdArray values, Layout layout) {
        int[] size = layout.size(values);
        int channels = size[0];
        int height = size[1];
        int width = size[2];
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < values.size(); i++) {
            double v = values.getDouble(i);
            if (Double.isFinite(v)) {
                least = Math.min(least, v);
                most = Math.max(most, v);
            }
        }
        double range = most > least ? most - least : 1;
        BufferedImage image = blank(width, height);
        double[] levels = new double[channels];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    levels[c] = (values.getDouble(layout.index(size, c, y, x)) - least) / range;
                }
                image.setRGB(x, y, colour(levels));
            }
        }
        return image;
    }

    private static int colour(double[] levels) {
        if (levels.length == 3) {
            return (level(levels[0]) << 16) | (level(levels[1]) << 8) | level(levels[2]);
        }
        return level(Arrays.stream(levels).average().orElse(0)) * 0x010101;
    }

    private static int level(double share) {
        return Double.isNaN(share) ? 0x80 : (int) Math.round(255 * Math.clamp(share, 0.0, 1.0));
    }

    static BufferedImage blank(int width, int height) {
        return new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    }

    /** The sums of the blocks of a grid; blocks at the right and bottom edges may be smaller. */
    static double[][] blockSums(double[][] grid, int high, int wide) {
        double[][] sums = new double[Math.ceilDiv(grid.length, high)][Math.ceilDiv(grid[0].length, wide)];
        for (int y = 0; y < grid.length; y++) {
            for (int x = 0; x < grid[0].length; x++) {
                sums[y / high][x / wide] += grid[y][x];
            }
        }
        return sums;
    }

    /** The size that the given share of all sizes does not exceed; the largest size where that would be 0. */
    static double limit(double[] values, double share) {
        double[] sizes = Arrays.stream(values)
                .map(Math::abs)
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        if (sizes.length == 0) {
            return 0;
        }
        int at = (int) Math.ceil(share * sizes.length) - 1;
        double limit = sizes[Math.clamp(at, 0, sizes.length - 1)];
        return limit > 0 ? limit : sizes[sizes.length - 1];
    }
}
