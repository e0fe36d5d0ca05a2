package dev.whence.examples.genomics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.examples.genomics.SimulatedSequence.Site;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SequenceSimulatorTest {
    private static final int EACH = 400;

    /** Five standard deviations of a share over 80,000 letters are below this. */
    private static final double SHARE_OF_LETTERS = 0.01;

    private final List<SimulatedSequence> sequences = SequenceSimulator.simulate(EACH, 17);

    @Test
    void the_same_seed_gives_the_same_sequences_and_another_seed_others() {
        assertThat(SequenceSimulator.simulate(EACH, 17)).isEqualTo(sequences);
        assertThat(SequenceSimulator.simulate(EACH, 18)).doesNotContainAnyElementsOf(sequences);
    }

    @Test
    void a_quarter_holds_both_motifs_a_quarter_each_one_and_a_quarter_none() {
        Map<String, Long> labels = sequences.stream()
                .collect(Collectors.groupingBy(s -> java.util.Arrays.toString(s.labels()), Collectors.counting()));
        assertThat(labels)
                .isEqualTo(Map.of(
                        "[1, 1, 1]",
                        (long) EACH,
                        "[0, 1, 0]",
                        (long) EACH,
                        "[0, 0, 1]",
                        (long) EACH,
                        "[0, 0, 0]",
                        (long) EACH));
    }

    @Test
    void letters_of_the_background_are_as_frequent_as_they_should_be() {
        String letters = sequences.stream()
                .filter(s -> s.sites().isEmpty())
                .map(SimulatedSequence::letters)
                .collect(Collectors.joining());
        for (int i = 0; i < 4; i++) {
            char letter = "ACGT".charAt(i);
            double share = (double) letters.chars().filter(c -> c == letter).count() / letters.length();
            assertThat(share).as("%s", letter).isCloseTo(SequenceSimulator.background()[i], within(SHARE_OF_LETTERS));
        }
    }

    @Test
    void sites_stand_where_they_are_said_to_and_do_not_overlap() {
        assertThat(sequences).allSatisfy(sequence -> {
            assertThat(sequence.letters()).hasSize(SequenceSimulator.LENGTH);
            int end = 0;
            for (Site site : sequence.sites()) {
                assertThat(site.from()).isGreaterThanOrEqualTo(end);
                assertThat(sequence.letters().substring(site.from(), site.to())).isEqualTo(site.instance());
                end = site.to();
            }
        });
    }

    @Test
    void one_to_three_instances_of_a_motif_stand_at_places_all_over_the_sequence() {
        for (String motif : List.of(Motif.GATA1, Motif.TAL1)) {
            List<List<Site>> found = sequences.stream()
                    .filter(s -> s.holds(motif))
                    .map(s -> s.sites().stream()
                            .filter(site -> site.motif().equals(motif))
                            .toList())
                    .toList();
            for (int count = 1; count <= 3; count++) {
                int wanted = count;
                double share = found.stream().filter(s -> s.size() == wanted).count() / (2.0 * EACH);
                assertThat(share).as("%s %d times", motif, count).isCloseTo(1 / 3.0, within(0.09));
            }
            double middle = found.stream()
                    .flatMap(List::stream)
                    .mapToDouble(s -> (s.from() + s.to()) / 2.0)
                    .average()
                    .orElseThrow();
            assertThat(middle).isCloseTo(SequenceSimulator.LENGTH / 2.0, within(6.0));
        }
    }

    @Test
    void instances_have_the_letters_of_the_motif_as_often_as_it_says() {
        for (Motif motif : List.of(Motif.gata1(), Motif.tal1())) {
            List<String> instances = sequences.stream()
                    .flatMap(s -> s.sites().stream())
                    .filter(site -> site.motif().equals(motif.name()))
                    .map(Site::instance)
                    .toList();
            for (int position = 0; position < motif.length(); position++) {
                int at = position;
                for (char letter : Motif.LETTERS.toCharArray()) {
                    double share = (double) instances.stream()
                                    .filter(i -> i.charAt(at) == letter)
                                    .count()
                            / instances.size();
                    assertThat(share).isCloseTo(motif.probability(position, letter), within(0.06));
                }
            }
        }
    }

    @Test
    void fasta_keeps_names_letters_and_sites() {
        assertThat(Fasta.read(Fasta.write(sequences))).isEqualTo(sequences);
    }

    @Test
    void motifs_have_the_lengths_and_cores_of_their_source() {
        assertThat(Motif.gata1().length()).isEqualTo(10);
        assertThat(Motif.tal1().length()).isEqualTo(16);
        assertThat(Motif.gata1().probability(3, 'G')).isEqualTo(1);
        assertThat(Motif.tal1().probability(5, 'C')).isEqualTo(1);
    }
}
