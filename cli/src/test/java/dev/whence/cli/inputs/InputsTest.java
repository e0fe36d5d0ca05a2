package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.file;
import static dev.whence.cli.inputs.Refusals.packed;
import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.NdArray.Type;
import dev.whence.core.Npy;
import dev.whence.core.Npz;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputsTest {
    private static final Declared X = new Declared("x", Type.FLOAT32, -1, 2);
    private static final Declared Y = new Declared("y", Type.FLOAT32, -1, 3);

    @TempDir
    Path folder;

    private Path npy(String name, NdArray array) {
        Path path = folder.resolve(name);
        Npy.write(path, array);
        return path;
    }

    private Path npz(String name, Map<String, NdArray> arrays) {
        Path path = folder.resolve(name);
        Npz.write(path, arrays);
        return path;
    }

    private static NdArray zeros(long... shape) {
        return NdArray.of(new float[(int) NdArray.elements(shape)], shape);
    }

    private static LoadedInput load(Path file, Declared declared) {
        return Inputs.load(List.of(file), declared, InputOptions.DEFAULT);
    }

    @Test
    void bytes_of_gray_pictures_are_prepared_if_the_user_says_how() {
        Declared picture = new Declared("image", Type.FLOAT32, -1, 1, 2, 2);
        Path file = npy("bytes.npy", NdArray.ofIntegers(Type.UINT8, new long[] {0, 255, 51, 204}, 1, 2, 2));

        LoadedInput plain = Inputs.load(List.of(file), picture, InputOptions.DEFAULT);
        LoadedInput prepared = Inputs.load(
                List.of(file), picture, InputOptions.DEFAULT.withImage(ImagePreparation.parse("symmetric")));

        assertThat(plain.values().toFloats()).containsExactly(0, 255, 51, 204);
        assertThat(prepared.values().toFloats()).containsExactly(-1, 1, -0.6f, 0.6f);
    }

    @Test
    void anArrayIsReadWhateverTheFileIsCalled() {
        Path file = npy("array.npy", NdArray.of(new double[] {1, 2, 3, 4}, 2, 2));
        LoadedInput input = load(file, X);
        assertThat(input.values()).isEqualTo(NdArray.of(new float[] {1, 2, 3, 4}, 2, 2));
        assertThat(input.source()).isEqualTo(file.toString());
        assertThat(input.kind()).isEqualTo(InputKind.ARRAY);
        assertThat(input.name(1)).isEqualTo("example 1");
    }

    @Test
    void rowsOfAnArrayAreChosen() {
        Path file = npy("array.npy", NdArray.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
        LoadedInput input = Inputs.load(List.of(file), X, InputOptions.DEFAULT.withRows(RowSelection.parse("2,0")));
        assertThat(input.values().toFloats()).containsExactly(5, 6, 1, 2);
        refused(
                () -> Inputs.load(List.of(file), X, InputOptions.DEFAULT.withRows(RowSelection.parse("3"))),
                ErrorCode.INPUT_INVALID,
                "Row 3 is wanted, but " + file + " holds 3 examples, numbered from 0 to 2.");
    }

    @Test
    void nanIsRefusedWithItsPlace() {
        Path file = npy("bad.npy", NdArray.of(new float[] {1, 2, 3, Float.NaN}, 2, 2));
        refused(() -> load(file, X), ErrorCode.INPUT_INVALID, file + ": NaN at [1, 1]; every number must be finite.");
    }

    @Test
    void aWrongShapeIsRefusedWithFoundAndWanted() {
        Path file = npy("bad.npy", zeros(2, 5));
        refused(
                () -> load(file, X),
                ErrorCode.SHAPE_MISMATCH,
                file + ": shape [2, 5] found, [N, 2] wanted by input 'x' (axis 1: 5 found, 2 wanted).");
    }

    @Test
    void theArrayOfAnNpzIsFoundByNameOrBecauseItIsAlone() {
        assertThat(load(npz("one.npz", Map.of("any", zeros(1, 2))), X).values().shape())
                .containsExactly(1, 2);
        Map<String, NdArray> two = new LinkedHashMap<>();
        two.put("y", zeros(1, 3));
        two.put("x", zeros(4, 2));
        Path file = npz("two.npz", two);
        assertThat(load(file, X).values().shape()).containsExactly(4, 2);
        refused(
                () -> load(file, new Declared("z", Type.FLOAT32, -1)),
                ErrorCode.INPUT_INVALID,
                file + ": holds no array 'z'; it holds y, x.");
        InputOptions member = InputOptions.DEFAULT.withMember("y");
        assertThat(Inputs.load(List.of(file), Y, member).values().shape()).containsExactly(1, 3);
    }

    @Test
    void severalInputsComeFromNamedFilesOrOneNpz() {
        Path x = npy("x.npy", zeros(5, 2));
        Path y = npy("y.npy", zeros(5, 3));
        Map<String, LoadedInput> named = Inputs.load(
                List.of(NamedFile.parse("y=" + y), NamedFile.parse("x=" + x)), List.of(X, Y), InputOptions.DEFAULT);
        assertThat(named.keySet()).containsExactly("x", "y");
        assertThat(named.get("y").values().shape()).containsExactly(5, 3);
        Map<String, NdArray> arrays = Map.of("x", zeros(2, 2), "y", zeros(2, 3));
        Map<String, LoadedInput> spread = Inputs.load(
                List.of(NamedFile.parse(npz("xy.npz", arrays).toString())), List.of(X, Y), InputOptions.DEFAULT);
        assertThat(spread.get("x").values().shape()).containsExactly(2, 2);
        assertThat(spread.get("y").values().shape()).containsExactly(2, 3);
    }

    @Test
    void inputsThatAreMissingUnknownOrUnnamedAreRefused() {
        Path x = npy("x.npy", zeros(5, 2));
        Path y = npy("y.npy", zeros(4, 3));
        List<Declared> both = List.of(X, Y);
        refused(
                () -> Inputs.load(List.of(), both, InputOptions.DEFAULT),
                ErrorCode.USAGE,
                "No input file is given; the model wants 'x', 'y'.");
        refused(
                () -> Inputs.load(List.of(new NamedFile("x", x)), both, InputOptions.DEFAULT),
                ErrorCode.USAGE,
                "Input 'y' has no file; give --input y=FILE.");
        refused(
                () -> Inputs.load(List.of(new NamedFile("z", x)), both, InputOptions.DEFAULT),
                ErrorCode.USAGE,
                "The model has no input 'z'; it has 'x', 'y'.");
        refused(
                () -> Inputs.load(List.of(new NamedFile("x", x), new NamedFile(null, y)), both, InputOptions.DEFAULT),
                ErrorCode.USAGE,
                "The model has 2 inputs ('x', 'y'); give --input NAME=" + y + ".");
        refused(
                () -> Inputs.load(List.of(new NamedFile(null, x)), both, InputOptions.DEFAULT),
                ErrorCode.USAGE,
                "The model has 2 inputs ('x', 'y'), but " + x
                        + " holds one; give --input NAME=FILE for each, or one npz" + " file with all of them.");
        refused(
                () -> Inputs.load(List.of(new NamedFile("x", x), new NamedFile("y", y)), both, InputOptions.DEFAULT),
                ErrorCode.SHAPE_MISMATCH,
                "Inputs must have the same number of examples; 'x' has 5, 'y' has 4.");
    }

    @Test
    void onlyPicturesMakeABatchOfFiles() {
        Path x = npy("x.npy", zeros(1, 2));
        refused(
                () -> Inputs.load(List.of(x, x), X, InputOptions.DEFAULT),
                ErrorCode.USAGE,
                "Only pictures can be put together from several files; " + x + " is one of 2 files for input 'x'.");
    }

    @Test
    void aMissingFileAndAFolderWithoutPicturesAreRefused() throws IOException {
        Path missing = folder.resolve("missing.npy");
        refused(() -> load(missing, X), ErrorCode.INPUT_UNREADABLE, "There is no file " + missing + ".");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        refused(
                () -> load(empty, X),
                ErrorCode.INPUT_UNREADABLE,
                "The folder " + empty + " holds no PNG, JPEG or WebP picture.");
    }

    @Test
    void aFileOfNoKnownKindIsRefused() {
        String kinds = " is none of the kinds that can be read: npy, npz, PNG, JPEG, WebP, CSV with a header, FASTA,"
                + " simdata or idx (the last four also as .gz)";
        Path text = file(folder, "notes.txt", "hello");
        refused(() -> load(text, X), ErrorCode.INPUT_UNREADABLE, text + kinds + ".");
        Path empty = file(folder, "empty", "");
        refused(() -> load(empty, X), ErrorCode.INPUT_UNREADABLE, empty + kinds + "; it is empty.");
    }

    @Test
    void theContentDecidesOverTheEnding() throws IOException {
        Path npy = npy("a.npy", zeros(1, 2));
        Path renamed = Files.move(npy, folder.resolve("a.csv"));
        assertThat(load(renamed, X).values().shape()).containsExactly(1, 2);
    }

    @Test
    void damagedGzipIsRefused() throws IOException {
        Path whole = packed(folder, "t.csv.gz", "a,b\n1,2\n".repeat(5000).getBytes(StandardCharsets.UTF_8));
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = file(folder, "cut.csv.gz", Arrays.copyOf(bytes, bytes.length - 20));
        WhenceException found = catchThrowableOfType(WhenceException.class, () -> load(cut, X));
        assertThat(found).hasMessageStartingWith(cut + ": the packed file is damaged or ends too early: ");
        assertThat(found.code()).isEqualTo(ErrorCode.INPUT_UNREADABLE);
    }

    @Test
    void namesAreSplitFromFiles() throws IOException {
        assertThat(NamedFile.parse("x=a/b=c.npy")).isEqualTo(new NamedFile("x", Path.of("a/b=c.npy")));
        assertThat(NamedFile.parse("a.npy").name()).isEmpty();
        Path odd = Files.createFile(folder.resolve("a=b.npy"));
        assertThat(NamedFile.parse(odd.toString())).isEqualTo(new NamedFile(null, odd));
        refused(() -> NamedFile.parse("x="), ErrorCode.USAGE, "'x=' names no file; give FILE or NAME=FILE.");
        refused(() -> NamedFile.parse(""), ErrorCode.USAGE, "'' names no file; give FILE or NAME=FILE.");
    }
}
