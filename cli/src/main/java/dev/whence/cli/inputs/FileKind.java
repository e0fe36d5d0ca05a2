package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What a file is, told by its first bytes or else by its ending. */
enum FileKind {
    NPY,
    NPZ,
    PICTURE,
    TABLE,
    FASTA,
    SIMDATA,
    IDX;

    private static final int HEAD = 64;

    /**
     * Looks into a file, through gzip.
     *
     * @throws WhenceException if it is none of the kinds that can be read
     */
    static FileKind of(Path file, InputLimits limits) throws IOException {
        byte[] head;
        try (InputStream in = Sources.open(file, limits.textBytes())) {
            head = in.readNBytes(HEAD);
        }
        Optional<FileKind> kind = byContent(head).or(() -> byEnding(file));
        return kind.orElseThrow(() -> new WhenceException(
                ErrorCode.INPUT_UNREADABLE,
                file + " is none of the kinds that can be read: npy, npz, PNG, JPEG, WebP, CSV with a header, FASTA,"
                        + " simdata or idx (the last four also as .gz)" + (head.length == 0 ? "; it is empty." : ".")));
    }

    private static Optional<FileKind> byContent(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.startsWith("\u0093NUMPY")) {
            return Optional.of(NPY);
        }
        if (text.startsWith("PK\u0003\u0004") || text.startsWith("PK\u0005\u0006")) {
            return Optional.of(NPZ);
        }
        boolean webp = text.startsWith("RIFF") && text.startsWith("WEBP", 8);
        if (webp || text.startsWith("\u0089PNG\r\n") || text.startsWith("\u00FF\u00D8\u00FF")) {
            return Optional.of(PICTURE);
        }
        if (text.startsWith("\0\0") && head.length >= 4 && IdxReader.isType(head[2] & 0xFF)) {
            return Optional.of(IDX);
        }
        if (text.startsWith("seqName\tsequence")) {
            return Optional.of(SIMDATA);
        }
        return text.startsWith(">") ? Optional.of(FASTA) : Optional.empty();
    }

    private static Optional<FileKind> byEnding(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".gz")) {
            name = name.substring(0, name.length() - 3);
        }
        if (name.contains("-idx") || name.endsWith(".idx")) {
            return Optional.of(IDX);
        }
        return Optional.ofNullable(
                switch (name.substring(name.lastIndexOf('.') + 1)) {
                    case "npy" -> NPY;
                    case "npz" -> NPZ;
                    case "png", "jpg", "jpeg", "webp" -> PICTURE;
                    case "csv", "tsv", "tab" -> TABLE;
                    case "fa", "fasta", "fna" -> FASTA;
                    case "simdata" -> SIMDATA;
                    default -> null;
                });
    }

    /** Whether several files of this kind may be put together to one batch. */
    boolean makesBatches() {
        return this == PICTURE;
    }
}
