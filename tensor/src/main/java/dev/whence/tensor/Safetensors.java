package dev.whence.tensor;

import dev.whence.core.ErrorCode;
import dev.whence.core.FinishedFile;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An open safetensors file. The file is mapped, not read: opening takes time in proportion to its header, tensors are
 * copied one by one, and neither file nor tensor is limited to 2 GB. Any thread may read. Closing gives the mapping back;
 * what was read before stays.
 *
 * <pre>{@code
 * try (Safetensors file = Safetensors.open(path)) {
 *     NdArray weight = file.read("fc1.weight");
 * }
 * }</pre>
 */
public final class Safetensors implements AutoCloseable {
    private final Path file;
    private final Arena arena;
    private final MemorySegment data;
    private final SafetensorsHeader header;

    /**
     * One tensor of a file.
     *
     * @param name its name
     * @param type its element type
     * @param shape its shape
     * @param begin where it begins, in bytes after the header
     * @param end where it ends
     */
    public record Entry(String name, SafetensorsType type, long[] shape, long begin, long end) {
        /** Its length in bytes. */
        public long bytes() {
            return end - begin;
        }
    }

    private Safetensors(Path file, Arena arena, MemorySegment data, SafetensorsHeader header) {
        this.file = file;
        this.arena = arena;
        this.data = data;
        this.header = header;
    }

    /**
     * Maps a file and checks its header in full.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_UNREADABLE} if it is missing, cut off or no safetensors file,
     *     {@link ErrorCode#MODEL_INVALID} if its header contradicts itself
     */
    @SuppressWarnings("MustBeClosedChecker") // the result owns the arena
    public static Safetensors open(Path file) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file)) {
            return of(file, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            arena.close();
            String why = e instanceof NoSuchFileException
                    ? "there is no such file"
                    : Files.isDirectory(file) ? "it is a folder" : String.valueOf(e.getMessage());
            throw new WhenceException(ErrorCode.MODEL_UNREADABLE, "Cannot read '" + file + "': " + why + ".", e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Checks the bytes of a whole file, which live as long as the arena. */
    static Safetensors of(Path file, Arena arena, MemorySegment all) {
        ByteBuffer first = all.asSlice(0, Math.min(all.byteSize(), SafetensorsHeader.LENGTH_BYTES))
                .asByteBuffer();
        int length = SafetensorsHeader.length(file.toString(), all.byteSize(), first);
        byte[] json = all.asSlice(SafetensorsHeader.LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE);
        MemorySegment data = all.asSlice((long) SafetensorsHeader.LENGTH_BYTES + length);
        return new Safetensors(file, arena, data, SafetensorsHeader.parse(file.toString(), json, data.byteSize()));
    }

    /** The names of all tensors, in the order of the header. */
    public Set<String> names() {
        return header.entries().keySet();
    }

    /** What the file says of its tensors, in the order of the header. */
    public List<Entry> entries() {
        return List.copyOf(header.entries().values());
    }

    /** The free texts of the file. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * What the file says of a tensor.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} if there is none of that name
     */
    public Entry entry(String name) {
        Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "'" + file + "' has no tensor '" + name + "'; it has "
                            + header.entries().size() + " others.");
        }
        return entry;
    }

    /** The bytes of a tensor, little-endian and row-major: a read-only view that is valid until this is closed. */
    public MemorySegment bytes(String name) {
        Entry entry = entry(name);
        return data.asSlice(entry.begin(), entry.bytes());
    }

    /**
     * Copies a tensor into Java memory.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} if there is none of that name, if its element type has no
     *     Java form, or if it has more than 2^31 - 1 elements
     */
    public NdArray read(String name) {
        Entry entry = entry(name);
        NdArray.Type type = type(entry);
        if (entry.bytes() / entry.type().bytes() > Integer.MAX_VALUE - 8) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "Tensor '" + name + "' of '" + file + "' has "
                            + entry.bytes() / entry.type().bytes()
                            + " elements, more than a Java array holds; read it as a native tensor.");
        }
        return LittleEndian.read(type, bytes(name), entry.shape());
    }

    /** Copies a tensor into native memory of the innermost scope; errors as for {@link #read} but for the size. */
    public Tensor tensor(String name) {
        Entry entry = entry(name);
        NdArray.Type type = type(entry);
        boolean isStoredAsIs = !Types.isStoredWider(type) && type != NdArray.Type.BOOL;
        return isStoredAsIs ? NativeMemory.ofBytes(type, bytes(name), entry.shape()) : Tensor.of(read(name));
    }

    private NdArray.Type type(Entry entry) {
        NdArray.Type type = entry.type().type();
        if (type == null) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "Tensor '" + entry.name() + "' of '" + file + "' has the type " + entry.type()
                            + ", of which only the bytes can be read.");
        }
        return type;
    }

    /** Gives the mapping back; a {@link #bytes} segment then refuses use. */
    @Override
    public void close() {
        arena.close();
    }

    /**
     * Writes a file that is either finished or not there. Wide types come first, then names decide, so every tensor is
     * aligned to its element size and equal content gives equal bytes.
     *
     * @param tensors by name; they are not changed
     * @param metadata free texts, possibly none
     * @throws WhenceException {@link ErrorCode#STORE_UNWRITABLE} if the file cannot be written
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        FinishedFile.write(file, out -> SafetensorsWriter.write(out, tensors, metadata));
    }

    /** The file and the names of its tensors. */
    @Override
    public String toString() {
        return file + " " + Arrays.toString(names().toArray());
    }
}
