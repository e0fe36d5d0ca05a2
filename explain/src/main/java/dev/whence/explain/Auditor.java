package dev.whence.explain;

import dev.whence.core.ConvergenceReport;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Precision;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The course of an audit: report, report in float64 if that fails, then node by node. */
final class Auditor {
    private Auditor() {}

    static Audit audit(Explainer explainer, Request all) {
        DeepLift method = all.method() instanceof DeepLiftShap(DeepLift rules)
                ? rules
                : all.method() instanceof DeepLift deepLift ? deepLift : null;
        if (method == null) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "An audit follows DeepLIFT's multipliers from node to node; method '"
                            + all.method().name() + "' has none. Choose deeplift-rescale or one of its kin.");
        }
        Request request = all.target(all.targets().getFirst());
        Explanation explanation = explainer.explain(request).getFirst();
        boolean wide = explainer.precision() == Precision.FLOAT64;
        ConvergenceReport report = ConvergenceReport.of(
                explanation.attribution(),
                wide ? ConvergenceReport.Precision.FLOAT64 : ConvergenceReport.Precision.FLOAT32);
        if (wide || report.verdict() == ConvergenceReport.Verdict.PASS) {
            return nodes(explainer, request, method, explanation, report, null);
        }
        try (Explainer exact = explainer.inFloat64()) {
            ConvergenceReport recheck = ConvergenceReport.of(
                    exact.explain(request).getFirst().attribution(), ConvergenceReport.Precision.FLOAT64);
            return nodes(exact, request, method, explanation, report, recheck);
        }
    }

    private static Audit nodes(
            Explainer explainer,
            Request request,
            DeepLift method,
            Explanation explanation,
            ConvergenceReport report,
            @Nullable ConvergenceReport recheck) {
        ConvergenceReport last = recheck != null ? recheck : report;
        ConvergenceReport.Example worst = last.worst().orElseThrow();
        Ledger ledger = new Ledger();
        try (ReferenceTraces references = new ReferenceTraces()) {
            explainer.explain(alone(explainer, request, worst.index()), new DeepLiftRun(method, references, ledger));
        }
        return new Audit(explanation, report, recheck, worst.index(), worst.tolerance(), ledger.balances());
    }

    /** The request for one example, or for the batch that holds it if the model fixes the size of its batches. */
    static Request alone(Explainer explainer, Request request, int example) {
        int examples = Explainer.examples(request.inputs());
        int count = Math.min(Math.max(1, explainer.fixedBatch()), examples);
        int first = example / count * count;
        Map<String, NdArray> inputs = Explainer.rows(request.inputs(), first, count, examples);
        ReferenceInputs reference = request.reference();
        ReferenceInputs its = reference == null
                ? null
                : new ReferenceInputs(
                        reference.description(),
                        reference.each().stream()
                                .map(r -> Task.isShared(r) ? r : Explainer.rows(r, first, count, examples))
                                .toList());
        TargetChoice choice = request.targets().getFirst();
        TargetChoice target = switch (choice) {
            case TargetChoice.PerExample(List<Long> indices) ->
                new TargetChoice.PerExample(indices.subList(first, first + count));
            case TargetChoice.DifferencePerExample(List<Long> plus, List<Long> minus) ->
                new TargetChoice.DifferencePerExample(
                        plus.subList(first, first + count), minus.subList(first, first + count));
            default -> choice;
        };
        return new Request(
                inputs,
                request.method(),
                List.of(target),
                request.output(),
                request.at(),
                its,
                count,
                request.memory(),
                request.seed(),
                request.progress());
    }
}
