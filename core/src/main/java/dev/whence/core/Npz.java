package dev.whence.core;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Reads and writes named arrays in numpy's npz format, a zip archive with one npy file an array.
 *
 * <p>Archives are input from strangers. Before anything is unpacked these are checked: the number of entries, the sum of
 * their sizes when unpacked, that no entry claims to be larger than its compressed bytes could ever become, and that
 * every claim agrees with the entry's own npy header. Nothing is ever unpacked to disk.
 */
public final class Npz {
    /** The limits of {@link #read(Path)}: 10,000 entries and 2 GiB unpacked. */
    public static final Limits DEFAULT_LIMITS = new Limits(10_000, 2L << 30);

    /** Deflate makes at most 258 bytes of 2 bits, so no honest entry grows by more than this factor. */
    private static final long MAX_DEFLATE_RATIO = 1032;

    private static final long DEFLATE_SLACK = 1 << 16;
    private static final String ENDING = ".npy";

    /** The first moment that a zip archive can name, so that the same arrays always give the same bytes. */
    private static final LocalDateTime FIXED_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private Npz() {}

    /**
     * How much an archive may hold.
     *
     * @param entries most entries
     * @param bytes most bytes of all entries together when unpacked
     */
    public record Limits(int entries, long bytes) {}

    /**
     * Reads every array within the {@link #DEFAULT_LIMITS}.
     *
     * @return the arrays by name, without the ending {@code .npy}, in the archive's order
     * @throws WhenceException {@link ErrorCode#INPUT_UNREADABLE} if the file is missing, damaged or no zip archive,
     *     {@link ErrorCode#INPUT_INVALID} if it is too large or holds something other than arrays
     */
    public static SequencedMap<String, NdArray> read(Path file) {
        return read(file, DEFAULT_LIMITS);
    }

    /** Reads every array within the given limits; see {@link #read(Path)}. */
    public static SequencedMap<String, NdArray> read(Path file, Limits limits) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            checkTotals(zip, limits, file.toString());
            SequencedMap<String, NdArray> arrays = new LinkedHashMap<>();
            long memory = Npy.memoryBudget();
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                if (entry.isDirectory()) {
                    continue;
                }
                String name = arrayName(entry, file.toString());
                NdArray array = readEntry(zip, entry, memory, file + " [" + name + "]");
                memory -= (long) array.size() * NpyHeader.memoryBytes(array.type());
                if (arrays.put(name, array) != null) {
                    throw Npy.invalid(file.toString(), "it holds two arrays named '" + name + "'");
                }
            }
            return arrays;
        } catch (NoSuchFileException e) {
            throw Npy.unreadable(file.toString(), "there is no such file", e);
        } catch (IOException e) {
            throw Npy.unreadable(
                    file.toString(), "it is not a sound npz (zip) archive: " + String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Writes arrays, compressed, in the map's order; the file is either finished or not there.
     *
     * @throws WhenceException {@link ErrorCode#STORE_UNWRITABLE} if it cannot be written
     */
    public static void write(Path file, Map<String, NdArray> arrays) {
        FinishedFile.write(file, out -> {
            ZipOutputStream zip = new ZipOutputStream(out);
            for (Map.Entry<String, NdArray> array : arrays.entrySet()) {
                ZipEntry entry = new ZipEntry(array.getKey() + ENDING);
                entry.setTimeLocal(FIXED_TIME);
                zip.putNextEntry(entry);
                Npy.write(zip, array.getValue());
                zip.closeEntry();
            }
            zip.finish();
        });
    }

    private static void checkTotals(ZipFile zip, Limits limits, String file) {
        if (zip.size() > limits.entries()) {
            throw Npy.invalid(file, "it has " + zip.size() + " entries, expected at most " + limits.entries());
        }
        long total = 0;
        Enumeration<? extends ZipEntry> entries = zip.entries();
        while (entries.hasMoreElements()) {
            ZipEntry entry = entries.nextElement();
            long size = entry.getSize();
            long packed = entry.getCompressedSize();
            String name = printable(entry.getName());
            if (size < 0 || packed < 0) {
                throw Npy.invalid(file, "its entry '" + name + "' does not say how large it is");
            }
            if ((size - DEFLATE_SLACK) / MAX_DEFLATE_RATIO > packed) {
                throw Npy.invalid(
                        file,
                        "its entry '" + name + "' claims to unpack " + packed + " bytes to " + size
                                + ", which is not possible");
            }
            total += size;
            if (total > limits.bytes() || total < 0) {
                throw Npy.invalid(
                        file, "it unpacks to more than " + (limits.bytes() >> 20) + " MiB, expected at most that");
            }
        }
    }

    private static NdArray readEntry(ZipFile zip, ZipEntry entry, long memory, String name) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            return Npy.read(in, entry.getSize(), memory, name);
        }
    }

    /** The array's name: without ending, without control characters, never leading out of a folder. */
    private static String arrayName(ZipEntry entry, String file) {
        String name = printable(entry.getName());
        if (!name.endsWith(ENDING)) {
            throw Npy.invalid(file, "its entry '" + name + "' is not an array, expected only entries ending in .npy");
        }
        StringBuilder clean = new StringBuilder();
        for (String part : name.substring(0, name.length() - ENDING.length())
                .replace('\\', '/')
                .split("/", -1)) {
            if (!part.isBlank() && !part.equals(".") && !part.equals("..")) {
                clean.append(clean.isEmpty() ? "" : "/").append(part);
            }
        }
        if (clean.isEmpty()) {
            throw Npy.invalid(file, "its entry '" + name + "' has no usable name");
        }
        return clean.toString();
    }

    private static String printable(String name) {
        return name.replaceAll("\\p{C}", "_");
    }
}
