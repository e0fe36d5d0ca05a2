package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What a YAML file beside a model says about its inputs and outputs: {@code net.whence.yaml}, or else {@code net.yaml},
 * beside {@code net.onnx}.
 *
 * <pre>
 * image:            # or only the name of a preset: image: imagenet
 *   preset: imagenet
 *   resize: 256
 *   mean: [0.485, 0.456, 0.406]
 * columns: [age, weight]
 * skip: [label]
 * classes: [cat, dog]
 * </pre>
 *
 * @param image how pixels become numbers, or null
 * @param columns columns of a table to take
 * @param skip columns of a table to leave out
 * @param classes names of the classes that the model's output tells apart, in their order
 */
public record ModelNotes(
        @Nullable ImagePreparation image, List<String> columns, List<String> skip, List<String> classes) {
    /** Nothing known. */
    public static final ModelNotes NONE = new ModelNotes(null, List.of(), List.of(), List.of());

    private static final int MOST_BYTES = 1 << 20;
    private static final List<String> KEYS = List.of("image", "columns", "skip", "classes");

    /** Copies the lists. */
    public ModelNotes {
        columns = List.copyOf(columns);
        skip = List.copyOf(skip);
        classes = List.copyOf(classes);
    }

    /**
     * Reads the notes beside a model. In {@code net.whence.yaml} every key must be known; in {@code net.yaml}, which may
     * belong to something else, unknown keys are passed over.
     *
     * @return {@link #NONE} if there are none
     * @throws WhenceException if the file is not YAML, or says what is not possible
     */
    public static ModelNotes beside(Path model) {
        String file = model.getFileName().toString();
        int dot = file.lastIndexOf('.');
        String stem = dot < 0 ? file : file.substring(0, dot);
        for (String ending : List.of(".whence.yaml", ".yaml")) {
            Path notes = model.resolveSibling(stem + ending);
            if (Files.isRegularFile(notes)) {
                return read(notes, ending.equals(".whence.yaml"));
            }
        }
        return NONE;
    }

    /** Reads notes from a file of which every key must be known. */
    public static ModelNotes read(Path notes) {
        return read(notes, true);
    }

    private static ModelNotes read(Path notes, boolean strict) {
        Object root;
        try {
            if (Files.size(notes) > MOST_BYTES) {
                throw invalid(notes, "larger than " + MOST_BYTES + " bytes");
            }
            LoadSettings settings = LoadSettings.builder()
                    .setLabel(notes.toString())
                    .setAllowDuplicateKeys(false)
                    .setCodePointLimit(MOST_BYTES)
                    .build();
            root = new Load(settings).loadFromString(Files.readString(notes, StandardCharsets.UTF_8));
        } catch (CharacterCodingException e) {
            throw invalid(notes, "this is not text in UTF-8");
        } catch (YamlEngineException e) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    notes + ": this is not YAML: "
                            + String.valueOf(e.getMessage())
                                    .replaceAll("\\s+", " ")
                                    .strip() + ".",
                    e);
        } catch (IOException e) {
            throw new WhenceException(
                    ErrorCode.INPUT_UNREADABLE, notes + " cannot be read: " + e.getMessage() + ".", e);
        }
        if (root == null) {
            return NONE;
        }
        if (!(root instanceof Map<?, ?> map)) {
            if (strict) {
                throw invalid(notes, "keys and values are wanted (" + String.join(", ", KEYS) + ")");
            }
            return NONE;
        }
        return of(notes, map, strict);
    }

    private static ModelNotes of(Path notes, Map<?, ?> map, boolean strict) {
        for (Object key : map.keySet()) {
            if (strict && !KEYS.contains(String.valueOf(key))) {
                throw invalid(notes, "the key '" + key + "' is unknown; there are " + String.join(", ", KEYS));
            }
        }
        return new ModelNotes(
                image(notes, map.get("image")),
                texts(notes, "columns", map.get("columns")),
                texts(notes, "skip", map.get("skip")),
                texts(notes, "classes", map.get("classes")));
    }

    private static @Nullable ImagePreparation image(Path notes, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        try {
            if (!(value instanceof Map<?, ?> settings)) {
                return ImagePreparation.parse(String.valueOf(value));
            }
            ImagePreparation out = ImagePreparation.DEFAULT;
            if (settings.get("preset") != null) {
                out = out.with("preset", String.valueOf(settings.get("preset")));
            }
            for (Map.Entry<?, ?> setting : settings.entrySet()) {
                if (!"preset".equals(setting.getKey())) {
                    out = out.with(String.valueOf(setting.getKey()), joined(setting.getValue()));
                }
            }
            return out;
        } catch (WhenceException e) {
            throw new WhenceException(ErrorCode.INPUT_INVALID, notes + ": " + e.getMessage(), e);
        }
    }

    private static String joined(@Nullable Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.joining("/"))
                : String.valueOf(value);
    }

    private static List<String> texts(Path notes, String key, @Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw invalid(notes, "'" + key + "' must be a list, such as [a, b]");
        }
        List<String> out = new ArrayList<>();
        for (Object item : list) {
            out.add(String.valueOf(item));
        }
        return out;
    }

    private static WhenceException invalid(Path notes, String what) {
        return new WhenceException(ErrorCode.INPUT_INVALID, notes + ": " + what + ".");
    }
}
