package dev.whence.report;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.Method;
import dev.whence.core.NdArray;
import dev.whence.core.Provenance;
import dev.whence.core.Reference;
import dev.whence.core.Target;
import dev.whence.core.Units;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Made-up results that look like real ones; the same on every run. */
final class Samples {
    private Samples() {}

    static Attribution attribution(String method, Completeness promise, double error, Units... units) {
        int n = (int) units[0].scores().dimension(0);
        double[] target = new double[n];
        double[] reference = new double[n];
        double[] delta = new double[n];
        for (int i = 0; i < n; i++) {
            reference[i] = 0.7 - 0.4 * i;
            double sum = 0;
            for (Units u : units) {
                sum += Arrays.stream(u.scores().rows(i, i + 1).toDoubles()).sum();
            }
            delta[i] = error;
            target[i] = reference[i] + sum - error;
        }
        return new Attribution(
                new Method(method, Map.of("rule", "rescale", "steps", "50"), promise),
                new Target("logits", "7", target),
                new Reference("zeros", reference),
                List.of(units),
                delta,
                List.of(),
                new Provenance(
                        "sha256:0f6b1c5e7a9d2f4b8c3e6a1d5f7b9c2e4a6d8f0b1c3e5a7d9f2b4c6e8a0d1f3b",
                        "whence 0.1.0 / libtorch 2.10.0",
                        "cpu",
                        17,
                        Instant.parse("2026-01-02T03:04:05Z"),
                        Map.of("jdk", "25.0.3", "precision", "float32", "threads", "2")));
    }

    /** A drawn seven, white on black. */
    static BufferedImage digit(int side) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(java.awt.RenderingHints.KEY_ANTIALIASING, java.awt.RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.scale(side / 28.0, side / 28.0);
        graphics.setStroke(new BasicStroke(2.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        var path = new Path2D.Double();
        path.moveTo(7, 8);
        path.lineTo(20, 7.5);
        path.curveTo(16, 13, 13.5, 17, 12, 23);
        graphics.draw(path);
        graphics.dispose();
        return image;
    }

    /** A photograph-like picture: sky, hill and sun. */
    static BufferedImage photo(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double hill = height * (0.65 + 0.12 * Math.sin(6.0 * x / width));
                boolean sun = Math.hypot(x - 0.7 * width, y - 0.28 * height) < 0.12 * width;
                int r = sun ? 250 : y > hill ? 70 + 60 * y / height : 120 + 80 * y / height;
                int g = sun ? 215 : y > hill ? 120 : 165 + 50 * y / height;
                int b = sun ? 110 : y > hill ? 60 : 225;
                image.setRGB(x, y, (r << 16) | (g << 8) | b);
            }
        }
        return image;
    }

    /** Scores that follow the brightness of a picture, positive above and negative below a slanted line. */
    static double[] scores(BufferedImage picture, long seed) {
        Random random = new Random(seed);
        int w = picture.getWidth();
        int h = picture.getHeight();
        double[] scores = new double[w * h];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                double light = (picture.getRGB(x, y) & 255) / 255.0;
                double side = Math.sin(3.0 * x / w + seed) + Math.cos(4.0 * y / h);
                scores[y * w + x] = light * side * 0.05 + 0.004 * light * random.nextGaussian();
            }
        }
        return scores;
    }

    static Units images(String name, long seed, BufferedImage... pictures) {
        int w = pictures[0].getWidth();
        int h = pictures[0].getHeight();
        double[] all = new double[pictures.length * w * h];
        for (int i = 0; i < pictures.length; i++) {
            System.arraycopy(scores(pictures[i], seed + i), 0, all, i * w * h, w * h);
        }
        return Units.of(name, NdArray.of(all, pictures.length, 1, h, w));
    }

    static String sequence(int length, long seed) {
        Random random = new Random(seed);
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < length; i++) {
            letters.append("ACGT".charAt(random.nextInt(4)));
        }
        return letters.replace(30, 40, "GATAAGGCTA")
                .replace(120, 130, "CAGATGTTTC")
                .toString();
    }

    /** One-hot-shaped scores of a sequence with two motifs that matter. */
    static Units sequenceScores(String letters, long seed) {
        Random random = new Random(seed);
        double[] all = new double[letters.length() * 4];
        for (int i = 0; i < letters.length(); i++) {
            boolean motif = (i >= 30 && i < 38) || (i >= 120 && i < 128);
            double score = motif ? 0.4 + 0.5 * random.nextDouble() : 0.06 * random.nextGaussian();
            all[i * 4 + "ACGT".indexOf(letters.charAt(i))] = i == 34 ? -0.5 : score;
        }
        return Units.of("dna", NdArray.of(all, 1, letters.length(), 4));
    }
}
