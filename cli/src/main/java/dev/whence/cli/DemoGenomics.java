package dev.whence.cli;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.examples.Bundled;
import dev.whence.examples.genomics.Fasta;
import dev.whence.examples.genomics.OneHot;
import dev.whence.examples.genomics.SequenceSimulator;
import dev.whence.examples.genomics.SimulatedSequence;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.DeepLift;
import dev.whence.explain.Explainer;
import dev.whence.explain.Gradient;
import dev.whence.explain.IntegratedGradients;
import dev.whence.explain.Quadrature;
import dev.whence.explain.ReferenceInputs;
import dev.whence.explain.References;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Precision;
import dev.whence.report.Example;
import dev.whence.report.InputView;
import dev.whence.tensor.Device;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The part of the demo about simulated DNA: which letters say that two proteins bind? */
final class DemoGenomics {
    private static final String INPUT = "sequence";
    private static final List<String> TASKS = List.of("both", "GATA1", "TAL1");
    private static final int LETTER_AXIS = 2;

    private static final List<SequenceSimulator.Content> ORDER = List.of(
            SequenceSimulator.Content.BOTH,
            SequenceSimulator.Content.TAL,
            SequenceSimulator.Content.GATA,
            SequenceSimulator.Content.NONE);

    private static final List<AttributionMethod> METHODS = List.of(
            DeepLift.GENOMICS_DEFAULT, Gradient.TIMES_INPUT, new IntegratedGradients(1000, Quadrature.RIEMANN_MIDDLE));

    private final Explainer explainer;
    private final List<SimulatedSequence> sequences;
    private final NdArray encoded;
    private final NdArray probabilities;

    private DemoGenomics(Explainer explainer, List<SimulatedSequence> sequences) {
        this.explainer = explainer;
        this.sequences = sequences;
        this.encoded =
                OneHot.of(sequences.stream().map(SimulatedSequence::letters).toList());
        this.probabilities = Objects.requireNonNull(explainer
                .network()
                .evaluate(Map.of(INPUT, encoded), "probabilities")
                .get("probabilities"));
    }

    /** Explains the bundled network, of which a copy lies in {@code folder} beside its inputs. */
    static DemoPart run(Path folder) {
        Bundled.GENOMICS_INPUTS.copyTo(folder);
        Path model = Bundled.GENOMICS_MODEL.copyTo(folder);
        try (Explainer explainer = Explainer.load(model, Precision.FLOAT32, Device.CPU)) {
            DemoGenomics genomics = new DemoGenomics(explainer, shown());
            return new DemoPart(
                    "genomics",
                    "Binding sites in simulated DNA",
                    "Which letters say that GATA1, TAL1 or both bind? What is explained is a logit, compared with the mean"
                            + " of random DNA. Watch how gradient times input misses TAL1 in the first sequence.",
                    genomics.predictions(),
                    genomics.examples(),
                    METHODS.stream().map(genomics::attribution).toList());
        }
    }

    /** One sequence of each content. */
    private static List<SimulatedSequence> shown() {
        List<SimulatedSequence> all =
                Fasta.read(new String(Bundled.GENOMICS_INPUTS.bytes(), StandardCharsets.US_ASCII));
        List<SimulatedSequence> out = new ArrayList<>();
        for (SequenceSimulator.Content content : ORDER) {
            all.stream().filter(s -> s.content() == content).limit(1).forEach(out::add);
        }
        return out;
    }

    private List<DemoPart.Prediction> predictions() {
        List<DemoPart.Prediction> out = new ArrayList<>();
        for (int n = 0; n < sequences.size(); n++) {
            int[] found = new int[TASKS.size()];
            for (int task = 0; task < found.length; task++) {
                found[task] = probability(n, task) > 0.5 ? 1 : 0;
            }
            out.add(new DemoPart.Prediction(
                    sequences.get(n).name(), words(sequences.get(n).labels()), words(found)));
        }
        return out;
    }

    private static String words(int[] labels) {
        List<String> words = new ArrayList<>();
        for (int task = 0; task < labels.length; task++) {
            if (labels[task] == 1) {
                words.add(TASKS.get(task));
            }
        }
        return words.isEmpty() ? "none" : String.join(" ", words);
    }

    private static int task(SimulatedSequence sequence) {
        return switch (sequence.content()) {
            case BOTH, NONE -> 0;
            case GATA -> 1;
            case TAL -> 2;
        };
    }

    private List<Example> examples() {
        List<Example> out = new ArrayList<>();
        for (SimulatedSequence sequence : sequences) {
            List<InputView.Range> sites = sequence.sites().stream()
                    .map(site -> new InputView.Range(
                            site.from(),
                            site.to(),
                            site.motif().substring(0, site.motif().indexOf('_'))))
                    .toList();
            int task = task(sequence);
            String question = task == 0 ? "both motifs?" : TASKS.get(task) + "'s motif?";
            out.add(new Example(
                    sequence.name() + ": " + question,
                    String.format(
                            Locale.ROOT,
                            "The network says yes with a probability of %.4f. Marked is what the simulator put in.",
                            probability(out.size(), task)),
                    Map.of(INPUT, new InputView.Sequence(sequence.letters(), sites))));
        }
        return out;
    }

    private double probability(int sequence, int task) {
        return probabilities.getDouble(sequence * TASKS.size() + task);
    }

    private Attribution attribution(AttributionMethod method) {
        Map<String, NdArray> input = Map.of(INPUT, encoded);
        NdArray background = References.constant(encoded, LETTER_AXIS, SequenceSimulator.background());
        List<Long> tasks = sequences.stream().map(s -> (long) task(s)).toList();
        Request request = Request.of(input, method)
                .output("logits")
                .target(new TargetChoice.PerExample(tasks))
                .reference(ReferenceInputs.of(
                        "frequencies of random DNA " + Arrays.toString(SequenceSimulator.background()),
                        Map.of(INPUT, background)));
        return explainer.explain(request).getFirst().attribution();
    }
}
