package dev.whence.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What somebody may have meant who wrote a name that does not exist. */
final class Suggestions {
    private static final int MOST = 2;

    private Suggestions() {}

    /** The names that are nearest to what was written, nearest first; none if nothing is near, one if no other is as near. */
    static List<String> nearest(String written, Collection<String> names) {
        String low = written.toLowerCase(Locale.ROOT);
        int limit = Math.max(2, written.length() / 3);
        List<String> near = names.stream()
                .filter(name -> distance(low, name.toLowerCase(Locale.ROOT)) <= limit
                        || (low.length() >= 3 && name.toLowerCase(Locale.ROOT).contains(low)))
                .sorted(Comparator.comparingInt((String name) -> distance(low, name.toLowerCase(Locale.ROOT))))
                .toList();
        if (near.isEmpty()) {
            return near;
        }
        int farthest = 1 + 2 * distance(low, near.getFirst().toLowerCase(Locale.ROOT));
        return near.stream()
                .filter(name -> distance(low, name.toLowerCase(Locale.ROOT)) <= farthest)
                .limit(MOST)
                .toList();
    }

    /** The same as the end of a sentence: {@code "; did you mean 'a' or 'b'?"} or {@code "."}. */
    static String ending(String written, Collection<String> names) {
        List<String> near = nearest(written, names);
        return near.isEmpty() ? "." : "; did you mean '" + String.join("' or '", near) + "'?";
    }

    /** How many letters must be put in, left out, changed or swapped with their neighbour. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(change, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
