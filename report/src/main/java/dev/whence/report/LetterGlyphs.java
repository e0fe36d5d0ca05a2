package dev.whence.report;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/** The letters of sequence logos as outlines that fill a box exactly, so that no font decides how tall a score looks. */
final class LetterGlyphs {
    private LetterGlyphs() {}

    /** The letter stretched into a box; any letter but A, C, G, T, U and N is a plain bar. */
    static Shape in(char letter, double x, double y, double width, double height) {
        Shape shape = switch (Character.toUpperCase(letter)) {
            case 'A' -> adenine();
            case 'C' -> ring();
            case 'G' -> guanine();
            case 'T' -> polygon(0, 0, 1, 0, 1, .17, .62, .17, .62, 1, .38, 1, .38, .17, 0, .17);
            case 'U' -> uracil();
            case 'N' -> polygon(0, 1, 0, 0, .22, 0, .79, .7, .79, 0, 1, 0, 1, 1, .78, 1, .21, .3, .21, 1);
            default -> new Rectangle2D.Double(0, 0, 1, 1);
        };
        Rectangle2D bounds = shape.getBounds2D();
        var place = AffineTransform.getTranslateInstance(x, y);
        place.scale(width / bounds.getWidth(), height / bounds.getHeight());
        place.translate(-bounds.getX(), -bounds.getY());
        return place.createTransformedShape(shape);
    }

    /** The ink of a letter; the letters also differ in shape. */
    static Ink ink(char letter) {
        return switch (String.valueOf(letter).toUpperCase(Locale.ROOT)) {
            case "A" -> Ink.GREEN;
            case "C" -> Ink.BLUE;
            case "G" -> Ink.OCHRE;
            case "T", "U" -> Ink.PURPLE;
            default -> Ink.MUTED;
        };
    }

    private static Shape adenine() {
        Area letter = new Area(polygon(0, 1, .38, 0, .62, 0, 1, 1, .79, 1, .71, .78, .29, .78, .21, 1));
        letter.subtract(new Area(polygon(.35, .61, .65, .61, .5, .2)));
        return letter;
    }

    private static Area ring() {
        Area letter = new Area(new Ellipse2D.Double(0, 0, 1, 1));
        letter.subtract(new Area(new Ellipse2D.Double(.21, .17, .58, .66)));
        letter.subtract(new Area(new Rectangle2D.Double(.6, .35, .4, .3)));
        return letter;
    }

    private static Shape guanine() {
        Area letter = ring();
        letter.add(new Area(polygon(.52, .5, 1, .5, 1, .88, .8, .88, .8, .66, .52, .66)));
        return letter;
    }

    private static Shape uracil() {
        Area letter = new Area(new Ellipse2D.Double(0, .3, 1, .7));
        letter.add(new Area(new Rectangle2D.Double(0, 0, 1, .65)));
        letter.subtract(new Area(new Ellipse2D.Double(.21, .46, .58, .37)));
        letter.subtract(new Area(new Rectangle2D.Double(.21, 0, .58, .65)));
        return letter;
    }

    private static Path2D polygon(double... points) {
        var path = new Path2D.Double();
        path.moveTo(points[0], points[1]);
        for (int i = 2; i < points.length; i += 2) {
            path.lineTo(points[i], points[i + 1]);
        }
        path.closePath();
        return path;
    }
}
