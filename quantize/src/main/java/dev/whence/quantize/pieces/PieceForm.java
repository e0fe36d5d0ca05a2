package dev.whence.quantize.pieces;

/**
 * How a piece of work is written and read. What is read must equal to the bit what was written.
 *
 * @param <T> the piece
 */
public interface PieceForm<T> {
    /** Writes every part of a piece. */
    void write(T piece, PieceWriter to);

    /**
     * Makes the piece again.
     *
     * @throws dev.whence.core.WhenceException if a part is missing or is not as it must be
     * @throws IllegalArgumentException if parts do not belong together
     */
    T read(PieceReader from);
}
