package dev.whence.report;

import static dev.whence.report.Numbers.coordinate;

import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.util.Base64;

/** Writes a drawing as SVG, either as a file of its own with fixed colours or inside a page with the page's inks. */
final class SvgWriter {
    private static final String FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

    private final Markup out = new Markup();
    private final boolean standalone;

    private SvgWriter(boolean standalone) {
        this.standalone = standalone;
    }

    static String standalone(Drawing drawing) {
        SvgWriter writer = new SvgWriter(true);
        writer.out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        writer.out.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "width",
                coordinate(drawing.width()),
                "height",
                coordinate(drawing.height()),
                "viewBox",
                viewBox(drawing),
                "role",
                "img",
                "font-family",
                FONT);
        writer.out.element("title", drawing.description());
        writer.out.raw("<rect width=\"100%\" height=\"100%\" fill=\"" + Paint.hex(Ink.PAPER.rgb()) + "\"/>");
        writer.marks(drawing);
        return writer.out.close("svg").raw("\n").toString();
    }

    static String inline(Drawing drawing) {
        SvgWriter writer = new SvgWriter(false);
        writer.out.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "viewBox",
                viewBox(drawing),
                "width",
                coordinate(drawing.width()),
                "height",
                coordinate(drawing.height()),
                "role",
                "img",
                "aria-label",
                drawing.description());
        writer.marks(drawing);
        return writer.out.close("svg").toString();
    }

    private static String viewBox(Drawing drawing) {
        return "0 0 " + coordinate(drawing.width()) + " " + coordinate(drawing.height());
    }

    private void marks(Drawing drawing) {
        for (Drawing.Mark mark : drawing.marks()) {
            switch (mark) {
                case Drawing.Mark.Fill(Shape shape, Paint paint) -> fill(shape, paint);
                case Drawing.Mark.Stroke stroke -> stroke(stroke);
                case Drawing.Mark.Text text -> text(text);
                case Drawing.Mark.Pixels pixels -> pixels(pixels);
                case Drawing.Mark.Inner(Drawing inner, double x, double y) -> {
                    out.open("g", "transform", "translate(" + coordinate(x) + " " + coordinate(y) + ")");
                    marks(inner);
                    out.close("g");
                }
            }
        }
    }

    private void fill(Shape shape, Paint paint) {
        if (shape instanceof Rectangle2D box) {
            out.raw("<rect x=\"" + coordinate(box.getX()) + "\" y=\"" + coordinate(box.getY()) + "\" width=\""
                    + coordinate(box.getWidth()) + "\" height=\"" + coordinate(box.getHeight()) + "\" "
                    + colour("fill", paint) + "/>");
        } else {
            out.raw("<path d=\"" + path(shape) + "\" " + colour("fill", paint) + "/>");
        }
    }

    private void stroke(Drawing.Mark.Stroke stroke) {
        String style = colour("stroke", stroke.paint())
                + (stroke.width() == 1 ? "" : " stroke-width=\"" + coordinate(stroke.width()) + "\"")
                + (stroke.dashed() ? " stroke-dasharray=\"3 3\"" : "");
        if (stroke.shape() instanceof Line2D line) {
            out.raw("<line x1=\"" + coordinate(line.getX1()) + "\" y1=\"" + coordinate(line.getY1()) + "\" x2=\""
                    + coordinate(line.getX2()) + "\" y2=\"" + coordinate(line.getY2()) + "\" " + style + "/>");
        } else {
            out.raw("<path d=\"" + path(stroke.shape()) + "\" fill=\"none\" stroke-linejoin=\"round\" " + style + "/>");
        }
    }

    private void text(Drawing.Mark.Text text) {
        String anchor = switch (text.anchor()) {
            case START -> "";
            case MIDDLE -> " text-anchor=\"middle\"";
            case END -> " text-anchor=\"end\"";
        };
        out.raw("<text x=\"" + coordinate(text.x()) + "\" y=\"" + coordinate(text.y()) + "\" font-size=\""
                        + coordinate(text.size()) + "\"" + anchor + (text.bold() ? " font-weight=\"600\" " : " ")
                        + colour("fill", text.paint()) + ">")
                .text(text.text())
                .raw("</text>");
    }

    private void pixels(Drawing.Mark.Pixels pixels) {
        String data = "data:image/png;base64,"
                + Base64.getEncoder().encodeToString(PixelWriter.png(PixelWriter.sharp(pixels.image())));
        String crisp = PixelWriter.isCrisp(pixels.image()) ? " style=\"image-rendering:pixelated\"" : "";
        out.raw("<image x=\"" + coordinate(pixels.x()) + "\" y=\"" + coordinate(pixels.y()) + "\" width=\""
                + coordinate(pixels.width()) + "\" height=\"" + coordinate(pixels.height())
                + "\" preserveAspectRatio=\"none\"" + crisp + " href=\"" + data + "\"/>");
    }

    private String colour(String property, Paint paint) {
        if (!standalone && paint instanceof Ink ink) {
            return "class=\"" + property + "-" + ink.style() + "\"";
        }
        return property + "=\"" + Paint.hex(paint.rgb()) + "\"";
    }

    private static String path(Shape shape) {
        StringBuilder d = new StringBuilder();
        double[] p = new double[6];
        for (PathIterator at = shape.getPathIterator(null); !at.isDone(); at.next()) {
            int kind = at.currentSegment(p);
            d.append(
                    switch (kind) {
                        case PathIterator.SEG_MOVETO -> "M";
                        case PathIterator.SEG_LINETO -> "L";
                        case PathIterator.SEG_QUADTO -> "Q";
                        case PathIterator.SEG_CUBICTO -> "C";
                        default -> "Z";
                    });
            int numbers = switch (kind) {
                case PathIterator.SEG_MOVETO, PathIterator.SEG_LINETO -> 2;
                case PathIterator.SEG_QUADTO -> 4;
                case PathIterator.SEG_CUBICTO -> 6;
                default -> 0;
            };
            for (int i = 0; i < numbers; i++) {
                d.append(i == 0 ? "" : " ").append(coordinate(p[i]));
            }
        }
        return d.toString();
    }
}
