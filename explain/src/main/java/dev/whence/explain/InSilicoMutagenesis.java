package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.Map;

/**
 * In-silico mutagenesis of one-hot sequences: t(mutant) - t(sequence) for every letter at every position; 0 for the letter
 * that is there.
 *
 * @param channelAxis the axis of the letters, at least 1
 */
public record InSilicoMutagenesis(int channelAxis) implements AttributionMethod {
    @Override
    public String name() {
        return "in-silico-mutagenesis";
    }

    @Override
    public Map<String, String> parameters() {
        return Map.of("channelAxis", String.valueOf(channelAxis));
    }

    @Override
    public Completeness completeness() {
        return Completeness.NONE;
    }

    @Override
    public boolean usesReference() {
        return false;
    }
}
