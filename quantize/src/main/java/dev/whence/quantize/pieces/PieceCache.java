package dev.whence.quantize.pieces;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.tensor.Engine;
import dev.whence.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps finished pieces of work in a folder, each as soon as it is done, under the SHA-256 of everything that it depends on.
 * A stopped run so goes on where it stopped, a repeated one reads, and a piece is never used where anything is different.
 * Files are safetensors with a checksum; one that is cut off, changed or somebody else's is not used but made again. Any
 * number of processes may share a folder, and it may be deleted at any time.
 *
 * <pre>{@code
 * PieceCache cache = PieceCache.in(Path.of("pieces"));
 * Outcome outcome = Quantization.run(graph, examples, plan, cache, Progress.SILENT);
 * }</pre>
 *
 * <p>Not safe for several threads.
 */
public final class PieceCache {
    private static final String FORMAT = "whence pieces 1";

    private static final String ENDING = ".safetensors";

    /** What of the machine and its libraries may change the last bit of a sum. */
    private static final List<String> MACHINE =
            List.of("libtorch", "platform", "threads", "processor features", "BLAS", "oneDNN");

    private final @Nullable Path folder;
    private final List<String> unusable = new ArrayList<>();
    private @Nullable PieceKey machine;
    private @Nullable String unwritable;
    private int read;
    private int made;

    private PieceCache(@Nullable Path folder) {
        this.folder = folder;
    }

    /** Keeps nothing. */
    public static PieceCache none() {
        return new PieceCache(null);
    }

    /**
     * Keeps pieces in a folder.
     *
     * @param folder is made if it is not there
     * @throws WhenceException {@link ErrorCode#USAGE} if nothing can be written into it
     */
    public static PieceCache in(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".writable", ".part"));
        } catch (IOException e) {
            String why = switch (e) {
                case FileAlreadyExistsException _ -> "it is not a folder";
                case AccessDeniedException _ -> "access denied";
                default -> e.getClass().getSimpleName() + ": " + e.getMessage();
            };
            throw new WhenceException(
                    ErrorCode.USAGE, "Cannot keep pieces of work in the folder '" + folder + "': " + why + ".", e);
        }
        return new PieceCache(folder);
    }

    /** Where a key for work on a network begins: the network, this machine, the number of threads and the code of Whence itself. */
    public PieceKey key(Graph graph) {
        if (folder == null) {
            return PieceKey.none();
        }
        if (machine == null) {
            machine = machine();
        }
        return machine.and(graph);
    }

    private static PieceKey machine() {
        Map<String, String> facts = Engine.facts();
        PieceKey key = PieceKey.of(FORMAT + ", Java " + Runtime.version()).and(ProgramCode.CHECKSUM);
        for (String name : MACHINE) {
            key = key.and(name + " " + facts.get(name));
        }
        return key;
    }

    /**
     * The piece as it was kept, or else the piece as it is made now, which is then kept.
     *
     * @param key everything that the piece depends on
     * @param form how it is written and read
     * @param work makes it
     */
    public <T> T recall(PieceKey key, PieceForm<T> form, Supplier<T> work) {
        if (folder == null || key.isNone()) {
            return work.get();
        }
        Path file = folder.resolve(key.text() + ENDING);
        @Nullable T known = read(file, key, form);
        if (known != null) {
            read++;
            return known;
        }
        T fresh = Objects.requireNonNull(work.get());
        made++;
        if (unwritable == null) {
            write(file, key, form, fresh);
        }
        return fresh;
    }

    private <T> @Nullable T read(Path file, PieceKey key, PieceForm<T> form) {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        if (!Files.isRegularFile(file)) {
            unusable.add(file.getFileName() + " is not a file");
            return null;
        }
        try (Safetensors open = Safetensors.open(file)) {
            return form.read(PieceReader.of(open, key));
        } catch (RuntimeException e) { // of whatever kind: the file may have been made to do harm
            unusable.add(file.getFileName() + " (" + e.getMessage() + ")");
            return null;
        }
    }

    private <T> void write(Path file, PieceKey key, PieceForm<T> form, T piece) {
        PieceWriter writer = new PieceWriter();
        form.write(piece, writer);
        try {
            writer.writeTo(file, key);
        } catch (WhenceException e) {
            unwritable = e.getMessage();
        }
    }

    /** Whether pieces are kept. */
    public boolean isKept() {
        return folder != null;
    }

    /** How many pieces were read. */
    public int read() {
        return read;
    }

    /** How many pieces were made, since they were not there or could not be used. */
    public int made() {
        return made;
    }

    /** What was wrong with the folder so far. */
    public List<String> warnings() {
        Stream<String> damaged = unusable.isEmpty()
                ? Stream.empty()
                : Stream.of((unusable.size() == 1 ? "A file" : unusable.size() + " files") + " in the folder '" + folder
                        + "' could not be used and what belongs there was worked out again: " + unusable.getFirst()
                        + (unusable.size() == 1 ? "." : ", and others."));
        Stream<String> lost = unwritable == null
                ? Stream.empty()
                : Stream.of("Not all pieces of work could be kept for another run: " + unwritable);
        return Stream.concat(damaged, lost).toList();
    }
}
