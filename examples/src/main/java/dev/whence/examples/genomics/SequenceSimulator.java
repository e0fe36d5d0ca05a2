package dev.whence.examples.genomics;

import dev.whence.examples.genomics.SimulatedSequence.Site;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Makes DNA as in the simulation of Shrikumar et al. 2017, section 4.2: 200 random letters, and in them one to three
 * instances of GATA1's motif, of TAL1's, of both or of neither, at random places that do not overlap. The same seed gives
 * the same sequences.
 */
public final class SequenceSimulator {
    /** Letters in a sequence. */
    public static final int LENGTH = 200;

    private static final double[] BACKGROUND = {0.3, 0.2, 0.2, 0.3};

    private static final int MOST_INSTANCES = 3;
    private static final String GENERATOR = "L64X128MixRandom";

    /** What a sequence holds. */
    public enum Content {
        /** Neither motif. */
        NONE,
        /** GATA1's alone. */
        GATA,
        /** TAL1's alone. */
        TAL,
        /** Both. */
        BOTH;

        private String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final Motif gata = Motif.gata1();
    private final Motif tal = Motif.tal1();
    private final RandomGenerator random;

    private SequenceSimulator(long seed) {
        random = RandomGeneratorFactory.of(GENERATOR).create(seed);
    }

    /** How often A, C, G and T stand in the background. */
    public static double[] background() {
        return BACKGROUND.clone();
    }

    /**
     * Makes as many sequences of each content, in turn.
     *
     * @param each how many of each of the four contents
     * @param seed decides everything
     */
    public static List<SimulatedSequence> simulate(int each, long seed) {
        SequenceSimulator simulator = new SequenceSimulator(seed);
        List<SimulatedSequence> out = new ArrayList<>();
        for (int i = 1; i <= each; i++) {
            for (Content content : Content.values()) {
                out.add(simulator.sequence(content.word() + "-" + i, content));
            }
        }
        return out;
    }

    private SimulatedSequence sequence(String name, Content content) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            letters.append(Motif.letter(BACKGROUND, random));
        }
        List<Site> sites = new ArrayList<>();
        if (content == Content.GATA || content == Content.BOTH) {
            place(gata, letters, sites);
        }
        if (content == Content.TAL || content == Content.BOTH) {
            place(tal, letters, sites);
        }
        sites.sort(Comparator.comparingInt(Site::from));
        return new SimulatedSequence(name, letters.toString(), sites);
    }

    private void place(Motif motif, StringBuilder letters, List<Site> sites) {
        int count = 1 + random.nextInt(MOST_INSTANCES);
        for (int i = 0; i < count; i++) {
            Site site;
            do {
                site = new Site(motif.name(), random.nextInt(LENGTH - motif.length() + 1), motif.instance(random));
            } while (overlaps(site, sites));
            letters.replace(site.from(), site.to(), site.instance());
            sites.add(site);
        }
    }

    private static boolean overlaps(Site site, List<Site> sites) {
        return sites.stream().anyMatch(other -> site.from() < other.to() && other.from() < site.to());
    }
}
