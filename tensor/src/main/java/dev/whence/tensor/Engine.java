package dev.whence.tensor;

import dev.whence.core.ErrorCode;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The native engine, libtorch: started once a process, before the first tensor.
 *
 * <p>The first start on a machine unpacks about 440 MB of libraries. Their place is the system property
 * {@code whence.cache}, else the environment variable {@code WHENCE_CACHE}, else {@code ~/.cache/whence}. Programs that
 * want to tell their user call {@link #start(Progress)} first; without it the unpacking is silent.
 */
public final class Engine {
    private static final long POLL_MILLIS = 200;
    private static final long MEGABYTE = 1_000_000;

    private Engine() {}

    /**
     * Loads the natives if that has not happened yet.
     *
     * @throws WhenceException if they are missing for this platform, or cannot be unpacked or loaded
     */
    public static void start() {
        Started.check();
    }

    /**
     * As {@link #start()}; if the natives have to be unpacked first, {@code progress} hears of it in megabytes and may
     * cancel the wait.
     */
    public static void start(Progress progress) {
        NativeCache cache = cache();
        if (cache.isWarm()) {
            start();
            return;
        }
        long total = Math.max(1, cache.total() / MEGABYTE);
        String label = "MB of the engine unpacked into " + cache.place() + " (only once)";
        Thread loading = Thread.ofPlatform().daemon().name("whence-engine").start(Engine::startQuietly);
        while (loading.isAlive()) {
            progress.step(Math.min(total, cache.unpacked() / MEGABYTE), total, label);
            try {
                loading.join(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WhenceException(ErrorCode.CANCELLED, "Cancelled while the engine was being unpacked.", e);
            }
        }
        start();
        progress.step(total, total, label);
    }

    /** The caller starts again on its own thread and so gets the failure. */
    private static void startQuietly() {
        Started.touch();
    }

    /** Whether the natives are unpacked already, so that starting takes well under a second. */
    public static boolean isUnpacked() {
        return cache().isWarm();
    }

    /** The folder in which unpacked native libraries lie, which need not exist yet. */
    public static Path cacheFolder() {
        return NativeCache.chosenPlace();
    }

    /** Sets how many threads one operator may use; it holds for the whole process. */
    public static void setThreads(int threads) {
        start();
        torch.set_num_threads(threads);
    }

    /** How many threads one operator may use. */
    public static int threads() {
        start();
        return torch.get_num_threads();
    }

    /** The version of libtorch, such as {@code 2.10.0}. */
    public static String version() {
        start();
        return find("TORCH_VERSION=([0-9.]+)", config());
    }

    /** What a person wants to know when something is wrong, in a fixed order; starts the engine. */
    public static Map<String, String> facts() {
        start();
        NativeCache cache = cache();
        String config = config();
        boolean cuda = torch.cuda_is_available();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("libtorch", find("TORCH_VERSION=([0-9.]+)", config));
        facts.put("platform", Loader.getPlatform());
        facts.put("threads", String.valueOf(torch.get_num_threads()));
        facts.put("processor features", find("CPU capability usage: (\\S+)", config));
        facts.put("BLAS", find("BLAS_INFO=(\\w+)", config));
        facts.put("oneDNN", torch.hasMKLDNN() ? find("MKL-DNN v(\\S+)", config) : "no");
        facts.put("CUDA", cuda ? "available" : "not available");
        facts.put("devices", cuda ? CudaDevices.describe(torch.cuda_device_count()) : "cpu");
        facts.put("cache", cache.place().toString());
        facts.put("cache size", String.format(Locale.ROOT, "%d MB", cache.sizeOnDisk() / MEGABYTE));
        return facts;
    }

    private static String config() {
        try (BytePointer text = torch.show_config()) {
            return text.getString();
        }
    }

    private static String find(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? matcher.group(1) : "unknown";
    }

    private static NativeCache cache() {
        // Read once, by the first of the loader's classes. Native memory is owned by scopes; tracking it through the
        // collector as well costs about a microsecond a call.
        if (System.getProperty("org.bytedeco.javacpp.nopointergc") == null) {
            System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
        }
        return NativeCache.find(NativeCache.chosenPlace(), Loader.getPlatform(), Engine.class.getClassLoader());
    }

    private record Failure(ErrorCode code, String sentence, Throwable cause) {}

    private static final class Started {
        private static final @Nullable Failure FAILURE = load();

        private Started() {}

        static void touch() {
            // Loading this class does the work, once.
        }

        static void check() {
            if (FAILURE != null) {
                throw new WhenceException(FAILURE.code(), FAILURE.sentence(), FAILURE.cause());
            }
        }

        private static @Nullable Failure load() {
            try {
                cache().choose();
                CLibrary.waitAsleep();
                Loader.load(torch.class);
                BlasThreads.prepare(0, 1);
                CLibrary.keepFreedMemory();
                return null;
            } catch (WhenceException e) {
                return new Failure(e.code(), String.valueOf(e.getMessage()), e);
            } catch (LinkageError e) {
                return new Failure(
                        ErrorCode.DEVICE_UNAVAILABLE,
                        "The engine's libraries for " + Loader.getPlatform() + " do not load: " + e.getMessage() + ".",
                        e);
            }
        }
    }
}
