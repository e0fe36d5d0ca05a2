package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a user should know about a request that works, but may not be what was meant. */
final class RequestWarnings {
    private RequestWarnings() {}

    static List<String> of(
            Graph graph,
            Request request,
            TargetNode target,
            List<String> sources,
            List<Map<String, NdArray>> references) {
        List<String> warnings = new ArrayList<>();
        @Nullable String notice = target.notice();
        if (notice != null) {
            warnings.add(notice);
        }
        if (request.method() instanceof DeepLiftShap shap && references.size() == 1) {
            warnings.add(
                    "deeplift-shap takes the mean over several references, but there is one; the scores are those of "
                            + shap.rules().name() + ".");
        }
        if (!(request.method() instanceof Conductance)
                && references.stream().anyMatch(r -> SourceReferences.isUnused(r, sources, graph.inputs()))) {
            warnings.add("The reference has values for inputs that get no scores; these keep the example's values.");
        }
        if (request.method() instanceof GradCam && request.at() == null) {
            warnings.add("grad-cam looks at '" + Sources.at(graph, request)
                    + "', the last feature maps of the model; name others with --at.");
        }
        boolean same = !references.isEmpty()
                && references.stream()
                        .allMatch(r -> r.entrySet().stream()
                                .allMatch(e -> InputChecks.isSame(
                                        e.getValue(), request.inputs().get(e.getKey()))));
        if (same) {
            warnings.add("The reference equals the input, so there is no difference to share out: every score is 0.");
        }
        return warnings;
    }
}
