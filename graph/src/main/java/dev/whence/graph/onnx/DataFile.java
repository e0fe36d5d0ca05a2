package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.whence.graph.Constant;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts large constants one after another into a data file, and the others into the model. */
final class DataFile implements TensorWriter, AutoCloseable {
    /** Tensors begin at multiples of this, so that readers may map them. */
    private static final int ALIGNMENT = 64;

    private static final long CHUNK = 16L << 20;

    private final OutputStream out;
    private final WritableByteChannel channel;
    private final String location;
    private final long above;
    private long position;

    DataFile(Path file, String location, long above) throws IOException {
        this.out = new BufferedOutputStream(Files.newOutputStream(file));
        this.channel = Channels.newChannel(out);
        this.location = location;
        this.above = above;
    }

    boolean used() {
        return position > 0;
    }

    @Override
    public TensorProto write(String name, Constant constant) throws IOException {
        MemorySegment bytes = TensorWriter.bytes(constant);
        if (constant.isText() || bytes.byteSize() <= above) {
            return INSIDE.write(name, constant);
        }
        int gap = (int) Math.floorMod(-position, (long) ALIGNMENT);
        channel.write(ByteBuffer.allocate(gap));
        position += gap;
        long offset = position;
        for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
            channel.write(
                    bytes.asSlice(at, Math.min(CHUNK, bytes.byteSize() - at)).asByteBuffer());
        }
        position += bytes.byteSize();
        return TensorWriter.head(name, constant)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(OnnxExport.entry("location", location))
                .addExternalData(OnnxExport.entry("offset", Long.toString(offset)))
                .addExternalData(OnnxExport.entry("length", Long.toString(bytes.byteSize())))
                .build();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
