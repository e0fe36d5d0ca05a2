package dev.whence.cli.text;

import dev.whence.cli.inputs.Declared;
import dev.whence.cli.inputs.InputKind;
import dev.whence.cli.inputs.LoadedInput;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.TokenizedText;
import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The inputs of a model made from texts. The input of ids is known from the model; the others are told by their names, as
 * exporters write them: {@code attention_mask}, {@code token_type_ids}, {@code position_ids} and their kin. Shorter texts
 * of a batch, and all texts where the model's length is fixed, are filled up with padding, which the mask leaves out.
 *
 * @param inputs the inputs that were made, by name
 * @param texts the texts with their tokens, padding included
 */
public record TextInputs(Map<String, LoadedInput> inputs, List<TokenizedText> texts) {
    private static final int LONGEST_NAME = 48;

    /** Copies both in. */
    public TextInputs {
        inputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        texts = List.copyOf(texts);
    }

    /** What an input of a token network is for. */
    private enum Role {
        IDS,
        MASK,
        KINDS,
        POSITIONS,
        OTHER
    }

    private static Role role(String name, String ids) {
        String low = name.toLowerCase(Locale.ROOT);
        if (name.equals(ids)) {
            return Role.IDS;
        }
        if (low.contains("mask")) {
            return Role.MASK;
        }
        if (low.contains("type") || low.contains("segment")) {
            return Role.KINDS;
        }
        return low.contains("position") ? Role.POSITIONS : Role.OTHER;
    }

    /**
     * Makes inputs from texts.
     *
     * @param texts at least one
     * @param declared what the model says of its inputs
     * @param ids the input of token ids
     * @param most at most so many tokens of each text, or 0 for all
     * @throws WhenceException if a text has more tokens than the model takes, or there is no padding where it is needed
     */
    public static TextInputs of(
            List<String> texts, Tokenizer tokenizer, List<Declared> declared, String ids, int most) {
        Declared idsDeclared = declared.stream()
                .filter(input -> input.name().equals(ids))
                .findFirst()
                .orElseThrow();
        if (idsDeclared.hasShape() && idsDeclared.rank() != 2) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Input '" + ids + "' has the shape " + idsDeclared.shapeText()
                            + "; a text is read as [N, T], one id a token. Give the ids with --input.");
        }
        long length = idsDeclared.hasShape() ? idsDeclared.dimension(1) : -1;
        List<Encoded> all = new ArrayList<>();
        for (String text : texts) {
            all.add(encoded(text, tokenizer, ids, length, most));
        }
        int longest = all.stream().mapToInt(Encoded::length).max().orElse(0);
        int width = length > 0 ? (int) length : longest;
        boolean isMasked = declared.stream().anyMatch(input -> role(input.name(), ids) == Role.MASK);
        List<String> notices = new ArrayList<>();
        boolean isPadded = all.stream().anyMatch(one -> one.length() < width);
        if (isPadded) {
            requirePadding(all, tokenizer, width, length > 0);
            if (!isMasked) {
                notices.add("The model has no input for a mask, so it may see the padding of shorter texts.");
            }
        }
        List<Padded> rows =
                all.stream().map(one -> Padded.of(one, width, tokenizer)).toList();
        Map<String, LoadedInput> inputs = new LinkedHashMap<>();
        for (Declared input : declared) {
            Role role = role(input.name(), ids);
            if (role != Role.OTHER) {
                inputs.put(input.name(), loaded(input, role, rows, notices));
            }
        }
        return new TextInputs(inputs, rows.stream().map(Padded::text).toList());
    }

    private static Encoded encoded(String text, Tokenizer tokenizer, String ids, long length, int most) {
        Encoded encoded = tokenizer.encode(text, most);
        if (encoded.length() == 0) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, tokenizer.file() + ": the text '" + shortened(text) + "' has no tokens.");
        }
        if (length > 0 && encoded.length() > length) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "The text '" + shortened(text) + "' has " + encoded.length() + " tokens, but input '" + ids
                            + "' takes " + length + "; shorten it, or cut it with --max-tokens " + length + ".");
        }
        return encoded;
    }

    private static void requirePadding(List<Encoded> all, Tokenizer tokenizer, int width, boolean isFixed) {
        if (tokenizer.padding().isPresent()) {
            return;
        }
        int shortest = all.stream().mapToInt(Encoded::length).min().orElse(0);
        throw new WhenceException(
                ErrorCode.INPUT_INVALID,
                isFixed
                        ? "The model takes exactly " + width + " tokens, the text has " + shortest + ", and "
                                + tokenizer.file() + " has no padding token to fill it up with."
                        : "The texts have from " + shortest + " to " + width + " tokens, and " + tokenizer.file()
                                + " has no padding token to make them equal; explain them one at a time.");
    }

    /** One text filled up to the common length. */
    private record Padded(long[] ids, long[] mask, long[] kinds, long[] positions, TokenizedText text) {
        static Padded of(Encoded encoded, int width, Tokenizer tokenizer) {
            OptionalLong padding = tokenizer.padding();
            int missing = width - encoded.length();
            int from = tokenizer.padsLeft() ? missing : 0;
            long[] ids = new long[width];
            java.util.Arrays.fill(ids, padding.orElse(0));
            long[] mask = new long[width];
            long[] kinds = new long[width];
            long[] positions = new long[width];
            int end = encoded.text()
                    .text()
                    .codePointCount(0, encoded.text().text().length());
            List<TokenizedText.Token> tokens = new ArrayList<>(encoded.text().tokens());
            for (int i = 0; i < encoded.length(); i++) {
                ids[from + i] = encoded.ids()[i];
                kinds[from + i] = encoded.kinds()[i];
                mask[from + i] = 1;
                positions[from + i] = i;
            }
            for (int i = encoded.length(); i < width; i++) {
                positions[tokenizer.padsLeft() ? i - encoded.length() : i] = tokenizer.padsLeft() ? 0 : i;
                int place = tokenizer.padsLeft() ? 0 : end;
                var pad = new TokenizedText.Token(tokenizer.paddingPiece(), place, place, true);
                tokens.add(tokenizer.padsLeft() ? 0 : tokens.size(), pad);
            }
            return new Padded(
                    ids,
                    mask,
                    kinds,
                    positions,
                    new TokenizedText(encoded.text().text(), tokens));
        }

        long[] row(Role role) {
            return switch (role) {
                case IDS -> ids;
                case MASK -> mask;
                case KINDS -> kinds;
                case POSITIONS, OTHER -> positions;
            };
        }
    }

    private static LoadedInput loaded(Declared input, Role role, List<Padded> rows, List<String> notices) {
        int width = rows.getFirst().ids().length;
        long[] values = new long[rows.size() * width];
        for (int n = 0; n < rows.size(); n++) {
            System.arraycopy(rows.get(n).row(role), 0, values, n * width, width);
        }
        NdArray whole = NdArray.of(values, rows.size(), width);
        NdArray typed = input.type() == NdArray.Type.FLOAT64
                ? NdArray.of(whole.toDoubles(), whole.shape())
                : input.type().isFloating()
                        ? NdArray.of(whole.toFloats(), whole.shape())
                        : NdArray.ofIntegers(input.type(), values, whole.shape());
        List<String> names =
                rows.stream().map(row -> shortened(row.text().text())).toList();
        return new LoadedInput(
                "--text",
                InputKind.ARRAY,
                typed,
                -1,
                List.of(),
                role == Role.IDS ? names : List.of(),
                List.of(),
                List.of(),
                role == Role.IDS ? notices : List.of());
    }

    /** The beginning of a text on one line. */
    static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        if (line.codePointCount(0, line.length()) <= LONGEST_NAME) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, LONGEST_NAME - 3)) + "...";
    }
}
