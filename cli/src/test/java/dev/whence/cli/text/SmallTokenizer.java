package dev.whence.cli.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A tokenizer of a few words, with pieces of words, in the manner of BERT. */
public final class SmallTokenizer {
    /** Every word by its id. */
    public static final List<String> WORDS = List.of(
            "[PAD]",
            "[UNK]",
            "[CLS]",
            "[SEP]",
            "[MASK]",
            "the",
            "film",
            "was",
            "not",
            "go",
            "##od",
            "bad",
            "!",
            "caf",
            "##\u00e9");

    private static final int SPECIALS = 5;

    private SmallTokenizer() {}

    /** Writes {@code tokenizer.json} into a folder. */
    public static Path write(Path folder) {
        return write(folder.resolve("tokenizer.json"), json());
    }

    static Path write(Path file, String json) {
        try {
            return Files.writeString(file, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String json() {
        String added = WORDS.subList(0, SPECIALS).stream()
                .map(
                        word -> "{\"id\":" + WORDS.indexOf(word) + ",\"content\":\"" + word
                                + "\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}")
                .collect(Collectors.joining(","));
        String vocabulary = WORDS.stream()
                .map(word -> "\"" + word + "\":" + WORDS.indexOf(word))
                .collect(Collectors.joining(","));
        return """
                {"version":"1.0","truncation":null,"padding":null,"added_tokens":[%s],
                "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
                "strip_accents":false,"lowercase":true},
                "pre_tokenizer":{"type":"BertPreTokenizer"},
                "post_processor":{"type":"TemplateProcessing",
                "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                {"SpecialToken":{"id":"[SEP]","type_id":0}}],
                "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
                "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},
                "[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
                "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
                "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
                "max_input_chars_per_word":100,"vocab":{%s}}}
                """.formatted(added, vocabulary);
    }
}
