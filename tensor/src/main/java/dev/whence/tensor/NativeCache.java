package dev.whence.tensor;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the engine's libraries lie once they are unpacked, and how far that is.
 *
 * @param place the folder
 * @param libraries what will lie there: path below the folder to size in bytes; empty if the class path holds plain
 *     files instead of jars, which are loaded where they are
 */
record NativeCache(Path place, Map<String, Long> libraries) {
    private static final String PROPERTY = "whence.cache";
    private static final String ENVIRONMENT = "WHENCE_CACHE";
    private static final String LOADER_PROPERTY = "org.bytedeco.javacpp.cachedir";

    /** The folder: system property, else environment variable, else what the loader was told, else the user's cache. */
    static Path chosenPlace() {
        String[] wishes = {System.getProperty(PROPERTY), System.getenv(ENVIRONMENT), System.getProperty(LOADER_PROPERTY)
        };
        for (String wish : wishes) {
            if (wish != null && !wish.isBlank()) {
                return Path.of(wish).toAbsolutePath().normalize();
            }
        }
        return Path.of(System.getProperty("user.home"), ".cache", "whence");
    }

    /**
     * Finds the libraries of this platform on the class path.
     *
     * @throws WhenceException {@link ErrorCode#DEVICE_UNAVAILABLE} if one of the artefacts has none
     */
    static NativeCache find(Path place, String platform, ClassLoader loader) {
        Map<String, Long> libraries = new java.util.TreeMap<>();
        for (String artifact : List.of("javacpp", "openblas", "pytorch")) {
            String folder = "org/bytedeco/" + artifact + "/" + platform;
            List<URL> found = new ArrayList<>();
            for (String ending : List.of("", "-gpu")) {
                URL url = marker(loader, artifact, folder + ending);
                if (url != null) {
                    found.add(url);
                }
            }
            if (found.isEmpty()) {
                throw missing(artifact, platform);
            }
            found.forEach(url -> addLibraries(libraries, url));
        }
        return new NativeCache(place, libraries);
    }

    private static @Nullable URL marker(ClassLoader loader, String artifact, String folder) {
        String name = artifact.equals("pytorch") ? "jnitorch" : "jni" + artifact;
        for (String file : List.of("lib" + name + ".so", "lib" + name + ".dylib", name + ".dll")) {
            URL url = loader.getResource(folder + "/" + file);
            if (url != null) {
                return url;
            }
        }
        return null;
    }

    private static void addLibraries(Map<String, Long> libraries, URL url) {
        try {
            if (!(url.openConnection() instanceof JarURLConnection connection)) {
                return;
            }
            String marker = connection.getEntryName();
            String folder = marker.substring(0, marker.lastIndexOf('/') + 1);
            connection.setUseCaches(false);
            try (JarFile jar = connection.getJarFile()) {
                String root = Path.of(jar.getName()).getFileName() + "/";
                jar.stream()
                        .filter(entry -> entry.getName().startsWith(folder) && isLibrary(entry.getName()))
                        .forEach(entry -> libraries.put(root + entry.getName(), entry.getSize()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isLibrary(String name) {
        return name.contains(".so") || name.endsWith(".dylib") || name.endsWith(".dll");
    }

    private static WhenceException missing(String artifact, String platform) {
        return new WhenceException(
                ErrorCode.DEVICE_UNAVAILABLE,
                "The engine's libraries for " + platform + " are not on the class path: add the artefact org.bytedeco:"
                        + artifact + " with the classifier " + platform
                        + ", or build Whence with -Dnative.classifier=" + platform + ".");
    }

    /** Tells the loader to unpack here. */
    void choose() {
        try {
            Files.createDirectories(place);
        } catch (IOException e) {
            throw unusable(e);
        }
        if (!Files.isWritable(place)) {
            throw unusable(null);
        }
        System.setProperty(LOADER_PROPERTY, place.toString());
    }

    private WhenceException unusable(@Nullable Throwable cause) {
        return new WhenceException(
                ErrorCode.STORE_UNWRITABLE,
                "The engine cannot be unpacked into '" + place
                        + "': the folder cannot be made or written; set WHENCE_CACHE to another one.",
                cause);
    }

    /** Whether the two libraries that make up nearly all of it are there in full. */
    boolean isWarm() {
        return libraries.entrySet().stream()
                .filter(e -> e.getKey().contains("torch_cpu") || e.getKey().contains("jnitorch."))
                .allMatch(e -> size(place.resolve(e.getKey())) == e.getValue());
    }

    /** Bytes that unpacking will write. */
    long total() {
        return libraries.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Bytes of it that are there. */
    long unpacked() {
        return libraries.keySet().stream()
                .mapToLong(name -> size(place.resolve(name)))
                .sum();
    }

    /** Bytes of everything in the folder. */
    long sizeOnDisk() {
        if (!Files.isDirectory(place)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(place)) {
            return files.filter(file -> Files.isRegularFile(file) && !Files.isSymbolicLink(file))
                    .mapToLong(NativeCache::size)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** 0 for what is not there (yet). */
    private static long size(Path file) {
        return file.toFile().length();
    }
}
