package dev.whence.cli.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.whence.core.ErrorCode;
import dev.whence.core.TokenizedText;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Cuts texts into the tokens of a model, as its {@code tokenizer.json} says, and turns ids back into text. It owns native
 * memory until it is closed, and is not safe for several threads.
 */
public final class Tokenizer implements AutoCloseable {
    /** The largest file that is read; the largest vocabularies in use take about a third of it. */
    public static final long MOST_BYTES = 128L << 20;

    /** How many ids before a token are turned into text with it, because the text of a token depends on those around it. */
    private static final int MOST_BEFORE = 48;

    /** How many of them are kept when there are too many. */
    private static final int KEPT_BEFORE = 16;

    private final Path file;
    private final TokenizerFacts facts;
    private final long handle;
    private boolean closed;

    private Tokenizer(Path file, TokenizerFacts facts, long handle) {
        this.file = file;
        this.facts = facts;
        this.handle = handle;
    }

    /**
     * Reads a tokenizer. Nothing is fetched: the native library comes from its jar.
     *
     * @param file a {@code tokenizer.json}
     * @param cache the folder to which the native library is unpacked
     * @throws WhenceException if the file is missing, too large or no tokenizer, or the library does not load
     */
    public static Tokenizer open(Path file, Path cache) {
        String content = content(file);
        TokenizerFacts facts = TokenizerFacts.read(file, content);
        TokenizersLibrary library = library(cache);
        try {
            long handle = library.createTokenizerFromString(content);
            library.disablePadding(handle);
            library.disableTruncation(handle);
            return new Tokenizer(file, facts, handle);
        } catch (RuntimeException e) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    file + ": this is no tokenizer that can be used: " + e.getMessage() + ".",
                    e);
        }
    }

    private static String content(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new WhenceException(ErrorCode.INPUT_UNREADABLE, "There is no file " + file + ".");
        }
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        file + ": holds " + size + " bytes; a tokenizer may have at most " + MOST_BYTES + ".");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new WhenceException(ErrorCode.INPUT_INVALID, file + ": this is not text in UTF-8.", e);
        } catch (IOException e) {
            throw new WhenceException(ErrorCode.INPUT_UNREADABLE, file + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    /** The library asks properties where to unpack itself and whether it may look for a cloud. */
    private static TokenizersLibrary library(Path cache) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ENGINE_CACHE_DIR", cache.toString());
        try {
            LibUtils.checkStatus();
            return TokenizersLibrary.LIB;
        } catch (RuntimeException | LinkageError e) {
            throw new WhenceException(
                    ErrorCode.DEVICE_UNAVAILABLE,
                    "The tokenizer library cannot be unpacked into '" + cache + "' or does not load here: "
                            + e.getMessage() + "; give token ids with --input instead.",
                    e);
        }
    }

    /** The file that this was read from. */
    public Path file() {
        return file;
    }

    /** The special tokens by what the vocabulary calls them. */
    public Set<String> specials() {
        return facts.specials().keySet();
    }

    /** The id of padding, if the tokenizer has any. */
    public OptionalLong padding() {
        return facts.padding();
    }

    /** Whether padding stands before the text. */
    boolean padsLeft() {
        return facts.padsLeft();
    }

    /** What the vocabulary calls padding. */
    String paddingPiece() {
        return facts.special(padding().orElse(-1)).orElse("");
    }

    /**
     * Cuts a text, with the special tokens around it.
     *
     * @param most at most so many tokens, the special ones included; 0 for all
     */
    public Encoded encode(String text, int most) {
        String whole = withoutBrokenPairs(text);
        if (most > 0) {
            library().setTruncation(handle, most, "LONGEST_FIRST", 0);
        }
        try {
            Encoded cut = encoded(whole, true);
            if (most > 0 && cut.length() > most) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Option --max-tokens " + most + " leaves no room for the text beside the special tokens of "
                                + file + ".");
            }
            return cut;
        } finally {
            library().disableTruncation(handle);
        }
    }

    private Encoded encoded(String text, boolean withSpecials) {
        TokenizersLibrary library = library();
        long encoding;
        try {
            encoding = library.encode(handle, text, withSpecials);
        } catch (RuntimeException e) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, file + " cannot cut the text: " + e.getMessage() + ".", e);
        }
        try {
            long[] ids = library.getTokenIds(encoding);
            String[] pieces = library.getTokens(encoding);
            long[] added = library.getSpecialTokenMask(encoding);
            CharSpan[] spans = library.getTokenCharSpans(encoding);
            List<TokenizedText.Token> tokens = new ArrayList<>();
            int place = 0;
            for (int i = 0; i < ids.length; i++) {
                CharSpan span = spans[i];
                int begin = span == null ? place : span.getStart();
                int end = span == null ? place : span.getEnd();
                boolean special = added[i] != 0 || isSpecial(ids[i], pieces[i]);
                tokens.add(new TokenizedText.Token(pieces[i], begin, end, special));
                place = end;
            }
            return new Encoded(ids, library.getTypeIds(encoding), new TokenizedText(text, tokens));
        } finally {
            library.deleteEncoding(encoding);
        }
    }

    /** An unknown word has a special id, but stands for a word. */
    private boolean isSpecial(long id, String piece) {
        return facts.special(id).isPresent() && !piece.equals(facts.unknown());
    }

    /** The text that ids stand for, special tokens included, with the place of each. */
    public TokenizedText decode(long[] ids) {
        StringBuilder text = new StringBuilder();
        List<TokenizedText.Token> tokens = new ArrayList<>();
        String before = "";
        int first = 0;
        int place = 0;
        for (int i = 0; i < ids.length; i++) {
            if (i - first > MOST_BEFORE) {
                first = i - KEPT_BEFORE;
                before = plain(Arrays.copyOfRange(ids, first, i));
            }
            String upTo = plain(Arrays.copyOfRange(ids, first, i + 1));
            String next = upTo.startsWith(before) ? upTo.substring(before.length()) : " " + plain(ids[i]);
            before = upTo;
            String bare = next.stripLeading();
            int begin = place + next.codePointCount(0, next.length() - bare.length());
            int end = begin + bare.codePointCount(0, bare.length());
            String name = facts.special(ids[i]).orElse(bare);
            tokens.add(new TokenizedText.Token(name, begin, end, isSpecial(ids[i], name)));
            text.append(next);
            place = end;
        }
        return new TokenizedText(text.toString(), tokens);
    }

    private String plain(long... ids) {
        return library().decode(handle, ids, false);
    }

    /**
     * The id of one token, special or not.
     *
     * @throws WhenceException if the text is not exactly one token
     */
    public long id(String token) {
        Long special = facts.specials().get(token);
        if (special != null) {
            return special;
        }
        Encoded encoded = encoded(withoutBrokenPairs(token), false);
        boolean known = encoded.length() == 1
                && !encoded.text().tokens().getFirst().piece().equals(facts.unknown());
        if (!known) {
            String found = encoded.length() == 1 ? "does not hold it" : "cuts it into " + encoded.length() + " tokens";
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "There is no token '" + token + "': " + file + " " + found + "; its special tokens are "
                            + (specials().isEmpty() ? "none" : String.join(" ", specials())) + ".");
        }
        return encoded.ids()[0];
    }

    /** Halves of surrogate pairs, which are no characters, replaced. */
    private static String withoutBrokenPairs(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private TokenizersLibrary library() {
        if (closed) {
            throw new IllegalStateException("the tokenizer is closed");
        }
        return TokenizersLibrary.LIB;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            TokenizersLibrary.LIB.deleteTokenizer(handle);
        }
    }
}
