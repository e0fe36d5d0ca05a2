package dev.whence.tensor.training;

import dev.whence.tensor.Draws;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run through a network: for training, with a source of chance, or for use. */
public final class Pass {
    /** A run for use: nothing is left to chance. */
    public static final Pass USE = new Pass(null);

    private final @Nullable Draws draws;

    private Pass(@Nullable Draws draws) {
        this.draws = draws;
    }

    /** A run for training. */
    public static Pass training(Draws draws) {
        return new Pass(draws);
    }

    /** Where layers such as dropout take their chance from; empty when the network is in use. */
    public Optional<Draws> draws() {
        return Optional.ofNullable(draws);
    }
}
