package dev.whence.tensor.training;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Device;
import dev.whence.tensor.Draws;
import dev.whence.tensor.Gradients;
import dev.whence.tensor.Safetensors;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The tensors that a network learns, by name, in the order in which they were made. They live until this is closed. Not
 * thread-safe.
 */
public final class Parameters implements AutoCloseable {
    private final TensorScope scope = TensorScope.detached();
    private final Map<String, Tensor> byName = new LinkedHashMap<>();
    private final Draws draws;
    private final NdArray.Type type;
    private final Device device;

    private Parameters(long seed, NdArray.Type type, Device device) {
        this.draws = Draws.seeded(seed);
        this.type = type;
        this.device = device;
    }

    /** No parameters yet; first values will be drawn from {@code seed}. */
    public static Parameters seeded(long seed, NdArray.Type type) {
        return new Parameters(seed, type, Device.CPU);
    }

    /** As {@link #seeded(long, NdArray.Type)}, on a device; the first values are the same on every device. */
    public static Parameters seeded(long seed, NdArray.Type type, Device device) {
        return new Parameters(seed, type, device);
    }

    /** Adds a parameter drawn evenly from ±sqrt(6 / fanIn), which keeps the variance through rectifiers. */
    public Tensor drawn(String name, long fanIn, long... shape) {
        double bound = Math.sqrt(6.0 / Math.max(1, fanIn));
        return add(name, () -> draws.uniform(-bound, bound, type, shape));
    }

    /** Adds a parameter drawn from the standard normal distribution. */
    public Tensor normal(String name, long... shape) {
        return add(name, () -> draws.normal(type, shape));
    }

    /** Adds a parameter of zeros. */
    public Tensor zeros(String name, long... shape) {
        return add(name, () -> Tensor.zeros(type, shape));
    }

    /** Adds a parameter that starts from given values. */
    public Tensor of(String name, NdArray start) {
        return add(name, () -> Tensor.of(start).to(type));
    }

    private Tensor add(String name, Supplier<Tensor> start) {
        if (byName.containsKey(name)) {
            throw new IllegalArgumentException("there is already a parameter '" + name + "'");
        }
        try (TensorScope _ = TensorScope.open()) {
            Tensor kept = scope.adopt(Gradients.variable(start.get().on(device)));
            byName.put(name, kept);
            return kept;
        }
    }

    /** All parameters, in the order in which they were made. */
    public List<Tensor> tensors() {
        return List.copyOf(byName.values());
    }

    /** All parameters by name, in the order in which they were made. */
    public Map<String, Tensor> byName() {
        return Collections.unmodifiableMap(byName);
    }

    /** A copy of all values. */
    public Map<String, NdArray> values() {
        Map<String, NdArray> values = new LinkedHashMap<>();
        try (TensorScope _ = TensorScope.open()) {
            byName.forEach((name, tensor) -> values.put(name, tensor.toNdArray()));
        }
        return values;
    }

    /**
     * Writes all values as safetensors.
     *
     * @throws WhenceException {@link ErrorCode#STORE_UNWRITABLE} if the file cannot be written
     */
    public void save(Path file, Map<String, String> metadata) {
        Safetensors.write(file, byName, metadata);
    }

    /**
     * Takes over the values of a safetensors file that has exactly these parameters.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_UNREADABLE} or {@link ErrorCode#MODEL_INVALID} if it cannot be read
     *     or its names or shapes differ; nothing has changed then
     */
    public void load(Path file) {
        try (Safetensors read = Safetensors.open(file);
                TensorScope _ = TensorScope.open();
                Gradients.Pause _ = Gradients.pause()) {
            if (!read.names().equals(byName.keySet())) {
                throw new WhenceException(
                        ErrorCode.MODEL_INVALID,
                        "'" + file + "' has the tensors " + new TreeSet<>(read.names()) + ", expected "
                                + new TreeSet<>(byName.keySet()) + ".");
            }
            byName.forEach((name, tensor) -> {
                long[] found = read.entry(name).shape();
                if (!Arrays.equals(found, tensor.shape())) {
                    throw new WhenceException(
                            ErrorCode.MODEL_INVALID,
                            "Tensor '" + name + "' of '" + file + "' has the shape " + Arrays.toString(found)
                                    + ", expected " + Arrays.toString(tensor.shape()) + ".");
                }
            });
            Map<String, Tensor> loaded = new LinkedHashMap<>();
            byName.keySet().forEach(name -> loaded.put(name, read.tensor(name)));
            byName.forEach((name, tensor) -> tensor.copyInPlace(
                    java.util.Objects.requireNonNull(loaded.get(name)).to(type)));
        }
    }

    @Override
    public void close() {
        scope.close();
        draws.close();
    }
}
