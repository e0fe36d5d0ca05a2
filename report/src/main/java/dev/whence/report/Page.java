package dev.whence.report;

import dev.whence.core.ErrorCode;
import dev.whence.core.FinishedFile;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One self-contained HTML file: title, sections, styles and pictures inside, nothing fetched from anywhere. The page is
 * readable from 400 pixels on, follows the reader's light or dark setting, works without JavaScript and forbids itself
 * every connection by a content security policy. The same content gives the same bytes.
 *
 * <pre>{@code
 * Page.titled("Why a seven?").lead("DeepLIFT on digits.onnx")
 *         .section("Digit 17", HeatMap.of("image", scores, 28, 28).over(picture))
 *         .build().write(Path.of("seven.html"));
 * }</pre>
 */
public final class Page {
    private final String html;

    private Page(String html) {
        this.html = html;
    }

    /** Starts a page with its title. */
    public static Builder titled(String title) {
        return new Builder(title);
    }

    /** The whole file as text, to be stored as UTF-8. */
    public String html() {
        return html;
    }

    /**
     * Writes the file; on failure nothing half-written stays behind.
     *
     * @throws WhenceException with {@link ErrorCode#STORE_UNWRITABLE} if the place cannot be written
     */
    public void write(Path file) {
        FinishedFile.writeText(file, html);
    }

    /** Collects the sections of a page. */
    public static final class Builder {
        private final String title;
        private final Markup main = new Markup();
        private final List<String> headings = new ArrayList<>();
        private final Set<String> anchors = new HashSet<>();
        private String lead = "";

        private Builder(String title) {
            this.title = title;
        }

        /** Sets the sentence below the title. */
        public Builder lead(String sentence) {
            lead = sentence;
            return this;
        }

        /** Adds a section with a heading. */
        public Builder section(String heading, Block... blocks) {
            return section("section-" + (headings.size() + 1), heading, List.of(blocks));
        }

        /**
         * Adds a section that links can lead to.
         *
         * @param anchor letters, digits and hyphens, different from all others of the page
         */
        public Builder section(String anchor, String heading, List<Block> blocks) {
            if (!anchor.matches("[A-Za-z][A-Za-z0-9-]*") || !anchors.add(anchor)) {
                throw new IllegalArgumentException("anchor '" + anchor + "' is not a new word of letters and digits");
            }
            headings.add(heading);
            main.open("section", "id", anchor, "aria-labelledby", anchor + "-heading");
            main.element("h2", heading, "id", anchor + "-heading");
            blocks.forEach(main::block);
            main.close("section");
            return this;
        }

        /** The finished page. */
        public Page build() {
            String style = style();
            String script = resource("page.js");
            String policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-"
                    + digest(script) + "'; base-uri 'none'; form-action 'none'";
            Markup out = new Markup()
                    .raw("<!DOCTYPE html>\n")
                    .open("html", "lang", "en")
                    .open("head");
            out.empty("meta", "charset", "utf-8");
            out.empty("meta", "http-equiv", "Content-Security-Policy", "content", policy);
            out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
            out.empty("meta", "name", "color-scheme", "content", "light dark");
            out.element("title", title);
            out.raw("<style>" + style + "</style>").close("head").open("body");
            out.element("a", "Skip to content", "class", "skip", "href", "#content");
            out.open("header").element("p", "Whence", "class", "brand").element("h1", title);
            if (!lead.isEmpty()) {
                out.element("p", lead, "class", "lead");
            }
            out.close("header")
                    .open("main", "id", "content")
                    .raw(main.toString())
                    .close("main");
            out.open("footer")
                    .element("p", "Made by Whence. This page is complete in itself and loads nothing.")
                    .close("footer");
            out.raw("<script>" + script + "</script>").close("body").close("html");
            return new Page(out.raw("\n").toString());
        }
    }

    /** The style sheet: the inks of both settings first, then the rules. */
    private static String style() {
        StringBuilder light = new StringBuilder();
        StringBuilder dark = new StringBuilder();
        StringBuilder classes = new StringBuilder();
        for (Ink ink : Ink.values()) {
            String name = ink.style();
            light.append("--")
                    .append(name)
                    .append(':')
                    .append(Paint.hex(ink.rgb()))
                    .append(';');
            dark.append("--")
                    .append(name)
                    .append(':')
                    .append(Paint.hex(ink.dark()))
                    .append(';');
            classes.append(".fill-" + name + "{fill:var(--" + name + ")}");
            classes.append(".stroke-" + name + "{stroke:var(--" + name + ")}");
        }
        light.append("--ramp:").append(ColorScale.DIVERGING.gradient()).append(';');
        return ":root{" + light + "}@media(prefers-color-scheme:dark){:root{" + dark + "}}" + classes + "\n"
                + resource("page.css");
    }

    private static String resource(String name) {
        try (InputStream stream = Page.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the library lacks its file " + name);
            }
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            if (text.contains("<") || text.contains("&")) {
                throw new IllegalStateException(name + " must stand in a page as it is, without < and &");
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(String script) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
