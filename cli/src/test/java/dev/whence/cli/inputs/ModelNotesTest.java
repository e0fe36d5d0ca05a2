package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.file;
import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.whence.cli.inputs.ImagePreparation.Crop;
import dev.whence.core.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelNotesTest {
    @TempDir
    Path folder;

    private ModelNotes notes(String text) {
        file(folder, "net.whence.yaml", text);
        return ModelNotes.beside(folder.resolve("net.onnx"));
    }

    @Test
    void allKeysAreRead() {
        ModelNotes notes = notes("""
                image:
                  crop: 64
                  preset: imagenet
                  mean: [0.1, 0.2, 0.3]
                columns: [age, weight]
                skip: [label]
                classes: [cat, dog, 3]
                """);
        assertThat(notes.image()).isEqualTo(ImagePreparation.parse("imagenet,crop=64,mean=0.1/0.2/0.3"));
        assertThat(notes.columns()).containsExactly("age", "weight");
        assertThat(notes.skip()).containsExactly("label");
        assertThat(notes.classes()).containsExactly("cat", "dog", "3");
    }

    @Test
    void anImageMayBeOnlyAPreset() {
        ImagePreparation image = notes("image: imagenet\n").image();
        assertThat(image).isNotNull();
        assertThat(image.crop()).isEqualTo(new Crop(224, 224));
    }

    @Test
    void withoutAFileOrWithAnEmptyOneNothingIsKnown() {
        assertThat(ModelNotes.beside(folder.resolve("other.onnx"))).isEqualTo(ModelNotes.NONE);
        assertThat(notes("")).isEqualTo(ModelNotes.NONE);
    }

    @Test
    void aPlainYamlFileMayHoldOtherThings() {
        file(folder, "b.yaml", "training: {epochs: 3}\nclasses: [x]\n");
        assertThat(ModelNotes.beside(folder.resolve("b.onnx")).classes()).containsExactly("x");
        file(folder, "c.yaml", "- a\n- b\n");
        assertThat(ModelNotes.beside(folder.resolve("c.onnx"))).isEqualTo(ModelNotes.NONE);
    }

    @Test
    void optionsOfTheUserComeFirst() {
        ModelNotes notes = notes("image: imagenet\nskip: [label]\n");
        InputOptions options = InputOptions.DEFAULT.withSkip(List.of("id")).orElse(notes);
        assertThat(options.skip()).containsExactly("id");
        assertThat(options.image()).isEqualTo(notes.image());
        ImagePreparation raw = ImagePreparation.parse("raw");
        assertThat(InputOptions.DEFAULT.withImage(raw).orElse(notes).image()).isEqualTo(raw);
    }

    @Test
    void wrongNotesAreRefused() {
        String file = folder.resolve("net.whence.yaml").toString();
        refused(
                () -> notes("pictures: 3\n"),
                ErrorCode.INPUT_INVALID,
                file + ": the key 'pictures' is unknown; there are image, columns, skip, classes.");
        refused(
                () -> notes("image: {resize: big}\n"),
                ErrorCode.INPUT_INVALID,
                file + ": Image setting 'resize' is 'big'; possible: a shorter side such as 256, a size HEIGHTxWIDTH,"
                        + " model or none.");
        refused(
                () -> notes("classes: cat\n"),
                ErrorCode.INPUT_INVALID,
                file + ": 'classes' must be a list, such as [a, b].");
        refused(
                () -> notes("- a\n"),
                ErrorCode.INPUT_INVALID,
                file + ": keys and values are wanted (image, columns, skip, classes).");
        assertThat(catchThrowable(() -> notes("image: [\n"))).hasMessageStartingWith(file + ": this is not YAML: ");
        assertThat(catchThrowable(() -> notes("classes: [a]\nclasses: [b]\n")))
                .hasMessageStartingWith(file + ": this is not YAML: ");
        assertThat(catchThrowable(() -> notes("image: !!javax.script.ScriptEngineManager []\n")))
                .hasMessageStartingWith(file + ": this is not YAML: ");
        StringBuilder large = new StringBuilder("classes: [");
        large.repeat("aaaaaaaa, ", 200_000);
        refused(() -> notes(large + "b]"), ErrorCode.INPUT_INVALID, file + ": larger than 1048576 bytes.");
        file(folder, "net.whence.yaml", new byte[] {'a', ':', ' ', (byte) 0xFF});
        refused(
                () -> ModelNotes.beside(folder.resolve("net.onnx")),
                ErrorCode.INPUT_INVALID,
                file + ": this is not text in UTF-8.");
    }
}
