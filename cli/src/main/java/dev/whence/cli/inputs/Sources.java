package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Opens files, unpacking gzip as it goes, and stops when more comes out than is allowed. */
final class Sources {
    private static final int BUFFER = 1 << 16;

    private Sources() {}

    /** Whether a file starts with the two bytes of gzip. */
    static boolean isGzip(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 0x1F && in.read() == 0x8B;
        }
    }

    /**
     * Opens a file, through gzip if it is packed.
     *
     * @param most bytes that may come out
     * @throws WhenceException on reading beyond {@code most}
     */
    static InputStream open(Path file, long most) throws IOException {
        InputStream raw = Files.newInputStream(file);
        try {
            BufferedInputStream buffered = new BufferedInputStream(raw, BUFFER);
            buffered.mark(2);
            boolean packed = buffered.read() == 0x1F && buffered.read() == 0x8B;
            buffered.reset();
            InputStream bytes = packed ? new GZIPInputStream(buffered, BUFFER) : buffered;
            return new BufferedInputStream(new Bounded(bytes, file, most), BUFFER);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    private static final class Bounded extends FilterInputStream {
        private final Path file;
        private final long most;
        private long read;

        Bounded(InputStream in, Path file, long most) {
            super(in);
            this.file = file;
            this.most = most;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int got = super.read(into, offset, length);
            count(Math.max(got, 0));
            return got;
        }

        private void count(int more) {
            read += more;
            if (read > most) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID, file + ": holds more than " + most + " bytes, which is the limit.");
            }
        }
    }
}
