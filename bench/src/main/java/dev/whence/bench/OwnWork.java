package dev.whence.bench;

import dev.whence.core.NdArray;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.DeepLift;
import dev.whence.explain.Explainer;
import dev.whence.explain.Explanation;
import dev.whence.explain.Methods;
import dev.whence.explain.ReferenceInputs;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Precision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Our side of a comparison. */
final class OwnWork implements AutoCloseable {
    /** The class that both sides explain. */
    static final int TARGET = 1;

    private final Explainer explainer;
    private final Request request;

    /** @param atOnce most examples at a time, or 0 for what Whence chooses by itself */
    OwnWork(ComparedWork work, BenchNetworks.Subject subject, BenchData data, int atOnce) {
        explainer = Explainer.of(subject.graph(), Precision.FLOAT32);
        Request plain = Request.of(
                        Map.of(subject.input(), data.inputs()),
                        method(work.method()).orElseThrow())
                .batch(atOnce);
        NdArray references = data.references();
        Request compared = references == null
                ? plain
                : plain.reference(ReferenceInputs.rows("given", subject.input(), references));
        request = work.targets() == 1
                ? compared.target(new TargetChoice.Index(TARGET))
                : compared.target(IntStream.range(0, work.targets())
                        .mapToObj(TargetChoice.Index::new)
                        .toArray(TargetChoice[]::new));
    }

    static Optional<AttributionMethod> method(String name) {
        return Methods.find(name);
    }

    List<Explanation> explain() {
        return explainer.explain(request);
    }

    /** The work itself. */
    Contender contender() {
        return Contender.of(this::explain);
    }

    /** The same by DeepLIFT's Rescale rule. */
    Contender rescale() {
        Request rescale = request.with(DeepLift.RESCALE);
        return Contender.of(() -> explainer.explain(rescale));
    }

    /** The same with one run for each target. */
    Contender singleTargets() {
        return Contender.of(this::explainSingly);
    }

    List<Explanation> explainSingly() {
        return request.targets().stream()
                .flatMap(target -> explainer.explain(request.target(target)).stream())
                .toList();
    }

    @Override
    public void close() {
        explainer.close();
    }
}
