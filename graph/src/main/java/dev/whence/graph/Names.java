package dev.whence.graph;

/** How names that come from strangers' files are printed. */
final class Names {
    private Names() {}

    /** The name itself if it is plain; otherwise in double quotes with everything odd escaped. */
    static String quoted(String name) {
        return !name.isEmpty() && name.codePoints().allMatch(Names::isPlain) && !name.equals("-")
                ? name
                : literal(name);
    }

    /** The text in double quotes; quotes, backslashes and control characters escaped. */
    static String literal(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                default -> {
                    if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                        out.append("\\u{").append(Integer.toHexString(c)).append('}');
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.append('"').toString();
    }

    private static boolean isPlain(int c) {
        return Character.isLetterOrDigit(c) || "_-./:+$@#|~^*&%!?<>;'`".indexOf(c) >= 0;
    }
}
