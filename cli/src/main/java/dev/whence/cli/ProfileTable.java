package dev.whence.cli;

import dev.whence.graph.Profile;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prints where time and memory went. */
final class ProfileTable {
    private ProfileTable() {}

    /**
     * Prints a line for each operator and direction, the longest time first.
     *
     * @param nanoseconds the whole work, of which operators are a part
     * @param json whether for machines
     */
    static void print(Console console, Profile profile, long nanoseconds, boolean json) {
        PrintWriter out = console.err();
        List<Profile.Row> rows = profile.rows();
        if (json) {
            rows.forEach(row -> out.println(JsonLine.profile(row)));
            out.flush();
            return;
        }
        out.printf(
                Locale.ROOT, "%n%-24s %-9s %8s %11s %7s %11s%n", "operator", "direction", "calls", "ms", "share", "MB");
        long known = 0;
        for (Profile.Row row : rows) {
            known += row.nanoseconds();
            line(
                    out,
                    row.operator(),
                    row.direction().name().toLowerCase(Locale.ROOT),
                    row.calls(),
                    row.nanoseconds(),
                    nanoseconds,
                    row.bytes());
        }
        line(out, "everything else", "", 0, Math.max(0, nanoseconds - known), nanoseconds, 0);
        out.printf(Locale.ROOT, "%-24s %-9s %8s %11.1f%n", "together", "", "", nanoseconds / 1e6);
        out.println("MB: what the results of all calls take, though most are freed on the way.");
        out.flush();
    }

    private static void line(
            PrintWriter out, String operator, String direction, long calls, long nanoseconds, long all, long bytes) {
        out.printf(
                Locale.ROOT,
                "%-24s %-9s %8s %11.1f %6.1f%% %11s%n",
                operator,
                direction,
                calls == 0 ? "" : String.valueOf(calls),
                nanoseconds / 1e6,
                100.0 * nanoseconds / Math.max(1, all),
                bytes == 0 ? "" : String.format(Locale.ROOT, "%.1f", bytes / 1e6));
    }
}
