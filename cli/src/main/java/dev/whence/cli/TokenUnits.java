package dev.whence.cli;

import dev.whence.cli.inputs.Inputs;
import dev.whence.cli.inputs.ReferenceSpec;
import dev.whence.cli.inputs.RowSelection;
import dev.whence.cli.text.Tokenizer;
import dev.whence.core.Attribution;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.TokenizedText;
import dev.whence.core.Units;
import dev.whence.core.WhenceException;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.Occlusion;
import dev.whence.explain.ReferenceInputs;
import dev.whence.explain.TokenEmbedding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What makes tokens the units of a result: the place where the model looks up their vectors, and their words.
 *
 * @param embedding where the vectors are looked up
 * @param texts the text of each example; empty without a tokenizer
 * @param tokenizer knows the words, or null
 */
record TokenUnits(
        TokenEmbedding embedding,
        List<TokenizedText> texts,
        @Nullable Tokenizer tokenizer) {
    /** Copies the texts in. */
    TokenUnits {
        texts = List.copyOf(texts);
    }

    /** Refuses ids for which the model has no vector; a tokenizer of another model makes such. */
    void requireKnown(NdArray ids) {
        for (int i = 0; i < ids.size(); i++) {
            long id = ids.getLong(i);
            if (id < 0 || id >= embedding.rows()) {
                int width = (int) ids.dimension(ids.rank() - 1);
                String word = texts.isEmpty() || i / width >= texts.size()
                        ? ""
                        : " ('" + texts.get(i / width).tokens().get(i % width).piece() + "')";
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "Input '" + embedding.input() + "': token " + i % width + word + " of example " + i / width
                                + " has the id " + id + ", but the model has vectors for ids from 0 to "
                                + (embedding.rows() - 1) + " ('" + embedding.weights() + "')"
                                + (tokenizer == null ? "." : "; " + tokenizer.file() + " belongs to another model."));
            }
        }
    }

    /** The method as it suits tokens: occlusion covers a token at a time, not a number of its vector. */
    AttributionMethod suited(AttributionMethod method) {
        if (method instanceof Occlusion occlusion && occlusion.window().length == 0) {
            long[] token = {1, embedding.width()};
            return new Occlusion(token, token);
        }
        return method;
    }

    /** The result with one score a token, and the words where they are known. */
    Attribution perToken(Attribution attribution) {
        Attribution summed = embedding.perToken(attribution);
        if (texts.isEmpty()) {
            return summed;
        }
        List<Units> units = new ArrayList<>();
        for (Units u : summed.units()) {
            boolean tokens = u.name().equals(embedding.input())
                    && u.scores().rank() == 2
                    && u.scores().dimension(1) == texts.getFirst().tokens().size();
            units.add(tokens ? new Units(u.name(), u.scores(), List.of(), texts) : u);
        }
        return new Attribution(
                summed.method(),
                summed.target(),
                summed.reference(),
                units,
                summed.delta(),
                summed.warnings(),
                summed.provenance());
    }

    // ---- references ----------------------------------------------------------------------------------------------

    /**
     * What the vectors of a text are compared with.
     *
     * @param specs what the user says; without any, zeros
     * @return null for a vector of zeros at every token
     * @throws WhenceException if more than one is given, or one has no meaning for tokens
     */
    @Nullable
    ReferenceInputs reference(List<ReferenceSpec> specs, Session session) {
        if (specs.size() > 1) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Two references are given for the tokens, '" + specs.get(0).text() + "' and '"
                            + specs.get(1).text() + "'; compare them with 'whence compare'.");
        }
        if (specs.isEmpty()) {
            return null;
        }
        ReferenceSpec spec = specs.getFirst();
        String name = spec.input().orElse(embedding.input());
        if (!name.equals(embedding.input())) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Reference '" + spec.text() + "': tokens are compared at input '" + embedding.input() + "' only.");
        }
        ReferenceSpec bare = spec instanceof ReferenceSpec.ForInput(String _, ReferenceSpec inner) ? inner : spec;
        return switch (bare) {
            case ReferenceSpec.Zeros() -> null;
            case ReferenceSpec.Token(String token) ->
                replaced(spec, needed(spec).id(token), session);
            case ReferenceSpec.Padding() -> replaced(spec, padding(spec), session);
            case ReferenceSpec.File file -> read(file, session);
            default ->
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Reference '" + spec.text() + "' has no meaning for tokens; possible are zeros (a vector of"
                                + " zeros for every token), pad, token:TEXT such as token:[MASK], or a file of ids.");
        };
    }

    private Tokenizer needed(ReferenceSpec spec) {
        if (tokenizer == null) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Reference '" + spec.text() + "' needs to know the tokens; give --tokenizer tokenizer.json.");
        }
        return tokenizer;
    }

    private long padding(ReferenceSpec spec) {
        Tokenizer known = needed(spec);
        return known.padding()
                .orElseThrow(() -> new WhenceException(
                        ErrorCode.USAGE,
                        "Reference 'pad': " + known.file() + " has no padding token; its special tokens are "
                                + (known.specials().isEmpty() ? "none" : String.join(" ", known.specials()))
                                + ", of which one can be given as token:TEXT."));
    }

    /** Every token replaced but the special ones. */
    private ReferenceInputs replaced(ReferenceSpec spec, long id, Session session) {
        NdArray ids = session.input(embedding.input()).values();
        int width = (int) ids.dimension(ids.rank() - 1);
        long[] out = ids.toLongs();
        for (int i = 0; i < out.length; i++) {
            boolean special = !texts.isEmpty()
                    && texts.get(i / width).tokens().get(i % width).special();
            out[i] = special ? out[i] : id;
        }
        NdArray other = NdArray.ofIntegers(ids.type(), out, ids.shape());
        requireKnown(other);
        return ReferenceInputs.of(spec.text(), Map.of(embedding.input(), other));
    }

    /** One row of ids for every example, or rows with which every example is compared. */
    private ReferenceInputs read(ReferenceSpec.File file, Session session) {
        NdArray given = session.input(embedding.input()).values();
        NdArray ids = Inputs.load(
                        List.of(file.path()),
                        session.declared(embedding.input()),
                        session.options().withRows(RowSelection.ALL))
                .values();
        boolean fits = ids.rank() == given.rank() && ids.rank() > 0;
        for (int axis = 1; fits && axis < ids.rank(); axis++) {
            fits = ids.dimension(axis) == given.dimension(axis);
        }
        if (!fits) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    file.path() + ": the reference is " + ids + "; wanted is the shape of the ids, " + given
                            + ", with any number of rows.");
        }
        requireKnown(ids);
        boolean isEach = ids.dimension(0) == 1 || ids.dimension(0) == given.dimension(0);
        return isEach
                ? ReferenceInputs.of(file.text(), Map.of(embedding.input(), ids))
                : ReferenceInputs.rows(file.text(), embedding.input(), ids);
    }
}
