package dev.whence.quantize.pieces;

/** How a single number is kept. */
public record NumberForm() implements PieceForm<Double> {
    private static final String NAME = "number";

    @Override
    public void write(Double piece, PieceWriter to) {
        to.doubles(NAME, piece);
    }

    @Override
    public Double read(PieceReader from) {
        return from.doubles(NAME, 1)[0];
    }
}
