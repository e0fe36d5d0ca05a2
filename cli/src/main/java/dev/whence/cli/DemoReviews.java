package dev.whence.cli;

import dev.whence.cli.text.TextInputs;
import dev.whence.cli.text.Tokenizer;
import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.examples.Bundled;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.DeepLift;
import dev.whence.explain.Explainer;
import dev.whence.explain.IntegratedGradients;
import dev.whence.explain.Occlusion;
import dev.whence.explain.Quadrature;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.explain.TokenEmbedding;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.report.Example;
import dev.whence.tensor.Device;
import dev.whence.tensor.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The part of the demo about made-up reviews: which words are praise, and which turn it round? */
final class DemoReviews {
    private static final int PRAISE = 1;
    private static final int BLAME = 0;

    /** One review, and what it is. */
    private record Shown(String text, boolean isPraise) {
        String verdict() {
            return isPraise ? "praise" : "blame";
        }
    }

    private static final List<Shown> SHOWN = List.of(
            new Shown("The film was not very good but the music is lovely.", false),
            new Shown("The story was never boring!", true),
            new Shown("My sister took me there. The end felt pointless and the plot is weak.", false),
            new Shown("The first part was long and quiet but the last scene seemed flawless.", true));

    private static final List<AttributionMethod> METHODS = List.of(
            DeepLift.RESCALE, new IntegratedGradients(500, Quadrature.RIEMANN_MIDDLE), Occlusion.SINGLE_ELEMENTS);

    private final Explainer explainer;
    private final TokenUnits tokens;
    private final Map<String, NdArray> arrays = new LinkedHashMap<>();

    private DemoReviews(Explainer explainer, Tokenizer tokenizer) {
        this.explainer = explainer;
        Graph graph = explainer.graph();
        TokenEmbedding embedding = TokenEmbedding.find(graph).orElseThrow();
        TextInputs made = TextInputs.of(
                SHOWN.stream().map(Shown::text).toList(),
                tokenizer,
                graph.inputs().stream()
                        .map(input -> Session.declared(input, Precision.FLOAT32))
                        .toList(),
                embedding.input(),
                0);
        made.inputs().forEach((name, input) -> arrays.put(name, input.values()));
        this.tokens = new TokenUnits(embedding, made.texts(), tokenizer);
    }

    /** Explains the bundled network, of which a copy lies in {@code folder} beside its tokenizer and some reviews. */
    static DemoPart run(Path folder) {
        Bundled.REVIEWS_INPUTS.copyTo(folder);
        Bundled.REVIEWS_NOTES.copyTo(folder);
        Path model = Bundled.REVIEWS_MODEL.copyTo(folder);
        Path tokens = Bundled.REVIEWS_TOKENIZER.copyTo(folder);
        try (Explainer explainer = Explainer.load(model, Precision.FLOAT32, Device.CPU);
                Tokenizer tokenizer = Tokenizer.open(tokens, Engine.cacheFolder())) {
            DemoReviews reviews = new DemoReviews(explainer, tokenizer);
            return new DemoPart(
                    "reviews",
                    "Made-up reviews",
                    "Which words are praise, which are blame, and which turn the others round? What is explained is the"
                            + " logit of praise minus that of blame, compared with a vector of zeros for every token.",
                    reviews.predictions(),
                    examples(),
                    METHODS.stream().map(reviews::attribution).toList());
        }
    }

    private static List<Example> examples() {
        return SHOWN.stream()
                .map(s -> new Example(
                        "Why " + s.verdict() + "?",
                        "A score above 0 (orange) speaks for praise, one below 0 (blue) for blame.",
                        Map.of()))
                .toList();
    }

    private List<DemoPart.Prediction> predictions() {
        NdArray logits = Objects.requireNonNull(
                explainer.network().evaluate(arrays, "logits").get("logits"));
        List<DemoPart.Prediction> out = new ArrayList<>();
        for (int n = 0; n < SHOWN.size(); n++) {
            boolean praise = logits.getDouble(2 * n + PRAISE) > logits.getDouble(2 * n + BLAME);
            out.add(new DemoPart.Prediction("review " + (n + 1), SHOWN.get(n).verdict(), praise ? "praise" : "blame"));
        }
        return out;
    }

    private Attribution attribution(AttributionMethod method) {
        Request request = Request.of(arrays, tokens.suited(method))
                .output("logits")
                .target(new TargetChoice.Difference(PRAISE, BLAME))
                .at(tokens.embedding().value());
        return tokens.perToken(explainer.explain(request).getFirst().attribution());
    }
}
