package dev.whence.explain;

import java.util.List;

/** Runs one method batch by batch, and keeps between batches what they share. */
interface Runner extends AutoCloseable {
    /** One result a target. */
    List<BatchResult> run(Task task);

    @Override
    default void close() {}

    /** The runner of a method. */
    static Runner of(AttributionMethod method) {
        return switch (method) {
            case Gradient gradient -> task -> GradientRun.run(gradient, task);
            case IntegratedGradients integrated -> task -> IntegratedGradientsRun.run(integrated, task);
            case Occlusion occlusion -> task -> PerturbationRun.occlusion(occlusion, task);
            case InSilicoMutagenesis mutagenesis -> task -> PerturbationRun.mutagenesis(mutagenesis, task);
            case GradientShap shap -> task -> GradientShapRun.run(shap, task);
            case GradCam cam -> task -> GradCamRun.run(cam, task);
            case Conductance conductance -> task -> ConductanceRun.run(conductance, task);
            case SmoothGrad smooth -> new SmoothGradRun(smooth);
            case DeepLift deepLift -> new DeepLiftRun(deepLift);
            case DeepLiftShap shap -> new DeepLiftRun(shap.rules());
            case Lrp lrp -> new LrpRun(lrp);
        };
    }
}
