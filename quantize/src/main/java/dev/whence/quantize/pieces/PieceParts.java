package dev.whence.quantize.pieces;

import dev.whence.tensor.SafetensorsType;
import java.lang.foreign.MemorySegment;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All parts of a piece, by name.
 *
 * @param texts its texts
 * @param numbers its numbers
 */
record PieceParts(SortedMap<String, String> texts, SortedMap<String, Numbers> numbers) {
    /**
     * Numbers of one type.
     *
     * @param bytes as they stand in a file
     */
    record Numbers(SafetensorsType type, MemorySegment bytes) {}

    static PieceParts none() {
        return new PieceParts(new TreeMap<>(), new TreeMap<>());
    }

    /** What damage to any part changes. */
    String checksum() {
        Checksum sum = new Checksum();
        texts.forEach((name, text) -> sum.add(name).add(text));
        numbers.forEach((name, one) -> sum.add(name).add(one.type().name()).add(one.bytes()));
        return sum.end();
    }
}
