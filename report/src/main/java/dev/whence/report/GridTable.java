package dev.whence.report;

/** The numbers behind a heat map, closed until asked for: every score along a short axis, sums of
 * blocks along a long one. */
final class GridTable {
    private static final int MOST_CELLS_A_SIDE = 32;
    private static final int BLOCKS_A_SIDE = 16;

    private GridTable() {}

    private static int block(int length) {
        return length <= MOST_CELLS_A_SIDE ? 1 : Math.ceilDiv(length, BLOCKS_A_SIDE);
    }

    static int rows(double[][] grid) {
        return Math.ceilDiv(grid.length, block(grid.length));
    }

    static int columns(double[][] grid) {
        return Math.ceilDiv(grid[0].length, block(grid[0].length));
    }

    static Block of(String name, double[][] grid) {
        int high = block(grid.length);
        int wide = block(grid[0].length);
        double[][] cells = Pixels.blockSums(grid, high, wide);
        String title = high == 1 && wide == 1
                ? "Scores of " + name + ", " + grid.length + " × " + grid[0].length
                : "Scores of " + name + ", sums of blocks of " + high + " × " + wide;
        return () -> {
            Markup out = new Markup().open("details", "class", "numbers").element("summary", title);
            out.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", title);
            out.open("table", "class", "grid")
                    .open("thead")
                    .open("tr")
                    .open("td")
                    .close("td");
            for (int x = 0; x < cells[0].length; x++) {
                out.element("th", Integer.toString(x * wide), "scope", "col");
            }
            out.close("tr").close("thead").open("tbody");
            for (int y = 0; y < cells.length; y++) {
                out.open("tr").element("th", Integer.toString(y * high), "scope", "row");
                for (double score : cells[y]) {
                    out.element("td", Numbers.shortSigned(score), "class", "v");
                }
                out.close("tr");
            }
            return out.close("tbody")
                    .close("table")
                    .close("div")
                    .close("details")
                    .toString();
        };
    }
}
