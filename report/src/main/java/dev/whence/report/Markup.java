package dev.whence.report;

/**
 * Writes HTML that is also well-formed XML. Text and attribute values are escaped here and nowhere else, so hostile names
 * stay text. Not thread-safe.
 *
 * <pre>
 * new Markup().open("p", "class", "note").text("a &lt; b").close("p").toString()
 * </pre>
 */
public final class Markup {
    private static final char REPLACEMENT = '\uFFFD';

    /** Names up to this length need not be broken. */
    private static final int SHORT = 12;

    private final StringBuilder out = new StringBuilder();

    /** Starts an empty piece of markup. */
    public Markup() {}

    /** Text with the five special characters escaped and with characters that XML forbids replaced by U+FFFD. */
    public static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> {
                    if (Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1))) {
                        safe.append(c).append(text.charAt(++i));
                    } else {
                        safe.append(allowed(c) ? c : REPLACEMENT);
                    }
                }
            }
        }
        return safe.toString();
    }

    private static boolean allowed(char c) {
        boolean control = (c < ' ' && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
        boolean reordering = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        return !control && !reordering && !Character.isSurrogate(c) && c < 0xFFFE;
    }

    /** Opens an element; attributes are name, value, name, value. */
    public Markup open(String element, String... attributes) {
        start(element, attributes);
        out.append('>');
        return this;
    }

    /** Closes an element. */
    public Markup close(String element) {
        out.append("</").append(element).append('>');
        return this;
    }

    /** Writes an element without content, such as {@code img}. */
    public Markup empty(String element, String... attributes) {
        start(element, attributes);
        out.append("/>");
        return this;
    }

    /** Writes escaped text. */
    public Markup text(String text) {
        out.append(escape(text));
        return this;
    }

    /** Writes escaped text; a long name, which has no spaces, may be broken behind its dots and slashes. */
    public Markup breakable(String text) {
        if (text.length() <= SHORT || text.indexOf(' ') >= 0) {
            return text(text);
        }
        int from = 0;
        for (int i = 1; i < text.length() - 1; i++) {
            if (text.charAt(i) == '.' || text.charAt(i) == '/') {
                text(text.substring(from, i + 1)).empty("wbr");
                from = i + 1;
            }
        }
        return text(text.substring(from));
    }

    /** Writes an element that holds only text. */
    public Markup element(String element, String text, String... attributes) {
        return open(element, attributes).text(text).close(element);
    }

    /** Writes markup that is known to be safe because a block or another {@code Markup} made it. */
    public Markup raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Writes a block. */
    public Markup block(Block block) {
        return raw(block.html());
    }

    private void start(String element, String... attributes) {
        if (attributes.length % 2 != 0) {
            throw new IllegalArgumentException("attributes of <" + element + "> must be pairs of name and value");
        }
        out.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(escape(attributes[i + 1]))
                    .append('"');
        }
    }

    /** The markup written so far. */
    @Override
    public String toString() {
        return out.toString();
    }
}
