package dev.whence.tensor;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LayoutOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Where tensors live.
 *
 * @param name {@code cpu} or {@code cuda:N}
 */
public record Device(String name) {
    /** The processor. */
    public static final Device CPU = new Device("cpu");

    /** Reads {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}, and checks that the device is there. */
    public static Device parse(String text) {
        Engine.start();
        if (text.equals("cpu")) {
            return CPU;
        }
        boolean cuda = torch.cuda_is_available();
        if (text.equals("auto")) {
            return cuda ? new Device("cuda:0") : CPU;
        }
        if (!text.matches("cuda(:\\d{1,2})?")) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Unknown device '" + text + "': expected auto, cpu or cuda:N, such as cuda:0.");
        }
        if (!cuda) {
            throw new WhenceException(
                    ErrorCode.DEVICE_UNAVAILABLE,
                    "Device '" + text + "' is not available: this engine sees no CUDA device; use --device cpu,"
                            + " or build with the gpu profile on a machine that has one.");
        }
        return new Device(text.equals("cuda") ? "cuda:0" : text);
    }

    static Device of(org.bytedeco.pytorch.Tensor tensor) {
        if (!tensor.is_cuda()) {
            return CPU;
        }
        try (var device = tensor.device()) {
            return new Device("cuda:" + device.index());
        }
    }

    org.bytedeco.pytorch.Tensor copy(org.bytedeco.pytorch.Tensor tensor) {
        try (var device = new org.bytedeco.pytorch.Device(name);
                var where = new DeviceOptional(device);
                var type = new ScalarTypeOptional();
                var layout = new LayoutOptional();
                var pinned = new BoolOptional();
                var format = new MemoryFormatOptional()) {
            return tensor.to(type, layout, where, pinned, false, false, format);
        }
    }
}
