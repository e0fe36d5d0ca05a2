package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Provenance;
import dev.whence.core.WhenceException;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.rewrite.Rewrites;
import dev.whence.tensor.Device;
import dev.whence.tensor.Engine;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Explains a network: which elements of its input contributed to a target, and by how much.
 *
 * <pre>{@code
 * try (Explainer explainer = Explainer.load(Path.of("model.onnx"), Precision.FLOAT32, Device.CPU)) {
 *     Request request = Request.of(Map.of("image", images), DeepLift.RESCALE).target(new TargetChoice.Index(7));
 *     Attribution attribution = explainer.explain(request).getFirst().attribution();
 * }
 * }</pre>
 *
 * <p>Safe for several threads at once.
 */
public final class Explainer implements AutoCloseable {
    /** More targets take turns, because the multipliers of all are held at once. */
    static final int TARGETS_AT_ONCE = 32;

    /** Within a limit of memory fewer share a run, since a batch cannot have less than one example to make up for them. */
    private static final int TARGETS_WITHIN_LIMIT = 4;

    private final NetworkForms forms;
    private final String modelHash;
    private final InstantSource clock;
    private final MemoryExperience memory;
    private final AtomicReference<@Nullable ReferenceTraces> spareReferences = new AtomicReference<>();

    private Explainer(NetworkForms forms, String modelHash, InstantSource clock, MemoryExperience memory) {
        this.forms = forms;
        this.modelHash = modelHash;
        this.clock = clock;
        this.memory = memory;
    }

    /**
     * Loads an ONNX file.
     *
     * @throws WhenceException if the file cannot be read or uses operators that Whence does not know
     */
    public static Explainer load(Path file, Precision precision, Device device) {
        OnnxModel model = OnnxModel.load(file);
        NetworkForms forms = new NetworkForms(rectified(model.graph()), precision, device);
        return new Explainer(forms, "sha256:" + model.sha256(), InstantSource.system(), experience());
    }

    /** Explains a graph that did not come from a file. */
    public static Explainer of(Graph graph, Precision precision) {
        NetworkForms forms = new NetworkForms(rectified(graph), precision, Device.CPU);
        return new Explainer(forms, "", InstantSource.system(), experience());
    }

    private static MemoryExperience experience() {
        return new MemoryExperience(new ProcessMemory());
    }

    /** Rectifiers however they are spelled, because some methods treat them apart; every value keeps its name. */
    private static Graph rectified(Graph graph) {
        return Rewrites.apply(graph, Rewrites.RECTIFIERS).graph();
    }

    /** The model's graph, as its author wrote it but for the spelling of rectifiers. */
    public Graph graph() {
        return forms.graph();
    }

    /** The network of the {@link #graph}; made at first use. */
    public Network network() {
        return forms.plain();
    }

    /** The precision of every run. */
    Precision precision() {
        return forms.precision();
    }

    /**
     * Explains every target of a request. What DeepLIFT needs of up to four references that all examples share is kept for the
     * next request, until other references come or the explainer is closed; that takes the memory of one example each.
     *
     * @return one explanation a target, in order
     * @throws WhenceException if an input, reference or target does not fit, or an operator on the way has no rule
     */
    public List<Explanation> explain(Request request) {
        return explain(request, Integer.MAX_VALUE, BatchSink.NONE);
    }

    /**
     * Explains every target of a request, and hands out the explanations batch by batch, so that not all of them have to be
     * held. Where there are many targets, they take turns.
     *
     * @param kept how many examples, from the first on, are held for the explanations that are returned; at least 1
     * @param sink gets every batch when it is done
     * @return one explanation a target, in order, each of the first {@code kept} examples; its warnings are those of all
     * @throws WhenceException as {@link #explain(Request)}
     */
    public List<Explanation> explain(Request request, int kept, BatchSink sink) {
        if (kept < 1) {
            throw new IllegalArgumentException("kept must be at least 1, found " + kept);
        }
        ReferenceTraces spare = spareReferences.getAndSet(null);
        ReferenceTraces references = spare == null ? new ReferenceTraces() : spare;
        try {
            return explain(request, references, kept, sink);
        } finally {
            closeUnlessNull(spareReferences.getAndSet(references));
        }
    }

    private List<Explanation> explain(Request request, ReferenceTraces references, int kept, BatchSink sink) {
        List<TargetChoice> targets = request.targets();
        List<Explanation> all = new ArrayList<>();
        int atOnce = request.memory() > 0 ? TARGETS_WITHIN_LIMIT : TARGETS_AT_ONCE;
        for (int first = 0; first < targets.size(); first += atOnce) {
            List<TargetChoice> some = targets.subList(first, Math.min(first + atOnce, targets.size()));
            Request part = request.target(some.toArray(TargetChoice[]::new));
            int before = first;
            BatchSink its =
                    sink.equals(BatchSink.NONE) ? sink : (target, at, batch) -> sink.take(before + target, at, batch);
            try (Runner runner = Runner.of(request.method(), references)) {
                all.addAll(explained(part, runner, kept, its));
            }
        }
        return all;
    }

    /**
     * Checks whether DeepLIFT's contributions add up, and if they do not, at which node they stop doing so: the
     * convergence report of all examples, in float64 again if it fails, and the balance of every node for the example with
     * the largest delta. Only the request's first target is looked at.
     *
     * @throws WhenceException as {@link #explain}, and if the method is not DeepLIFT
     */
    public Audit audit(Request request) {
        return Auditor.audit(this, request);
    }

    /**
     * Where the relevance of the request's first target goes: node by node what arrives, what leaves, and what biases and
     * constants keep.
     *
     * @throws WhenceException as {@link #explain}, and {@link ErrorCode#USAGE} if the method is not {@link Lrp}
     */
    public Conservation conservation(Request request) {
        return LrpLedger.conservation(this, request);
    }

    /**
     * How much relevance of every target arrives at inner values. Examples that share an axis of a value with others are told
     * apart only if the batch is its outermost axis; batches of one are always right.
     *
     * @param values values that nodes make
     * @return one result a target, in order
     * @throws WhenceException as {@link #explain}, {@link ErrorCode#USAGE} if the method is not {@link Lrp}, and {@link
     *     ErrorCode#TARGET_INVALID} if no node makes a value
     */
    public List<RelevanceSums> relevance(Request request, Collection<String> values) {
        return LrpMeter.measure(this, request, values);
    }

    /**
     * Puts the network's weights into random order, layer by layer from the target back, and compares the scores of every
     * stage with the original ones. Only the request's first target is looked at; its seed is that of the order.
     *
     * @param stages most stages, each with as many further layers; 0 for one stage a layer
     * @throws WhenceException as {@link #explain}, and if no layer with weights lies on the way
     */
    public RandomizationCheck randomize(Request request, int stages) {
        return Randomizer.check(this, request, stages);
    }

    /**
     * Estimates how far the scores are from Shapley values. Only the request's first target is looked at; its seed is that
     * of examples and permutations.
     *
     * @throws WhenceException as {@link #explain}, and if the method does not give one score to each element
     */
    public ShapleyAccuracy shapleyAccuracy(Request request, ShapleySampling sampling) {
        return ShapleyEstimate.of(this, request, sampling);
    }

    /**
     * The nodes on the way from the target to the attributed inputs through which no contribution can pass: DeepLIFT
     * refuses a network that has one, gradients are zero behind it. Runs the first example forward.
     *
     * @return in backward order; empty if every method works
     */
    public List<Obstacle> obstacles(Request request) {
        TargetNode target = TargetNode.of(graph(), request.output());
        return Obstacle.find(network(), firstBatch(request), Set.copyOf(Sources.of(graph(), request)), target.name());
    }

    /** Another graph in the same precision and on the same device, to be closed by the caller. */
    Explainer sibling(Graph graph) {
        return new Explainer(new NetworkForms(graph, precision(), forms.device()), "", clock, memory);
    }

    /** The same network in float64, to be closed by the caller. */
    Explainer inFloat64() {
        return new Explainer(new NetworkForms(graph(), Precision.FLOAT64, forms.device()), modelHash, clock, memory);
    }

    List<Explanation> explain(Request request, Runner runner) {
        try (runner) {
            return explained(request, runner, Integer.MAX_VALUE, BatchSink.NONE);
        }
    }

    private List<Explanation> explained(Request asked, Runner runner, int kept, BatchSink sink) {
        Graph graph = graph();
        Request request = RepeatedReads.once(asked);
        TargetNode target = TargetNode.of(graph, request.output());
        List<String> sources = Sources.of(graph, request);
        Sources.requireDependence(graph, target.name(), sources);
        InputChecks.require(graph, request.inputs());
        Set<String> values = new LinkedHashSet<>(sources);
        values.add(target.name());
        values.addAll(runner.values());
        NetworkForms.Served served = forms.serve(runner.form(), runner.nodes(), values);
        List<Map<String, NdArray>> references = references(request, sources, served.network());
        references.forEach(r -> InputChecks.requireFinite("reference", r));
        int examples = examples(request.inputs());
        BatchPlan plan = BatchPlan.forRequest(request, examples, fixedBatch(), precision(), memory);
        Chosen chosen = new Chosen(request.targets(), examples);
        SourceReferences compared = new SourceReferences(served.network(), moved(request, sources));
        ResultAssembly assembly = new ResultAssembly(request, target.name(), chosen, provenance(request), kept, sink);
        int count;
        for (int first = 0; first < examples; first += count) {
            count = Math.min(plan.begin(), examples - first);
            int copies = precision() == Precision.FLOAT64 ? 1 : plan.copies(count);
            Task task =
                    task(served, request, target.name(), sources, references, compared, first, count, copies, chosen);
            assembly.add(first, runner.run(task));
            plan.end(count);
            request.progress().step((long) first + count, examples, "examples");
        }
        List<String> warnings = RequestWarnings.of(graph, request, target, sources, references);
        plan.warning().ifPresent(warnings::add);
        return assembly.explanations(warnings);
    }

    private Task task(
            NetworkForms.Served served,
            Request request,
            String target,
            List<String> sources,
            List<Map<String, NdArray>> references,
            SourceReferences compared,
            int first,
            int count,
            int copies,
            Chosen chosen) {
        int examples = chosen.examples();
        Map<String, NdArray> feeds = rows(request.inputs(), first, count, examples);
        List<Map<String, NdArray>> ofBatch = new ArrayList<>();
        for (Map<String, NdArray> reference : references) {
            boolean whole = Task.isShared(reference);
            ofBatch.add(compared.at(whole ? reference : rows(reference, first, count, examples), feeds, count));
        }
        return new Task(
                served.network(),
                served.isWanted(),
                target,
                sources,
                feeds,
                ofBatch,
                request.targets(),
                first,
                count,
                copies,
                chosen,
                request.seed(),
                request.progress());
    }

    static Map<String, NdArray> rows(Map<String, NdArray> all, int first, int count, int examples) {
        Map<String, NdArray> out = new LinkedHashMap<>();
        all.forEach((name, array) -> out.put(
                name, array.rank() > 0 && array.dimension(0) == examples ? array.rows(first, first + count) : array));
        return out;
    }

    static int examples(Map<String, NdArray> inputs) {
        int examples = 1;
        for (NdArray array : inputs.values()) {
            if (array.rank() > 0) {
                examples = Math.max(examples, (int) array.dimension(0));
            }
        }
        return examples;
    }

    // ---- references --------------------------------------------------------------------------------------------

    private List<Map<String, NdArray>> references(Request request, List<String> sources, Network network) {
        if (!request.method().usesReference()) {
            return List.of();
        }
        ReferenceInputs given = request.reference();
        if (given != null) {
            given.each().forEach(r -> InputChecks.requireFit(request, r));
            return given.each();
        }
        Map<String, NdArray> zeros = new LinkedHashMap<>();
        for (String source : moved(request, sources)) {
            NdArray input = request.inputs().get(source);
            NdArray like = input != null
                    ? input
                    : network.evaluate(firstBatch(request), source).get(source);
            zeros.put(source, References.zeros(java.util.Objects.requireNonNull(like)));
        }
        return List.of(zeros);
    }

    /** What lies elsewhere at the reference: the values that are attributed to, but the inputs for conductance. */
    private List<String> moved(Request request, List<String> sources) {
        return request.method() instanceof Conductance ? Sources.realInputs(graph(), request) : sources;
    }

    /** The first example, or the first batch if the model fixes its size. */
    private Map<String, NdArray> firstBatch(Request request) {
        int examples = examples(request.inputs());
        return rows(request.inputs(), 0, Math.min(Math.max(1, fixedBatch()), examples), examples);
    }

    /** The size of batches that the model fixes, or 0 if any size will do. */
    int fixedBatch() {
        for (Value input : graph().inputs()) {
            List<Dimension> shape = input.shape();
            if (shape != null
                    && !shape.isEmpty()
                    && shape.getFirst() instanceof Dimension.Fixed(long size)
                    && size > 0
                    && size <= Integer.MAX_VALUE) {
                return (int) size;
            }
        }
        return 0;
    }

    private Provenance provenance(Request request) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("precision", forms.precision().name().toLowerCase(Locale.ROOT));
        environment.put("java", System.getProperty("java.version", "?"));
        environment.put("os", System.getProperty("os.name", "?") + " " + System.getProperty("os.arch", "?"));
        environment.put("threads", String.valueOf(Engine.threads()));
        String version = Explainer.class.getPackage().getImplementationVersion();
        return new Provenance(
                modelHash,
                "whence " + (version == null ? "development" : version) + " / libtorch " + Engine.version(),
                forms.device().name(),
                request.seed(),
                clock.instant(),
                environment);
    }

    private static void closeUnlessNull(@Nullable ReferenceTraces references) {
        if (references != null) {
            references.close();
        }
    }

    /** Frees the network and the kept runs of references. */
    @Override
    public void close() {
        closeUnlessNull(spareReferences.getAndSet(null));
        forms.close();
    }
}
