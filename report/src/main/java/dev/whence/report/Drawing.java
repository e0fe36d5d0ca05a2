package dev.whence.report;

import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * A picture described once, as a list of marks in user units (one unit is one CSS pixel, origin at the top left), and
 * written as SVG or painted as pixels without a browser or a display. Immutable.
 */
public final class Drawing {
    private final double width;
    private final double height;
    private final String description;
    private final List<Mark> marks;

    private Drawing(double width, double height, String description, List<Mark> marks) {
        this.width = width;
        this.height = height;
        this.description = description;
        this.marks = List.copyOf(marks);
    }

    /** Where a text stands relative to its point. */
    public enum Anchor {
        START,
        MIDDLE,
        END
    }

    /** One thing that is drawn. */
    sealed interface Mark {
        /** A filled shape. */
        record Fill(Shape shape, Paint paint) implements Mark {}

        /** The outline of a shape or a line. */
        record Stroke(Shape shape, Paint paint, double width, boolean dashed) implements Mark {}

        /** A line of text; {@code y} is its baseline. */
        record Text(String text, double x, double y, double size, Anchor anchor, Paint paint, boolean bold)
                implements Mark {}

        /** An image of pixels, stretched to the given box; pixels of small images keep sharp edges. */
        record Pixels(BufferedImage image, double x, double y, double width, double height) implements Mark {}

        /** A drawing inside a drawing, moved. */
        record Inner(Drawing drawing, double x, double y) implements Mark {}
    }

    /** Starts a drawing of the given size in units, with a sentence for readers who cannot see it. */
    public static Builder of(double width, double height, String description) {
        return new Builder(width, height, description);
    }

    /** The width in units. */
    public double width() {
        return width;
    }

    /** The height in units. */
    public double height() {
        return height;
    }

    /** What the picture shows, in words. */
    public String description() {
        return description;
    }

    List<Mark> marks() {
        return marks;
    }

    /** This drawing as a complete SVG file on light paper; it names no font or image outside of itself. */
    public String svg() {
        return SvgWriter.standalone(this);
    }

    /** This drawing as an SVG element for a page, coloured by the page's light or dark setting. */
    public String inlineSvg() {
        return SvgWriter.inline(this);
    }

    /**
     * This drawing as pixels on light paper.
     *
     * @param scale pixels a unit, above 0
     */
    public BufferedImage image(double scale) {
        return PixelWriter.paint(this, scale);
    }

    /** This drawing as the bytes of a PNG file on light paper, {@code scale} pixels a unit. */
    public byte[] png(double scale) {
        return PixelWriter.png(image(scale));
    }

    /** Collects marks; later marks cover earlier ones. */
    public static final class Builder {
        private final double width;
        private final double height;
        private final String description;
        private final List<Mark> marks = new ArrayList<>();

        private Builder(double width, double height, String description) {
            this.width = width;
            this.height = height;
            this.description = description;
        }

        /** Fills a box; negative or zero sizes draw nothing. */
        public Builder box(double x, double y, double boxWidth, double boxHeight, Paint paint) {
            if (boxWidth > 0 && boxHeight > 0) {
                fill(new Rectangle2D.Double(x, y, boxWidth, boxHeight), paint);
            }
            return this;
        }

        /** Fills a shape. */
        public Builder fill(Shape shape, Paint paint) {
            marks.add(new Mark.Fill(shape, paint));
            return this;
        }

        /** Draws a line. */
        public Builder line(double x1, double y1, double x2, double y2, Paint paint) {
            return stroke(new Line2D.Double(x1, y1, x2, y2), paint, 1, false);
        }

        /** Draws an outline of the given thickness. */
        public Builder stroke(Shape shape, Paint paint, double thickness, boolean dashed) {
            marks.add(new Mark.Stroke(shape, paint, thickness, dashed));
            return this;
        }

        /** Writes a line of text with its baseline at {@code y}. */
        public Builder text(String text, double x, double y, double size, Anchor anchor, Paint paint) {
            marks.add(new Mark.Text(text, x, y, size, anchor, paint, false));
            return this;
        }

        /** Writes a line of bold text with its baseline at {@code y}. */
        public Builder bold(String text, double x, double y, double size, Anchor anchor, Paint paint) {
            marks.add(new Mark.Text(text, x, y, size, anchor, paint, true));
            return this;
        }

        /** Places pixels, stretched to a box with sharp edges. */
        public Builder pixels(BufferedImage image, double x, double y, double boxWidth, double boxHeight) {
            marks.add(new Mark.Pixels(image, x, y, boxWidth, boxHeight));
            return this;
        }

        /** Places another drawing with its top left corner at the given point. */
        public Builder place(Drawing drawing, double x, double y) {
            marks.add(new Mark.Inner(drawing, x, y));
            return this;
        }

        /** The finished drawing. */
        public Drawing build() {
            return new Drawing(width, height, description, marks);
        }
    }
}
