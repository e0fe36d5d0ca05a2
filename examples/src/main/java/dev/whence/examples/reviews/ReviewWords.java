package dev.whence.examples.reviews;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The words of the reviews. Some are made of two pieces, the second of which ({@code ##ing}, {@code ##ful},
 * {@code ##less}) belongs to praise and blame alike, so that the network has to look at both.
 */
public final class ReviewWords {
    static final List<String> PRAISE = List.of(
            "good",
            "great",
            "fine",
            "lovely",
            "superb",
            "clever",
            "charm|ing",
            "touch|ing",
            "wonder|ful",
            "delight|ful",
            "flaw|less");
    static final List<String> BLAME = List.of(
            "bad",
            "poor",
            "awful",
            "dull",
            "weak",
            "silly",
            "bor|ing",
            "tir|ing",
            "dread|ful",
            "pain|ful",
            "point|less");
    static final List<String> NEUTRAL = List.of("long", "short", "loud", "quiet", "new", "old");
    static final List<String> SUBJECTS = List.of(
            "the film",
            "the story",
            "the plot",
            "the end",
            "the music",
            "the cast",
            "the hero",
            "the first part",
            "the last scene",
            "it");
    static final List<String> VERBS = List.of("was", "is", "seemed", "felt");
    static final List<String> NEGATIONS = List.of("not", "never", "hardly");
    static final List<String> STRONGER = List.of("very", "really", "so", "truly");
    static final List<String> JOINTS = List.of("and", "but", "although", "while");
    static final List<String> OPENINGS = List.of(
            "we saw it on monday .",
            "i watched it at home .",
            "my sister took me there .",
            "this was my second time .");
    static final List<String> ENDS = List.of(".", "!");

    private static final List<String> SPECIALS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
    private static final String PIECE = "##";
    private static final Map<String, List<String>> PIECES = pieces();
    private static final Map<String, Integer> IDS = ids();

    private ReviewWords() {}

    private static Map<String, List<String>> pieces() {
        Map<String, List<String>> out = new LinkedHashMap<>();
        for (List<String> list :
                List.of(PRAISE, BLAME, NEUTRAL, SUBJECTS, VERBS, NEGATIONS, STRONGER, JOINTS, OPENINGS, ENDS)) {
            for (String entry : list) {
                for (String word : entry.split(" ", -1)) {
                    int cut = word.indexOf('|');
                    out.put(
                            word.replace("|", ""),
                            cut < 0 ? List.of(word) : List.of(word.substring(0, cut), PIECE + word.substring(cut + 1)));
                }
            }
        }
        return out;
    }

    private static Map<String, Integer> ids() {
        Map<String, Integer> out = new LinkedHashMap<>();
        SPECIALS.forEach(name -> out.put(name, out.size()));
        PIECES.values().forEach(word -> word.forEach(piece -> out.putIfAbsent(piece, out.size())));
        return out;
    }

    /** How many tokens there are. */
    static int count() {
        return IDS.size();
    }

    /** The id of a token. */
    static int id(String token) {
        return IDS.getOrDefault(token, SPECIALS.indexOf("[UNK]"));
    }

    /** The tokens of a text of known words, with a start and an end. */
    static List<String> tokens(String text) {
        List<String> out = new ArrayList<>(List.of("[CLS]"));
        for (String word : text.toLowerCase(Locale.ROOT).split(" +|(?=[.!])", -1)) {
            out.addAll(PIECES.getOrDefault(word, List.of("[UNK]")));
        }
        out.add("[SEP]");
        return out;
    }

    /** The {@code tokenizer.json} that cuts texts in the same way. */
    static String tokenizerJson() {
        String specials = SPECIALS.stream()
                .map(name -> "{\"id\":" + id(name) + ",\"content\":\"" + name
                        + "\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,"
                        + "\"special\":true}")
                .collect(Collectors.joining(",\n    "));
        String vocabulary = IDS.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
                .collect(Collectors.joining(", "));
        return """
                {
                  "version": "1.0",
                  "truncation": null,
                  "padding": null,
                  "added_tokens": [
                    %s],
                  "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                    "strip_accents": null, "lowercase": true},
                  "pre_tokenizer": {"type": "BertPreTokenizer"},
                  "post_processor": {"type": "TemplateProcessing",
                    "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                      {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                    "special_tokens": {
                      "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                      "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
                  "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
                  "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                    "max_input_chars_per_word": 100,
                    "vocab": {%s}}
                }
                """.formatted(specials, vocabulary);
    }
}
