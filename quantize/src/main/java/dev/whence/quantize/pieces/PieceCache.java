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
import org.jspecify.annotations.Nullable;

/**
 * Keeps finished pieces of work in a folder, each as soon as it is done, under the SHA-256 of everything that it depends on.
 * A stopped run so goes on where it stopped, a repeated one reads, and a piece is not used where any of that is different.
 * Files are safetensors with a checksum; one that is cut off or damaged by accident is not used but made again. A checksum is
 * no signature: who may write into the folder decides what comes out, so trust it as you trust the program. Any number of
 * processes may share a folder, and it may be deleted at any time.
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

    /** After as many failures one behind the other, the folder is taken to be full. */
    private static final int FAILURES = 3;

    private final @Nullable Path folder;
    private final ProgramCode program;
    private final List<String> unusable = new ArrayList<>();
    private final List<String> unwritable = new ArrayList<>();
    private @Nullable PieceKey beginning;
    private int failures;
    private int notKept;
    private int read;
    private int made;

    private PieceCache(@Nullable Path folder, ProgramCode program) {
        this.folder = folder;
        this.program = program;
    }

    /** Keeps nothing. */
    public static PieceCache none() {
        return new PieceCache(null, ProgramCode.WHENCE);
    }

    /**
     * Keeps pieces in a folder.
     *
     * @param folder is made if it is not there
     * @throws WhenceException {@link ErrorCode#USAGE} if nothing can be written into it
     */
    public static PieceCache in(Path folder) {
        return in(folder, ProgramCode.WHENCE);
    }

    static PieceCache in(Path folder, ProgramCode program) {
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
        return new PieceCache(folder, program);
    }

    /**
     * Where a key for work on a network begins: the network; the code of Whence itself; Java, libtorch and the number of
     * threads; the make, features and cache size of the processor as the system tells them; the variables of the environment
     * by which libraries of linear algebra choose. Starts the engine.
     */
    public PieceKey key(Graph graph) {
        if (folder == null) {
            return PieceKey.none();
        }
        if (beginning == null) {
            beginning = beginning();
        }
        return beginning.isNone()
                ? beginning
                : beginning.and("threads " + Engine.threads()).and(graph);
    }

    private PieceKey beginning() {
        String code = program.checksum();
        if (code == null) {
            return PieceKey.none();
        }
        PieceKey key = PieceKey.of(FORMAT + ", Java " + Runtime.version()).and(code);
        for (Map.Entry<String, String> fact : Machine.facts().entrySet()) {
            key = key.and(fact.getKey()).and(fact.getValue());
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
        write(file, key, form, fresh);
        return fresh;
    }

    private <T> @Nullable T read(Path file, PieceKey key, PieceForm<T> form) {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        if (!Files.isRegularFile(file)) {
            unusable.add("'" + file + "' is not a file.");
            return null;
        }
        try (Safetensors open = Safetensors.open(file)) {
            return form.read(PieceReader.of(open, key));
        } catch (RuntimeException e) { // of whatever kind: damage may be anywhere
            unusable.add(sentence(file, e));
            return null;
        }
    }

    private static String sentence(Path file, RuntimeException e) {
        String why =
                e.getMessage() == null ? "it cannot be read, " + e.getClass().getSimpleName() : e.getMessage();
        return why.endsWith(".") ? why : "'" + file + "': " + why + ".";
    }

    private <T> void write(Path file, PieceKey key, PieceForm<T> form, T piece) {
        if (failures >= FAILURES) {
            notKept++;
            return;
        }
        PieceWriter writer = new PieceWriter();
        form.write(piece, writer);
        try {
            writer.writeTo(file, key);
            failures = 0;
        } catch (WhenceException e) {
            unwritable.add(String.valueOf(e.getMessage()));
            notKept++;
            failures = Files.isDirectory(Objects.requireNonNull(folder)) ? failures + 1 : FAILURES;
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

    /** What was wrong with the folder so far, in whole sentences. */
    public List<String> warnings() {
        List<String> out = new ArrayList<>();
        if (beginning != null && beginning.isNone()) {
            out.add(
                    "No piece of work is read or kept: the files of the program cannot be read, so that pieces of another"
                            + " build would be taken for its own.");
        }
        if (!unusable.isEmpty()) {
            out.add((unusable.size() == 1 ? "A file" : unusable.size() + " files") + " in the folder '" + folder
                    + "' could not be used, and what belongs there was worked out again. " + unusable.getFirst());
        }
        if (!unwritable.isEmpty()) {
            out.add((notKept == 1 ? "A piece of work is" : notKept + " pieces of work are")
                    + " not kept for another run. " + unwritable.getFirst());
        }
        return out;
    }
}
