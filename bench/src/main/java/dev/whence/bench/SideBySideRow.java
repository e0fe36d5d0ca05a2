package dev.whence.bench;

import dev.whence.core.Attribution;
import dev.whence.explain.Explanation;
import dev.whence.tensor.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** One row of the comparison in a process of its own. */
final class SideBySideRow {
    private static final String OURS = "ours";
    private static final String RIVAL = "rival";
    private static final String FLOOR = "floor";

    private final SideBySideOptions options;
    private final ComparedWork work;
    private final Path folder;

    SideBySideRow(SideBySideOptions options) {
        this.options = options;
        this.work = options.rows().getFirst();
        this.folder = Path.of(options.folder());
    }

    // ---- agreement ---------------------------------------------------------------------------------------------

    /** How far the scores of both sides differ, in words, on a small batch. */
    String check() throws IOException {
        return switch (work.rival()) {
            case OWN_RESCALE -> "another rule";
            case OWN_SINGLE_TARGETS -> agreementOfTargets();
            case PEER -> {
                ComparedWork small = work.small();
                boolean isMaximumInStem =
                        small.method().startsWith("deeplift") && small.network().equals("resnet18");
                yield isMaximumInStem
                        ? agreement(small.on("resnet18-average")) + " with a mean in the stem; with its maximum "
                                + agreement(small)
                        : agreement(small);
            }
        };
    }

    private String agreement(ComparedWork small) throws IOException {
        BenchNetworks.Subject subject = small.subject();
        BenchData data = BenchData.of(small, subject);
        Path file = folder.resolve("check.safetensors");
        Path scores = folder.resolve("check.scores");
        data.write(file);
        JsonNode answer;
        try (PeerProcess peer = peer()) {
            answer = peer.run(small, folder, file, 0, 0, scores);
        }
        try (OwnWork own = new OwnWork(small, subject, data, options.atOnce())) {
            Attribution attribution = own.explain().getFirst().attribution();
            double[] ours = attribution.units().getFirst().scores().toDoubles();
            String text = percent(difference(ours, floats(scores)));
            JsonNode delta = answer.get("delta");
            if (delta == null || delta.isNull()) {
                return text;
            }
            double ourDelta = largest(attribution.delta());
            return text + String.format(Locale.ROOT, " (|δ| %.1e, theirs %.1e)", ourDelta, delta.asDouble());
        }
    }

    private String agreementOfTargets() {
        ComparedWork small = work.small();
        BenchNetworks.Subject subject = small.subject();
        try (OwnWork own = new OwnWork(small, subject, BenchData.of(small, subject), options.atOnce())) {
            List<Explanation> together = own.explain();
            List<Explanation> singly = own.explainSingly();
            double worst = 0;
            for (int t = 0; t < together.size(); t++) {
                worst = Math.max(worst, difference(scores(together.get(t)), scores(singly.get(t))));
            }
            return percent(worst);
        }
    }

    private static double[] scores(Explanation explanation) {
        return explanation.attribution().units().getFirst().scores().toDoubles();
    }

    /** The largest difference over the largest score. */
    private static double difference(double[] ours, double[] theirs) {
        if (ours.length != theirs.length) {
            throw new IllegalStateException(ours.length + " scores against " + theirs.length);
        }
        double worst = 0;
        for (int i = 0; i < ours.length; i++) {
            double distance = Math.abs(ours[i] - theirs[i]);
            worst = Double.isNaN(distance) ? Double.POSITIVE_INFINITY : Math.max(worst, distance);
        }
        return worst / largest(theirs);
    }

    private static double largest(double[] values) {
        return java.util.Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "within %.1e of the largest score", share);
    }

    private static double[] floats(Path file) throws IOException {
        FloatBuffer floats = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        double[] out = new double[floats.remaining()];
        java.util.Arrays.setAll(out, floats::get);
        return out;
    }

    // ---- time --------------------------------------------------------------------------------------------------

    /** The cells of the row from our median to the peer's memory. */
    String time() throws IOException {
        Engine.setThreads(options.threads());
        Rounds rounds = new Rounds(options.rounds(), options.warmSeconds());
        BenchNetworks.Subject subject = work.subject();
        BenchData data = BenchData.of(work, subject);
        try (OwnWork own = new OwnWork(work, subject, data, options.atOnce())) {
            if (work.rival() != ComparedWork.Rival.PEER) {
                return timeOwn(rounds, own);
            }
            Path file = folder.resolve("data.safetensors");
            data.write(file);
            Map<String, Contender> sides = new LinkedHashMap<>();
            try (PeerProcess peer = peer()) {
                sides.put(OURS, own.contender());
                sides.put(RIVAL, peer.contender(work, folder, file, options.peerAtOnce(work)));
                Map<String, Rounds.Times> times = rounds.measure(sides);
                long ourPeak = ProcessMemory.peakMegabytes();
                long theirPeak = peer.peakMegabytes();
                peer.close();
                return cells(times, "%.2f×", false, floor(rounds, own, subject), ourPeak, String.valueOf(theirPeak));
            }
        }
    }

    private String timeOwn(Rounds rounds, OwnWork own) {
        Map<String, Contender> sides = new LinkedHashMap<>();
        sides.put(OURS, own.contender());
        boolean isRescale = work.rival() == ComparedWork.Rival.OWN_RESCALE;
        sides.put(RIVAL, isRescale ? own.rescale() : own.singleTargets());
        Map<String, Rounds.Times> times = rounds.measure(sides);
        return cells(times, "%.2f of its time", true, "– | –", ProcessMemory.peakMegabytes(), "–");
    }

    private String cells(
            Map<String, Rounds.Times> times, String ratio, boolean isShare, String floor, long ourPeak, String peak) {
        Rounds.Times ours = Objects.requireNonNull(times.get(OURS));
        Rounds.Times rival = Objects.requireNonNull(times.get(RIVAL));
        double speed = rival.median() / ours.median();
        return String.join(
                " | ",
                ours.text(),
                work.rivalName(),
                rival.text(),
                String.format(Locale.ROOT, ratio, isShare ? 1 / speed : speed),
                floor,
                String.valueOf(ourPeak),
                peak);
    }

    /** After the peer is gone, because the floor's tensors are no part of our memory. */
    private String floor(Rounds rounds, OwnWork own, BenchNetworks.Subject subject) {
        if (!work.hasFloor()) {
            return "– | –";
        }
        try (ConvolutionFloor floor = new ConvolutionFloor(subject, work.batch())) {
            Map<String, Contender> sides = new LinkedHashMap<>();
            sides.put(OURS, own.contender());
            sides.put(FLOOR, floor.contender());
            Map<String, Rounds.Times> times = rounds.measure(sides);
            Rounds.Times bare = Objects.requireNonNull(times.get(FLOOR));
            double share = Objects.requireNonNull(times.get(OURS)).median() / bare.median();
            return bare.text() + String.format(Locale.ROOT, " | %.2f", share);
        }
    }

    private PeerProcess peer() throws IOException {
        return new PeerProcess(options.python(), options.script(), options.peers(), options.threads());
    }
}
