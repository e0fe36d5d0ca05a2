package dev.whence.examples.genomics;

import dev.whence.examples.genomics.SimulatedSequence.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Simulated sequences as FASTA. The header names the sequence and lists what was put in, each site as {@code
 * pos-START_MOTIF-LETTERS} counted from 0: {@code >both-17 pos-12_GATA_disc1-AGATAAGGAC,pos-80_TAL1_known1-...}.
 */
public final class Fasta {
    private Fasta() {}

    /** Writes sequences. */
    static String write(List<SimulatedSequence> sequences) {
        StringBuilder out = new StringBuilder();
        for (SimulatedSequence sequence : sequences) {
            String sites = sequence.sites().stream()
                    .map(s -> "pos-" + s.from() + "_" + s.motif() + "-" + s.instance())
                    .collect(Collectors.joining(","));
            out.append('>').append(sequence.name());
            out.append(sites.isEmpty() ? "" : " " + sites).append('\n');
            out.append(sequence.letters()).append('\n');
        }
        return out.toString();
    }

    /** Reads what {@link #write} wrote. */
    public static List<SimulatedSequence> read(String text) {
        List<SimulatedSequence> out = new ArrayList<>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i + 1 < lines.length; i += 2) {
            String[] header = lines[i].substring(1).split(" ", 2);
            out.add(new SimulatedSequence(
                    header[0], lines[i + 1], header.length == 1 ? List.of() : Site.list(header[1])));
        }
        return out;
    }
}
