package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model file of the ONNX format and the graph that it holds.
 *
 * @param graph the network; functions that the file brings along are written out
 * @param sha256 the hash of the file's bytes in hexadecimal (data files beside it are not part of it)
 * @param irVersion the version of the file format
 * @param opsets the versions of the operators by domain; the standard domain's name is empty
 * @param producer the program that wrote the file and its version; may be empty
 */
public record OnnxModel(Graph graph, String sha256, long irVersion, Map<String, Integer> opsets, String producer) {
    /** Files above this size are mapped rather than read. */
    private static final long MAP_ABOVE = 16L << 20;

    private static final int LOOK_AT = 512;

    private static final int MAX_MESSAGE = 800;

    public OnnxModel {
        opsets = Collections.unmodifiableMap(new LinkedHashMap<>(opsets));
    }

    /**
     * Reads a model file. Weights in data files beside it stay there and are mapped.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_UNREADABLE} if the file is missing or not ONNX, {@link
     *     ErrorCode#MODEL_INVALID} if it contradicts itself, {@link ErrorCode#MODEL_EXTERNAL_DATA} if a data file is
     *     missing, too short or outside the model's folder, {@link ErrorCode#OPERATOR_UNSUPPORTED} if the operators
     *     are older or newer than those Whence knows
     */
    public static OnnxModel load(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        return named(file.toString(), () -> read(open(file), absolute.getParent()));
    }

    /**
     * Reads a model from memory; the bytes must not change afterwards.
     *
     * @param bytes the content of a model file
     * @param folder where data files lie; null if there are none
     * @throws WhenceException as {@link #load}
     */
    public static OnnxModel read(byte[] bytes, @Nullable Path folder) {
        return named("in memory", () -> read(ByteBuffer.wrap(bytes), folder));
    }

    private static OnnxModel named(String name, Supplier<OnnxModel> reader) {
        String start = "Cannot read model '" + name + "': ";
        try {
            return reader.get();
        } catch (WhenceException e) {
            throw new WhenceException(e.code(), start + oneLine(e.getMessage()), e.getCause());
        } catch (OutOfMemoryError e) {
            throw unreadable(start + "it does not fit into memory; give Java more with -Xmx", e);
        }
    }

    /** Names come from the file, and neither their length nor their letters can be trusted. */
    private static String oneLine(@Nullable String message) {
        String text = String.valueOf(message);
        StringBuilder out = new StringBuilder();
        text.codePoints().limit(MAX_MESSAGE).forEach(c -> {
            boolean odd = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
            out.appendCodePoint(odd ? '?' : c);
        });
        return text.length() > MAX_MESSAGE ? out.append(" ...").toString() : out.toString();
    }

    private static ByteBuffer open(Path file) {
        if (!Files.exists(file)) {
            throw unreadable("there is no such file", null);
        }
        if (!Files.isRegularFile(file)) {
            throw unreadable("it is a folder or a device, not a file", null);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size > Integer.MAX_VALUE) {
                throw unreadable(
                        "it has " + size + " bytes; ONNX files end at 2 GB, larger weights lie in files beside them",
                        null);
            }
            return size > MAP_ABOVE
                    ? channel.map(FileChannel.MapMode.READ_ONLY, 0, size)
                    : ByteBuffer.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw unreadable("it cannot be opened", e);
        }
    }

    private static OnnxModel read(ByteBuffer bytes, @Nullable Path folder) {
        ModelProto proto = parse(bytes);
        Map<String, Integer> opsets = OnnxImport.opsets(proto.getOpsetImportList());
        TensorReader tensors = new TensorReader(new ExternalData(folder));
        Graph graph = NarrowTypes.written(new OnnxImport(tensors).model(proto, opsets));
        String producer = (proto.getProducerName() + " " + proto.getProducerVersion()).strip();
        return new OnnxModel(graph, sha256(bytes.duplicate()), proto.getIrVersion(), opsets, producer);
    }

    private static ModelProto parse(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            throw unreadable("it is empty", null);
        }
        ByteString shared = UnsafeByteOperations.unsafeWrap(bytes.duplicate());
        CodedInputStream in = shared.newCodedInput();
        in.enableAliasing(true);
        ModelProto proto;
        try {
            proto = ModelProto.parseFrom(in);
        } catch (IOException e) {
            throw unreadable(isText(bytes) ? text(bytes) : "it is not an ONNX file, or damaged or cut short", e);
        }
        if (!proto.hasGraph()) {
            throw unreadable(isText(bytes) ? text(bytes) : "it holds no graph, so it is not an ONNX model", null);
        }
        return proto;
    }

    private static boolean isText(ByteBuffer bytes) {
        for (int i = 0; i < Math.min(LOOK_AT, bytes.limit()); i++) {
            int b = bytes.get(i);
            if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private static String text(ByteBuffer bytes) {
        byte[] start = new byte[Math.min(LOOK_AT, bytes.limit())];
        bytes.get(0, start);
        return new String(start, StandardCharsets.UTF_8).startsWith("version https://git-lfs")
                ? "it is a pointer of Git LFS; fetch the file itself first"
                : "it is text, not an ONNX file";
    }

    private static String sha256(ByteBuffer bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static WhenceException unreadable(String what, @Nullable Throwable cause) {
        return new WhenceException(ErrorCode.MODEL_UNREADABLE, what, cause);
    }
}
