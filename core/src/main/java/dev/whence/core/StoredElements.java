package dev.whence.core;

import java.util.function.UnaryOperator;

/**
 * The elements of an array that stay in a file until somebody asks for some of them. Reads go through the file system's
 * cache rather than through mapped pages, which would count as memory of the process for as long as they are mapped, and end
 * it if the file shrinks meanwhile.
 *
 * <p>Thread-safe. The block that was read last is kept, so that elements asked for one after the other are cheap.
 */
abstract class StoredElements {
    private static final int BLOCK = 1 << 16;

    private final NdArray.Type type;
    private final int size;
    private volatile Block last = new Block(0, NdArray.of(new float[0], 0));

    private record Block(int from, NdArray elements) {
        boolean holds(int index) {
            return index >= from && index - from < elements.size();
        }
    }

    StoredElements(NdArray.Type type, int size) {
        this.type = type;
        this.size = size;
    }

    /**
     * Elements {@code from} (inclusive) to {@code to} (exclusive) in row-major order, as an array with one axis.
     *
     * @throws WhenceException if the file cannot be read any more
     */
    abstract NdArray read(int from, int to);

    final NdArray.Type type() {
        return type;
    }

    final int size() {
        return size;
    }

    final double doubleAt(int index) {
        Block block = block(index);
        return block.elements().getDouble(index - block.from());
    }

    final long longAt(int index) {
        Block block = block(index);
        return block.elements().getLong(index - block.from());
    }

    private Block block(int index) {
        Block block = last;
        if (!block.holds(index)) {
            int from = index / BLOCK * BLOCK;
            block = new Block(from, read(from, Math.min(size, from + Math.min(BLOCK, size - from))));
            last = block;
        }
        return block;
    }

    /** The flat place of the first NaN or infinite element, or -1. */
    final int firstNotFinite() {
        for (int from = 0; type.isFloating() && from < size; ) {
            int to = from + Math.min(BLOCK, size - from);
            int found = read(from, to).firstNotFinite();
            if (found >= 0) {
                return from + found;
            }
            from = to;
        }
        return -1;
    }

    /** The same elements, every one converted whenever it is read. */
    final StoredElements converted(NdArray.Type to, UnaryOperator<NdArray> conversion) {
        StoredElements given = this;
        return new StoredElements(to, size) {
            @Override
            NdArray read(int from, int end) {
                return conversion.apply(given.read(from, end));
            }
        };
    }
}
