package dev.whence.core;

import dev.whence.testkit.Cases;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Attributions for tests. */
final class Attributions {
    private Attributions() {}

    static Attribution of(double[] targets, double[] references, double[] deltas, Units... units) {
        return of(Completeness.EXACT, targets, references, deltas, units);
    }

    static Attribution of(
            Completeness completeness, double[] targets, double[] references, double[] deltas, Units... units) {
        return new Attribution(
                new Method("deeplift-rescale", Map.of("threshold", "1e-6", "batch", "8"), completeness),
                new Target("logits", "8-3", targets),
                new Reference("zeros", references),
                List.of(units),
                deltas,
                List.of("The target is a difference of \"logits\"."),
                new Provenance(
                        "sha256:00ff",
                        "whence 0.1.0",
                        "cpu",
                        -7,
                        Instant.parse("2026-02-03T04:05:06.789Z"),
                        Map.of("jdk", "25")));
    }

    /** Any attribution, with NaN and infinities anywhere. */
    static Attribution any(Cases.Draw draw) {
        int examples = draw.size(0, 5);
        List<Units> units = new ArrayList<>();
        for (int i = draw.integer(0, 3); i > 0; i--) {
            NdArray some = RandomArrays.any(draw);
            long[] shape = draw.shape(1, 4, 0, 4);
            shape[0] = examples;
            NdArray scores = RandomArrays.ofType(draw, some.type(), shape);
            units.add(new Units("input " + i, scores, draw.truth() ? List.of("ä", "b,\"c\"") : List.of()));
        }
        Attribution one = of(
                draw.one(List.of(Completeness.values())),
                anyNumbers(draw, examples),
                anyNumbers(draw, examples),
                anyNumbers(draw, examples),
                units.toArray(Units[]::new));
        List<double[]> deltas = new ArrayList<>();
        for (int k = draw.integer(0, 3); k > 0; k--) {
            deltas.add(anyNumbers(draw, examples));
        }
        return withDeltas(one, deltas);
    }

    static Attribution withDeltas(Attribution a, List<double[]> deltas) {
        return new Attribution(
                a.method(),
                a.target(),
                new Reference(a.reference().description(), a.reference().values(), deltas),
                a.units(),
                a.delta(),
                a.warnings(),
                a.provenance());
    }

    private static double[] anyNumbers(Cases.Draw draw, int length) {
        double[] out = new double[length];
        for (int i = 0; i < length; i++) {
            out[i] = draw.anyDouble();
        }
        return out;
    }
}
