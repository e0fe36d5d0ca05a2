package dev.whence.tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Lays out and writes a safetensors file. */
final class SafetensorsWriter {
    private static final int ALIGNMENT = 8;
    private static final JsonFactory JSON = new JsonFactory();

    private SafetensorsWriter() {}

    static void write(OutputStream out, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        List<Map.Entry<String, Tensor>> sorted = tensors.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, Tensor>>comparingInt(
                                e -> -type(e.getValue()).bytes())
                        .thenComparing(Map.Entry::getKey))
                .toList();
        byte[] header = header(sorted, metadata);
        out.write(ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .array());
        out.write(header);
        for (Map.Entry<String, Tensor> entry : sorted) {
            writeData(out, entry.getValue());
        }
    }

    private static SafetensorsType type(Tensor tensor) {
        return SafetensorsType.of(tensor.type());
    }

    private static byte[] header(List<Map.Entry<String, Tensor>> sorted, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeName(SafetensorsHeader.METADATA);
                json.writeStartObject();
                new TreeMap<>(metadata).forEach((key, text) -> {
                    json.writeName(key);
                    json.writeString(text);
                });
                json.writeEndObject();
            }
            long at = 0;
            for (Map.Entry<String, Tensor> entry : sorted) {
                Tensor tensor = entry.getValue();
                long end = at + tensor.size() * type(tensor).bytes();
                json.writeName(entry.getKey());
                json.writeStartObject();
                json.writeName("dtype");
                json.writeString(type(tensor).name());
                json.writeName("shape");
                long[] shape = tensor.shape();
                json.writeArray(shape, 0, shape.length);
                json.writeName("data_offsets");
                json.writeArray(new long[] {at, end}, 0, 2);
                json.writeEndObject();
                at = end;
            }
            json.writeEndObject();
        }
        while (bytes.size() % ALIGNMENT != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    private static void writeData(OutputStream out, Tensor tensor) throws IOException {
        if (tensor.size() == 0) {
            return;
        }
        if (Types.isStoredWider(tensor.type())) {
            out.write(LittleEndian.narrow(tensor.type(), tensor.toLongs()));
            return;
        }
        try (TensorScope _ = TensorScope.open()) {
            NativeMemory.copyTo(tensor.on(Device.CPU).contiguous(), out);
        }
    }
}
