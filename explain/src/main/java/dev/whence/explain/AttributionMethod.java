package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.Map;

/** A way to attribute, with its settings. */
public sealed interface AttributionMethod
        permits DeepLift,
                DeepLiftShap,
                Gradient,
                SmoothGrad,
                GradCam,
                IntegratedGradients,
                GradientShap,
                Conductance,
                Occlusion,
                InSilicoMutagenesis,
                Lrp {
    /** The name on the command line. */
    String name();

    /** Every setting that changes the numbers. */
    Map<String, String> parameters();

    /** What the method promises about the sum of its scores. */
    Completeness completeness();

    /** Whether scores compare with a reference. */
    boolean usesReference();
}
