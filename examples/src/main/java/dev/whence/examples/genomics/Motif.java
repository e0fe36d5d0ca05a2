package dev.whence.examples.genomics;

import dev.whence.examples.Bundled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** What a protein binds to: the probability of each letter at each position. */
public final class Motif {
    /** The letters, in the order of all arrays. */
    static final String LETTERS = "ACGT";

    /** The name of the motif that GATA1 binds to. */
    public static final String GATA1 = "GATA_disc1";

    /** The name of the motif that TAL1 binds to. */
    public static final String TAL1 = "TAL1_known1";

    private final String name;
    private final double[][] probabilities;

    Motif(String name, double[][] probabilities) {
        this.name = name;
        this.probabilities = Arrays.stream(probabilities).map(double[]::clone).toArray(double[][]::new);
        for (double[] position : this.probabilities) {
            if (position.length != LETTERS.length()
                    || Math.abs(Arrays.stream(position).sum() - 1) > 1e-3) {
                throw new IllegalArgumentException(
                        "motif " + name + " has a position that is no distribution: " + Arrays.toString(position));
            }
        }
    }

    /** Where GATA1 binds: {@code GATA_disc1}, 10 letters. */
    public static Motif gata1() {
        return bundled(GATA1);
    }

    /** Where TAL1 binds: {@code TAL1_known1}, 16 letters. */
    public static Motif tal1() {
        return bundled(TAL1);
    }

    private static Motif bundled(String name) {
        List<double[]> rows = new ArrayList<>();
        boolean wanted = false;
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(Bundled.GENOMICS_MOTIFS.open(), StandardCharsets.US_ASCII))) {
            for (String line : in.lines().toList()) {
                if (line.startsWith(">")) {
                    wanted = line.substring(1).equals(name);
                } else if (wanted && !line.startsWith("#")) {
                    rows.add(Arrays.stream(line.split(" ", -1))
                            .mapToDouble(Double::parseDouble)
                            .toArray());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Motif(name, rows.toArray(double[][]::new));
    }

    /** The name under which its source lists it. */
    public String name() {
        return name;
    }

    /** The number of letters. */
    public int length() {
        return probabilities.length;
    }

    /** The probability of a letter at a position. */
    public double probability(int position, char letter) {
        return probabilities[position][LETTERS.indexOf(letter)];
    }

    /** Draws one instance, each letter by itself. */
    String instance(RandomGenerator random) {
        StringBuilder out = new StringBuilder();
        for (double[] position : probabilities) {
            out.append(letter(position, random));
        }
        return out.toString();
    }

    /** Draws a letter; weights need not add up to exactly 1. */
    static char letter(double[] weights, RandomGenerator random) {
        double at = random.nextDouble() * Arrays.stream(weights).sum();
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                at -= weights[i];
                if (at < 0) {
                    break;
                }
            }
        }
        return LETTERS.charAt(last);
    }
}
