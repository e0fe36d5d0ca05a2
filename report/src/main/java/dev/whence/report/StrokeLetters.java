package dev.whence.report;

import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.text.Normalizer;

/**
 * Plain letters made of a few straight strokes, for machines without any font, as a bare server often is. Accents are
 * dropped, and what has no letter here becomes a small box.
 */
final class StrokeLetters {
    /**
     * One letter a line, then its strokes: each a run of points, a point two digits, x from 0 to 4 and y from 0 (top of
     * capitals) over 2 (top of small letters) and 6 (baseline) to 8.
     */
    private static final String TABLE = """

            A 062046 1434
            B 06003041423303 3344453606
            C 4130100105163645
            D 06003041453606
            E 40000646 0333
            F 400006 0333
            G 41301001051636454323
            H 0006 4046 0343
            I 0020 1016 0626
            J 4045361605
            K 0006 4004 1346
            L 000646
            M 0600234046
            N 06004640
            O 103041453616050110
            P 06003041423303
            Q 103041453616050110 2446
            R 06003041423303 2346
            S 413010010213334445361605
            T 0040 2026
            U 000516364540
            V 002640
            W 0016223640
            X 0046 4006
            Y 002340 2326
            Z 00400646
            a 12324346 441405163645
            b 0006 0312324345361605
            c 4332120305163645
            d 4046 4332120305163645
            e 044443321203051636
            f 30201116 0232
            g 4247381807 4332120304153544
            h 0006 0312324346
            i 0206 0000
            j 121708 1010
            k 0006 3204 1336
            l 000516
            m 0206 03122326 23324346
            n 0206 0312324346
            o 123243453616050312
            p 0208 0312324345361605
            q 4248 4332120305163645
            r 0206 031232
            s 43321203143445361605
            t 10152636 0232
            u 0205163645 4246
            v 022642
            w 0216233642
            x 0246 4206
            y 0225 4208
            z 02420646
            0 103041453616050110 1432
            1 112026 1636
            2 01103041420646
            3 01103041423313 334445361605
            4 36300444
            5 400003334445361605
            6 413010010516364544331304
            7 004016
            8 103041423313020110 1304051636454433
            9 051636454130100102133342
            . 0606
            , 0607
            : 0303 0606
            ; 0303 0607
            ! 0004 0606
            ? 01103041422324 2626
            ' 0001
            " 0001 2021
            ( 20111526
            ) 00111506
            [ 20000626
            ] 00202606
            { 20111203141526
            } 00111223141506
            + 2125 0343
            - 0323
            – 0323
            − 0343
            = 0242 0444
            / 4006
            \\ 0046
            _ 0747
            * 1234 3214 2125
            < 410345
            > 014305
            # 1016 3036 0242 0444
            % 4006 0011 3546
            & 4611203104051636 3644
            @ 453616050110304144342333
            $ 413010010213334445361605 2026
            | 0008
            ~ 04133443
            ^ 022042
            ` 0011
            · 0303
            … 0606 2626 4646
            ≤ 400244 0646
            ≥ 004204 0646
            × 0145 4105
            ✓ 041640
            ✗ 0046 4006
            δ 402011334445361605041333
            ρ 080312324345361605
            ∞ 13041533443513
            """;

    private static final double WIDE = 0.1;
    private static final double HIGH = 0.115;
    private static final double SPACE = 0.3;
    private static final double GAP = 0.19;
    private static final double DOT = 0.035;
    private static final double BASELINE = 6;

    private StrokeLetters() {}

    /** The strokes of a text that starts at {@code x} on the baseline {@code y}. */
    static Shape outline(String text, double x, double y, double size) {
        var path = new Path2D.Double();
        double at = x;
        String plain = Normalizer.normalize(text, Normalizer.Form.NFD).replaceAll("\\p{M}", "");
        for (int i = 0; i < plain.length(); i++) {
            if (plain.charAt(i) == ' ') {
                at += SPACE * size;
                continue;
            }
            String strokes = strokes(plain.charAt(i));
            int widest = 0;
            for (String stroke : strokes.split(" ", -1)) {
                for (int p = 0; p + 1 < stroke.length(); p += 2) {
                    int across = stroke.charAt(p) - '0';
                    widest = Math.max(widest, across);
                    double px = at + across * WIDE * size;
                    double py = y + (stroke.charAt(p + 1) - '0' - BASELINE) * HIGH * size;
                    if (p == 0) {
                        path.moveTo(px, py);
                    }
                    path.lineTo(px, py);
                }
                if (stroke.length() == 4 && stroke.startsWith(stroke.substring(2))) {
                    Point2D dot = path.getCurrentPoint();
                    path.lineTo(dot.getX(), dot.getY() - DOT * size);
                }
            }
            at += (widest * WIDE + GAP) * size;
        }
        return path;
    }

    /** The width of a text. */
    static double width(String text, double size) {
        return text.isBlank() ? 0 : outline(text, 0, 0, size).getBounds2D().getMaxX();
    }

    private static String strokes(char letter) {
        int at = TABLE.indexOf("\n" + letter + " ");
        return at < 0 ? "0242460602" : TABLE.substring(at + 3, TABLE.indexOf('\n', at + 1));
    }
}
