package dev.whence.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Paints a drawing into pixels with the JDK alone; needs no display. */
final class PixelWriter {
    /** Pictures up to this many pixels a side show each pixel with sharp edges; larger ones may be smoothed. */
    static final int CRISP_SIDE = 140;

    /** Small pictures are enlarged by a whole factor to at least this many pixels a side, so that no viewer blurs them. */
    private static final int SHARP_SIDE = 224;

    private static final double LARGEST_SIDE = 16_000;

    private final Graphics2D graphics;
    private final boolean fonts;

    private PixelWriter(Graphics2D graphics, boolean fonts) {
        this.graphics = graphics;
        this.fonts = fonts;
    }

    static BufferedImage paint(Drawing drawing, double scale) {
        return paint(drawing, scale, hasFonts());
    }

    /** Paints with the fonts of this machine, or with letters of our own. */
    static BufferedImage paint(Drawing drawing, double scale, boolean fonts) {
        double wide = Math.ceil(drawing.width() * scale);
        double high = Math.ceil(drawing.height() * scale);
        if (!(wide >= 1 && high >= 1 && wide <= LARGEST_SIDE && high <= LARGEST_SIDE)) {
            throw new IllegalArgumentException("picture of " + wide + " x " + high + " pixels, expected 1 to 16000");
        }
        BufferedImage image = new BufferedImage((int) wide, (int) high, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            graphics.setColor(new Color(Ink.PAPER.rgb()));
            graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
            graphics.scale(scale, scale);
            new PixelWriter(graphics, fonts).marks(drawing);
        } finally {
            graphics.dispose();
        }
        return image;
    }

    private void marks(Drawing drawing) {
        for (Drawing.Mark mark : drawing.marks()) {
            switch (mark) {
                case Drawing.Mark.Fill(Shape shape, Paint paint) -> {
                    graphics.setColor(new Color(paint.rgb()));
                    graphics.fill(shape);
                }
                case Drawing.Mark.Stroke stroke -> stroke(stroke);
                case Drawing.Mark.Text text -> text(text);
                case Drawing.Mark.Pixels pixels -> pixels(pixels);
                case Drawing.Mark.Inner(Drawing inner, double x, double y) -> {
                    graphics.translate(x, y);
                    marks(inner);
                    graphics.translate(-x, -y);
                }
            }
        }
    }

    private void stroke(Drawing.Mark.Stroke stroke) {
        graphics.setColor(new Color(stroke.paint().rgb()));
        float width = (float) stroke.width();
        graphics.setStroke(
                stroke.dashed()
                        ? new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {3, 3}, 0)
                        : new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
        graphics.draw(stroke.shape());
    }

    private void text(Drawing.Mark.Text text) {
        graphics.setColor(new Color(text.paint().rgb()));
        Font font = new Font(Font.SANS_SERIF, text.bold() ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) text.size());
        double wide = fonts
                ? font.getStringBounds(text.text(), graphics.getFontRenderContext())
                        .getWidth()
                : StrokeLetters.width(text.text(), text.size());
        double shift = switch (text.anchor()) {
            case START -> 0;
            case MIDDLE -> wide / 2;
            case END -> wide;
        };
        if (fonts) {
            graphics.setFont(font);
            graphics.drawString(text.text(), (float) (text.x() - shift), (float) text.y());
        } else {
            float thick = (float) (text.size() * (text.bold() ? 0.12 : 0.08));
            graphics.setStroke(new BasicStroke(thick, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            graphics.draw(StrokeLetters.outline(text.text(), text.x() - shift, text.y(), text.size()));
        }
    }

    /** Whether this machine has a font; a JDK alone brings none, and says so by failing in various ways. */
    private static boolean hasFonts() {
        try {
            var context = new FontRenderContext(null, true, true);
            return new Font(Font.SANS_SERIF, Font.PLAIN, 12)
                            .getStringBounds("x", context)
                            .getWidth()
                    > 0;
        } catch (RuntimeException | LinkageError | InternalError noFonts) {
            return false;
        }
    }

    private void pixels(Drawing.Mark.Pixels pixels) {
        BufferedImage image = pixels.image();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION,
                isCrisp(image)
                        ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
                        : RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        var before = graphics.getTransform();
        graphics.translate(pixels.x(), pixels.y());
        graphics.scale(pixels.width() / image.getWidth(), pixels.height() / image.getHeight());
        graphics.drawImage(image, 0, 0, null);
        graphics.setTransform(before);
    }

    static boolean isCrisp(BufferedImage image) {
        return Math.max(image.getWidth(), image.getHeight()) <= CRISP_SIDE;
    }

    /** The image enlarged by a whole factor if it is small, else itself. */
    static BufferedImage sharp(BufferedImage image) {
        if (!isCrisp(image)) {
            return image;
        }
        int factor = Math.ceilDiv(SHARP_SIDE, Math.max(image.getWidth(), image.getHeight()));
        var large =
                new BufferedImage(image.getWidth() * factor, image.getHeight() * factor, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < large.getHeight(); y++) {
            for (int x = 0; x < large.getWidth(); x++) {
                large.setRGB(x, y, image.getRGB(x / factor, y / factor));
            }
        }
        return large;
    }

    static byte[] png(BufferedImage image) {
        var bytes = new ByteArrayOutputStream();
        try (var stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
