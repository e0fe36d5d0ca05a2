package dev.whence.testkit;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Prints what {@link GoldenTable} gathered over all modules: folder, cases, passed, failed, not supported. */
public final class GoldenSummary {
    private record Case(String folder, String name, GoldenTable.Outcome outcome, String note) {}

    private static final int MOST_NAMED = 40;

    private GoldenSummary() {}

    /**
     * Prints the table to standard output and ends with 1 if a case failed.
     *
     * @param arguments the root of the repository, by default found from where the program runs
     */
    public static void main(String[] arguments) throws IOException {
        Path root = arguments.length > 0 ? Path.of(arguments[0]) : Shared.projectRoot();
        int failed = print(root, System.out);
        if (failed > 0) {
            System.exit(1);
        }
    }

    /** Prints the table and returns how many cases failed. */
    static int print(Path root, PrintStream out) throws IOException {
        List<Case> cases = read(root);
        if (cases.isEmpty()) {
            out.println("No golden case ran: the shared folder is missing or empty.");
            return 0;
        }
        Map<String, List<Case>> folders = new TreeMap<>();
        for (Case c : cases) {
            folders.computeIfAbsent(c.folder(), f -> new ArrayList<>()).add(c);
        }
        name(out, cases, GoldenTable.Outcome.FAILED, "failed");
        name(out, cases, GoldenTable.Outcome.NOT_SUPPORTED, "not supported");
        int width = Math.max(
                6, folders.keySet().stream().mapToInt(String::length).max().orElse(0));
        String form = "%-" + width + "s  %6s  %6s  %6s  %13s%n";
        out.printf(form, "folder", "cases", "passed", "failed", "not supported");
        folders.forEach((folder, some) -> row(out, form, folder, some));
        row(out, form, "all", cases);
        return (int) count(cases, GoldenTable.Outcome.FAILED);
    }

    private static void row(PrintStream out, String form, String folder, List<Case> cases) {
        out.printf(
                form,
                folder,
                cases.size(),
                count(cases, GoldenTable.Outcome.PASSED),
                count(cases, GoldenTable.Outcome.FAILED),
                count(cases, GoldenTable.Outcome.NOT_SUPPORTED));
    }

    private static long count(List<Case> cases, GoldenTable.Outcome outcome) {
        return cases.stream().filter(c -> c.outcome() == outcome).count();
    }

    private static void name(PrintStream out, List<Case> cases, GoldenTable.Outcome outcome, String heading) {
        List<Case> named = cases.stream().filter(c -> c.outcome() == outcome).toList();
        if (named.isEmpty()) {
            return;
        }
        out.println(heading + ":");
        named.stream()
                .limit(MOST_NAMED)
                .forEach(c -> out.println(
                        "  " + c.folder() + " " + c.name() + (c.note().isEmpty() ? "" : ": " + c.note())));
        if (named.size() > MOST_NAMED) {
            out.println("  and " + (named.size() - MOST_NAMED) + " more");
        }
        out.println();
    }

    private static List<Case> read(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String pattern : List.of("target", "*")) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, pattern)) {
                for (Path folder : folders) {
                    Path golden = folder.resolve(pattern.equals("*") ? "target/golden" : "golden");
                    if (Files.isDirectory(golden)) {
                        try (DirectoryStream<Path> tables = Files.newDirectoryStream(golden, "*.tsv")) {
                            tables.forEach(files::add);
                        }
                    }
                }
            }
        }
        files.sort(null);
        Map<String, Case> last = new TreeMap<>();
        for (Path file : files) {
            for (String line : Files.readAllLines(file)) {
                String[] cells = line.split("\t", -1);
                if (cells.length == 4) {
                    Case c = new Case(cells[0], cells[1], GoldenTable.Outcome.valueOf(cells[2]), cells[3]);
                    last.put(file + "\t" + c.folder() + "\t" + c.name(), c);
                }
            }
        }
        return List.copyOf(last.values());
    }
}
