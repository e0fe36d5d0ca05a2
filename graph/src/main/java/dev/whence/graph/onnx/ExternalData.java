package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Data files beside a model. Each is mapped once, however many tensors lie in it, and stays mapped as long as one of
 * them is reachable. A model may name only files in its own folder and below it; links that lead out are refused.
 */
final class ExternalData {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,19}");

    private final @Nullable Path folder;
    private final Map<Path, MemorySegment> mapped = new HashMap<>();

    ExternalData(@Nullable Path folder) {
        this.folder = folder;
    }

    /**
     * The bytes of one tensor.
     *
     * @param tensor the tensor's name, for messages
     * @param entries the file's entries: location, offset, length
     * @param wanted how many bytes the tensor's shape needs
     */
    MemorySegment read(String tensor, List<StringStringEntryProto> entries, long wanted) {
        Map<String, String> given = new HashMap<>();
        entries.forEach(e -> given.put(e.getKey(), e.getValue()));
        String location = given.getOrDefault("location", "");
        MemorySegment file = map(tensor, location);
        long offset = number(tensor, "offset", given.getOrDefault("offset", "0"));
        String lengthText = given.get("length");
        long length = lengthText == null ? wanted : number(tensor, "length", lengthText);
        if (length != wanted) {
            throw refuse(tensor, "takes " + wanted + " bytes, but its entry for '" + location + "' says " + length);
        }
        if (offset > file.byteSize() || length > file.byteSize() - offset) {
            throw refuse(
                    tensor,
                    "takes " + length + " bytes from byte " + offset + " of '" + location + "', which has only "
                            + file.byteSize());
        }
        return file.asSlice(offset, length);
    }

    private MemorySegment map(String tensor, String location) {
        Path file = locate(tensor, location);
        MemorySegment known = mapped.get(file);
        if (known != null) {
            return known;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            MemorySegment segment = size == 0
                    ? MemorySegment.ofArray(new byte[0])
                    : channel.map(FileChannel.MapMode.READ_ONLY, 0, size, Arena.ofAuto());
            mapped.put(file, segment);
            return segment;
        } catch (IOException e) {
            throw new WhenceException(
                    ErrorCode.MODEL_EXTERNAL_DATA,
                    "tensor '" + tensor + "' needs the file '" + file + "', which cannot be read",
                    e);
        }
    }

    private Path locate(String tensor, String location) {
        if (location.isEmpty()) {
            throw refuse(tensor, "lies in another file, but the model does not say in which");
        }
        if (folder == null) {
            throw refuse(tensor, "lies in the file '" + location + "', but the model was given without a folder");
        }
        Path relative;
        try {
            relative = Path.of(location);
        } catch (InvalidPathException e) {
            throw refuse(tensor, "names the file '" + location + "', which is no possible name");
        }
        if (relative.isAbsolute()
                || location.startsWith("/")
                || location.contains("\\")
                || location.contains(":")
                || leadsUp(relative)) {
            throw refuse(tensor, "names the file '" + location + "'; only files in the model's folder are read");
        }
        return real(tensor, location, folder, folder.resolve(relative));
    }

    private static boolean leadsUp(Path relative) {
        for (Path part : relative) {
            if (part.toString().equals("..")) {
                return true;
            }
        }
        return false;
    }

    private static Path real(String tensor, String location, Path folder, Path file) {
        if (!Files.exists(file)) {
            throw refuse(tensor, "needs the file '" + location + "' in '" + folder + "', which does not exist");
        }
        try {
            Path real = file.toRealPath();
            if (!real.startsWith(folder.toRealPath())) {
                throw refuse(tensor, "names the file '" + location + "', a link that leads out of the model's folder");
            }
            if (!Files.isRegularFile(real)) {
                throw refuse(tensor, "names '" + location + "', which is not a file");
            }
            return real;
        } catch (IOException e) {
            throw new WhenceException(
                    ErrorCode.MODEL_EXTERNAL_DATA,
                    "tensor '" + tensor + "' needs the file '" + location + "', which cannot be read",
                    e);
        }
    }

    private static long number(String tensor, String key, String text) {
        if (NUMBER.matcher(text).matches()) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw refuse(tensor, "has an absurd " + key + " " + text);
            }
        }
        throw refuse(tensor, "has the " + key + " '" + text + "', where a whole number is expected");
    }

    private static WhenceException refuse(String tensor, String what) {
        return new WhenceException(ErrorCode.MODEL_EXTERNAL_DATA, "tensor '" + tensor + "' " + what);
    }
}
