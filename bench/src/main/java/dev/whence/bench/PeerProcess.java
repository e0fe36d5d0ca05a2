package dev.whence.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The other side of a comparison: a Python process that answers one JSON line with another. */
final class PeerProcess implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    /**
     * Starts it.
     *
     * @param script our driver
     * @param peers folder with the peers' sources
     */
    PeerProcess(String python, Path script, Path peers, int threads) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                List.of(python, script.toString(), "--peers", peers.toString(), "--threads", String.valueOf(threads)));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = builder.environment();
        environment.put("OMP_NUM_THREADS", String.valueOf(threads));
        environment.put("OPENBLAS_NUM_THREADS", String.valueOf(threads));
        process = builder.start();
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** What runs on the other side. */
    JsonNode versions() {
        return ask(JSON.createObjectNode().put("ask", "versions"));
    }

    /**
     * Does a work so often.
     *
     * @param folder where the weights lie
     * @param data what the work reads
     * @param atOnce inputs that the peer takes at a time, or 0 for all
     * @param scores where its scores go, or null if nobody wants them
     */
    JsonNode run(ComparedWork work, Path folder, Path data, int repetitions, int atOnce, @Nullable Path scores) {
        String weights = work.network().startsWith("resnet18") ? "resnet18" : work.network();
        ObjectNode request = JSON.createObjectNode()
                .put("ask", "run")
                .put("network", work.peerNetwork())
                .put("weights", folder.resolve(weights + ".safetensors").toString())
                .put("data", data.toString())
                .put("method", work.method())
                .put("target", OwnWork.TARGET)
                .put("repetitions", repetitions)
                .put("at_once", atOnce);
        return ask(scores == null ? request : request.put("scores", scores.toString()));
    }

    /** A work as a contender. */
    Contender contender(ComparedWork work, Path folder, Path data, int atOnce) {
        return repetitions -> {
            JsonNode times = run(work, folder, data, repetitions, atOnce, null).required("milliseconds");
            double[] out = new double[times.size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = times.get(i).asDouble();
            }
            return out;
        };
    }

    /** The most memory it ever held. */
    long peakMegabytes() {
        return ProcessMemory.peakMegabytes(process.pid());
    }

    private JsonNode ask(JsonNode request) {
        try {
            requests.write(JSON.writeValueAsString(request));
            requests.newLine();
            requests.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException("the peers' process ended; what it said is above");
            }
            JsonNode answer = JSON.readTree(line);
            if (answer.has("error")) {
                throw new IllegalStateException(
                        "the peer failed: " + answer.get("error").asString());
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException("the peers' process does not answer", e);
        }
    }

    @Override
    public void close() throws IOException {
        requests.close();
        answers.close();
        process.destroy();
    }
}
