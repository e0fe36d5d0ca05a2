package dev.whence.examples.genomics;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sequence and what was put into it.
 *
 * @param name its name, such as {@code both-17}
 * @param letters letters from {@code ACGT}
 * @param sites what was put in, by position
 */
public record SimulatedSequence(String name, String letters, List<Site> sites) {
    /**
     * An instance of a motif in a sequence.
     *
     * @param motif the motif's name
     * @param from the first position, counted from 0
     * @param instance the letters
     */
    public record Site(String motif, int from, String instance) {
        private static final Pattern FORM = Pattern.compile("pos-(\\d{1,9})_([^,]+)-([ACGT]+)");

        /** The position after the last. */
        public int to() {
            return from + instance.length();
        }

        /** Reads a list such as {@code pos-12_GATA_disc1-AGATAAGGAC,pos-80_TAL1_known1-...}; an empty one has no site. */
        static List<Site> list(String text) {
            List<Site> sites = new ArrayList<>();
            Matcher matcher = FORM.matcher(text);
            while (matcher.find()) {
                sites.add(new Site(matcher.group(2), Integer.parseInt(matcher.group(1)), matcher.group(3)));
            }
            return sites;
        }
    }

    /** Copies the sites in. */
    public SimulatedSequence {
        sites = List.copyOf(sites);
    }

    /** How often a motif of a name was put in. */
    public long count(String motif) {
        return sites.stream().filter(site -> site.motif().equals(motif)).count();
    }

    /** Whether a motif of a name was put in. */
    public boolean holds(String motif) {
        return count(motif) > 0;
    }

    /** Which motifs were put in. */
    public SequenceSimulator.Content content() {
        if (holds(Motif.GATA1)) {
            return holds(Motif.TAL1) ? SequenceSimulator.Content.BOTH : SequenceSimulator.Content.GATA;
        }
        return holds(Motif.TAL1) ? SequenceSimulator.Content.TAL : SequenceSimulator.Content.NONE;
    }

    /** The three labels: both motifs, GATA1, TAL1; each 0 or 1. */
    public int[] labels() {
        int gata = holds(Motif.GATA1) ? 1 : 0;
        int tal = holds(Motif.TAL1) ? 1 : 0;
        return new int[] {gata * tal, gata, tal};
    }
}
