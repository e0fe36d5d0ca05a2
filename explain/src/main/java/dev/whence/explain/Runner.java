package dev.whence.explain;

import java.util.List;
import java.util.Set;

/** Runs one method batch by batch, and keeps between batches what they share. */
interface Runner extends AutoCloseable {
    /** One result a target. */
    List<BatchResult> run(Task task);

    /** In which form the runner wants the network. */
    default NetworkForms.Form form() {
        return NetworkForms.Form.FASTEST;
    }

    /** The nodes that the runner must find in the network. */
    default Set<String> nodes() {
        return Set.of();
    }

    /** The values, beside target and sources, that the runner must find in the network. */
    default Set<String> values() {
        return Set.of();
    }

    @Override
    default void close() {}

    /**
     * The runner of a method.
     *
     * @param references kept runs of references, which remain the caller's
     */
    static Runner of(AttributionMethod method, ReferenceTraces references) {
        return switch (method) {
            case Gradient gradient -> task -> GradientRun.run(gradient, task);
            case IntegratedGradients integrated -> task -> IntegratedGradientsRun.run(integrated, task);
            case Occlusion occlusion -> task -> PerturbationRun.occlusion(occlusion, task);
            case InSilicoMutagenesis mutagenesis -> task -> PerturbationRun.mutagenesis(mutagenesis, task);
            case GradientShap shap -> task -> GradientShapRun.run(shap, task);
            case GradCam cam -> task -> GradCamRun.run(cam, task);
            case Conductance conductance -> task -> ConductanceRun.run(conductance, task);
            case SmoothGrad smooth -> new SmoothGradRun(smooth, references);
            case DeepLift deepLift -> new DeepLiftRun(deepLift, references);
            case DeepLiftShap shap -> new DeepLiftRun(shap.rules(), references);
            case Lrp lrp -> new LrpRun(lrp);
        };
    }
}
