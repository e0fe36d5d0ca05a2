package dev.whence.tensor;

import org.bytedeco.javacpp.Loader;

/** The native engine, libtorch: started once a process, before the first tensor. */
public final class Engine {
    private Engine() {}

    /** Loads the natives if that has not happened yet. */
    public static void start() {
        Started.touch();
    }

    /** Sets how many threads one operator may use; it holds for the whole process. */
    public static void setThreads(int threads) {
        start();
        org.bytedeco.pytorch.global.torch.set_num_threads(threads);
    }

    /** How many threads one operator may use. */
    public static int threads() {
        start();
        return org.bytedeco.pytorch.global.torch.get_num_threads();
    }

    private static final class Started {
        static {
            // Native memory is owned by scopes; tracking it through the collector as well costs about a microsecond a
            // call.
            if (System.getProperty("org.bytedeco.javacpp.nopointergc") == null) {
                System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
            }
            Loader.load(org.bytedeco.pytorch.global.torch.class);
        }

        private Started() {}

        static void touch() {
            // Loading this class does the work, once.
        }
    }
}
