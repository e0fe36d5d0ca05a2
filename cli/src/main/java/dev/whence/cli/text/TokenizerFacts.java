package dev.whence.cli.text;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a {@code tokenizer.json} says besides how to cut a text; the vocabulary is passed over without being kept.
 *
 * @param specials the special tokens and their ids, in the order of the file
 * @param padding the id of padding, if there is one
 * @param padsLeft whether padding stands before the text
 * @param unknown what the vocabulary calls a word that it does not hold, or null
 */
record TokenizerFacts(
        Map<String, Long> specials,
        OptionalLong padding,
        boolean padsLeft,
        @Nullable String unknown) {
    /** What padding is usually called, where the file does not say which token it is. */
    private static final List<String> PADDING_NAMES = List.of("[PAD]", "<pad>", "<|pad|>", "<PAD>", "[pad]");

    /** Copies the map in. */
    TokenizerFacts {
        specials = Collections.unmodifiableMap(new LinkedHashMap<>(specials));
    }

    /** Reads the content of a file. */
    static TokenizerFacts read(Path file, String content) {
        Reading reading = new Reading();
        try (JsonParser json = JsonMapper.shared().createParser(content)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw invalid(file, "an object is expected");
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "added_tokens" -> reading.addedTokens(json);
                    case "padding" -> reading.padding(json);
                    case "model" -> reading.model(json);
                    default -> json.skipChildren();
                }
            }
        } catch (JacksonException e) {
            var place = e.getLocation();
            String line = place == null ? "" : " (line " + place.getLineNr() + ")";
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, file + ": this is not JSON: " + e.getOriginalMessage() + line + ".", e);
        }
        if (!reading.hasModel) {
            throw invalid(file, "it has no 'model', as the tokenizer.json of a model does");
        }
        return reading.facts();
    }

    private static WhenceException invalid(Path file, String what) {
        return new WhenceException(ErrorCode.INPUT_INVALID, file + ": this is no tokenizer: " + what + ".");
    }

    /** The name of an id among the special tokens. */
    Optional<String> special(long id) {
        return specials.entrySet().stream()
                .filter(entry -> entry.getValue() == id)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static final class Reading {
        private final Map<String, Long> specials = new LinkedHashMap<>();
        private OptionalLong padding = OptionalLong.empty();
        private boolean padsLeft;
        private boolean hasModel;
        private @Nullable String unknown;

        TokenizerFacts facts() {
            if (padding.isEmpty()) {
                PADDING_NAMES.stream()
                        .filter(specials::containsKey)
                        .findFirst()
                        .ifPresent(name -> padding = OptionalLong.of(specials.getOrDefault(name, 0L)));
            }
            return new TokenizerFacts(specials, padding, padsLeft, unknown);
        }

        void addedTokens(JsonParser json) {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                json.skipChildren();
                return;
            }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                Map<String, String> token = scalars(json);
                String content = token.get("content");
                OptionalLong id = number(token.get("id"));
                if (content != null && id.isPresent() && "true".equals(token.get("special"))) {
                    specials.put(content, id.getAsLong());
                }
            }
        }

        void padding(JsonParser json) {
            Map<String, String> settings = scalars(json);
            padding = number(settings.get("pad_id"));
            padsLeft = "Left".equals(settings.get("direction"));
        }

        void model(JsonParser json) {
            hasModel = json.currentToken() == JsonToken.START_OBJECT;
            unknown = scalars(json).get("unk_token");
        }

        /** The members of an object that are no objects or lists themselves, as texts; anything else is passed over. */
        private static Map<String, String> scalars(JsonParser json) {
            Map<String, String> out = new LinkedHashMap<>();
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return out;
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (value.isStructStart()) {
                    json.skipChildren();
                } else if (value != JsonToken.VALUE_NULL) {
                    out.put(name, json.getString());
                }
            }
            return out;
        }

        private static OptionalLong number(@Nullable String text) {
            return text != null && text.matches("[0-9]{1,10}")
                    ? OptionalLong.of(Long.parseLong(text))
                    : OptionalLong.empty();
        }
    }
}
