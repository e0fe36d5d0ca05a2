package dev.whence.quantize.experiments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A markdown table of percentages for the pages of experiments. */
final class Table {
    private final List<String> lines = new ArrayList<>();

    Table(String... columns) {
        lines.add(line(Arrays.asList(columns)));
        lines.add("|---".repeat(columns.length) + "|");
    }

    void row(String name, List<Double> values) {
        List<String> cells = new ArrayList<>(List.of(name));
        values.forEach(value -> cells.add(text(value)));
        lines.add(line(cells));
    }

    static String text(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    void cells(String... cells) {
        lines.add(line(Arrays.asList(cells)));
    }

    @SuppressWarnings("SystemOut")
    void print(String title) {
        System.out.println();
        System.out.println(title);
        System.out.println();
        lines.forEach(System.out::println);
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |"));
    }
}
