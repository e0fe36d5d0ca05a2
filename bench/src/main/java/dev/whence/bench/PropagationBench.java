package dev.whence.bench;

import dev.whence.core.NdArray;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.Explainer;
import dev.whence.explain.Explanation;
import dev.whence.explain.Methods;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Precision;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One explanation of a batch. Small batches show what calls cost, large ones what arithmetic costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PropagationBench {
    @Param({"gradient", "deeplift-rescale", "deeplift-revealcancel"})
    public String method = "";

    @Param({"genomics", "resnet18"})
    public String network = "";

    @Param({"1", "8"})
    public int batch;

    @SuppressWarnings("NullAway.Init")
    private Explainer explainer;

    @SuppressWarnings("NullAway.Init")
    private Request request;

    /** Builds the network and checks that the sums hold. */
    @Setup
    public void setUp() {
        BenchNetworks.Subject subject =
                network.equals("genomics") ? BenchNetworks.genomics() : BenchNetworks.resnet18();
        explainer = Explainer.of(subject.graph(), Precision.FLOAT32);
        NdArray x = subject.batch(batch, 3);
        AttributionMethod chosen = Methods.find(method).orElseThrow();
        request = Request.of(Map.of(subject.input(), x), chosen)
                .target(new TargetChoice.Index(1))
                .batch(batch);
        if (chosen.usesReference()) {
            for (double delta : explain().getFirst().attribution().delta()) {
                if (!(Math.abs(delta) < 1e-2)) {
                    throw new IllegalStateException("contributions do not add up: " + delta);
                }
            }
        }
    }

    /** Frees the network. */
    @TearDown
    public void tearDown() {
        explainer.close();
    }

    /** Explains the batch. */
    @Benchmark
    public List<Explanation> explain() {
        return explainer.explain(request);
    }
}
