package dev.whence.report;

/** A part of a page that can show itself. */
@FunctionalInterface
public interface Block {
    /** This block as HTML that is well-formed XML, with all foreign text escaped. */
    String html();

    /** A paragraph of plain text. */
    static Block paragraph(String text) {
        return () -> new Markup().element("p", text).toString();
    }

    /** A paragraph set apart, for what changes how the numbers must be read. */
    static Block note(String text) {
        return () -> new Markup().element("p", text, "class", "note").toString();
    }
}
