package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.Npz;
import dev.whence.core.WhenceException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Reads files and fits them to what a model declares; see the package description. Free of state. */
public final class Inputs {
    /** Bytes from which on an npy file is not read at once. */
    private static final long STAYS_IN_FILE = 4L << 20;

    private Inputs() {}

    /**
     * Reads the inputs of a model that has one or several.
     *
     * <p>Files without a name go to the only input of the model. For several inputs each file is given a name, or one npz
     * file holds an array of each input's name.
     *
     * @return one entry an input, in the order of {@code declared}
     * @throws WhenceException if an input is missing, named twice or unknown, a file cannot be read, or numbers do not fit
     */
    public static Map<String, LoadedInput> load(List<NamedFile> files, List<Declared> declared, InputOptions options) {
        if (files.isEmpty()) {
            throw new WhenceException(
                    ErrorCode.USAGE, "No input file is given; the model wants " + listed(declared) + ".");
        }
        Map<String, List<Path>> byInput = new LinkedHashMap<>();
        for (Declared input : declared) {
            byInput.put(input.name(), new ArrayList<>());
        }
        boolean spread =
                declared.size() > 1 && files.size() == 1 && files.getFirst().input() == null;
        for (NamedFile file : files) {
            if (spread) {
                byInput.values().forEach(paths -> paths.add(file.path()));
            } else {
                byInput.computeIfAbsent(inputOf(file, declared), name -> new ArrayList<>())
                        .add(file.path());
            }
        }
        if (spread) {
            requireNpz(files.getFirst().path(), declared, options);
        }
        Map<String, LoadedInput> out = new LinkedHashMap<>();
        for (Declared input : declared) {
            List<Path> paths = byInput.getOrDefault(input.name(), List.of());
            if (paths.isEmpty()) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Input '" + input.name() + "' has no file; give --input " + input.name() + "=FILE.");
            }
            out.put(input.name(), load(paths, input, spread ? options.withMember(input.name()) : options));
        }
        checkBatches(out);
        return out;
    }

    private static String listed(List<Declared> declared) {
        return String.join(
                ", ", declared.stream().map(input -> "'" + input.name() + "'").toList());
    }

    private static String inputOf(NamedFile file, List<Declared> declared) {
        String name = file.input();
        if (name == null) {
            if (declared.size() == 1) {
                return declared.getFirst().name();
            }
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "The model has " + declared.size() + " inputs (" + listed(declared) + "); give --input NAME="
                            + file.path() + ".");
        }
        if (declared.stream().noneMatch(input -> input.name().equals(name))) {
            throw new WhenceException(
                    ErrorCode.USAGE, "The model has no input '" + name + "'; it has " + listed(declared) + ".");
        }
        return name;
    }

    private static void requireNpz(Path file, List<Declared> declared, InputOptions options) {
        if (kindOf(file, options.limits()) != FileKind.NPZ) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "The model has " + declared.size() + " inputs (" + listed(declared) + "), but " + file
                            + " holds one; give --input NAME=FILE for each, or one npz file with all of them.");
        }
    }

    private static void checkBatches(Map<String, LoadedInput> inputs) {
        Map.@Nullable Entry<String, LoadedInput> first = null;
        for (Map.Entry<String, LoadedInput> entry : inputs.entrySet()) {
            int examples = entry.getValue().examples();
            if (examples == 1 || entry.getValue().values().rank() == 0) {
                continue;
            }
            if (first != null && first.getValue().examples() != examples) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "Inputs must have the same number of examples; '" + first.getKey() + "' has "
                                + first.getValue().examples() + ", '" + entry.getKey() + "' has " + examples + ".");
            }
            first = first == null ? entry : first;
        }
    }

    /**
     * Reads one input from one file, or a batch of pictures from several or from a folder.
     *
     * @param files at least one
     * @param declared what the model wants; its open dimensions are settled by the file
     * @return finite numbers of the declared type and shape
     * @throws WhenceException with one sentence that names file, place, found and wanted
     */
    public static LoadedInput load(List<Path> files, Declared declared, InputOptions options) {
        List<Path> all = expanded(files);
        Path first = all.getFirst();
        FileKind kind = kindOf(first, options.limits());
        if (all.size() > 1 && !kind.makesBatches()) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Only pictures can be put together from several files; " + first + " is one of " + all.size()
                            + " files for input '" + declared.name() + "'.");
        }
        LoadedInput loaded = reading(first, () -> switch (kind) {
            case NPY -> array(first, npy(first), declared, options);
            case NPZ -> array(first, member(first, declared, options), declared, options);
            case TABLE -> chosen(TableReader.read(first, options), options);
            case PICTURE -> Pictures.fromFiles(all, declared, options);
            case IDX -> idx(first, declared, options);
            case FASTA -> sequences(first, SequenceReader.fasta(first, options.limits()), declared, options);
            case SIMDATA -> sequences(first, SequenceReader.simdata(first, options.limits()), declared, options);
        });
        FiniteCheck.require(loaded.source(), loaded.values());
        Fitting fitting = fitted(loaded, declared);
        return loaded.with(fitting.values(), fitting.notices());
    }

    /** A large array stays in its file and is read batch by batch. */
    private static NdArray npy(Path file) throws IOException {
        return Files.size(file) >= STAYS_IN_FILE ? Npy.open(file) : Npy.read(file);
    }

    private static Fitting fitted(LoadedInput loaded, Declared declared) {
        try {
            return Fitting.to(loaded.source(), loaded.values(), declared);
        } catch (WhenceException e) {
            if (loaded.kind() == InputKind.TABLE
                    && e.code() == ErrorCode.SHAPE_MISMATCH
                    && !loaded.labels().isEmpty()) {
                throw new WhenceException(
                        e.code(),
                        e.getMessage() + " The columns taken are " + String.join(", ", loaded.labels())
                                + "; choose with --columns or --skip.",
                        e);
            }
            throw e;
        }
    }

    private static LoadedInput chosen(LoadedInput loaded, InputOptions options) {
        if (options.rows().isAll()) {
            return loaded;
        }
        if (loaded.values().rank() == 0) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, loaded.source() + ": holds one number, so no rows can be chosen.");
        }
        return loaded.select(options.rows().rows(loaded.source(), loaded.examples()));
    }

    private static LoadedInput sequences(Path file, List<Letters> records, Declared declared, InputOptions options) {
        List<Letters> taken = new ArrayList<>();
        for (int row : options.rows().rows(file.toString(), records.size())) {
            taken.add(records.get(row));
        }
        return OneHot.encode(file.toString(), taken, declared);
    }

    private static LoadedInput idx(Path file, Declared declared, InputOptions options) throws IOException {
        NdArray values = IdxReader.read(file, options.rows(), options.limits());
        boolean images = values.type() == NdArray.Type.UINT8 && values.rank() == 3 && values.size() > 0;
        return images ? Pictures.fromIdx(file, values, declared, options) : LoadedInput.array(file.toString(), values);
    }

    /** Numbers as they are; bytes of gray pictures become numbers as a user who says how wants it. */
    private static LoadedInput array(Path file, NdArray values, Declared declared, InputOptions options) {
        boolean arePixels = options.image() != null
                && values.type() == NdArray.Type.UINT8
                && values.rank() == 3
                && values.size() > 0
                && declared.hasShape()
                && declared.rank() == 4;
        LoadedInput whole = arePixels
                ? Pictures.fromIdx(file, values, declared, options)
                : LoadedInput.array(file.toString(), values);
        return chosen(whole, options);
    }

    private static NdArray member(Path file, Declared declared, InputOptions options) throws IOException {
        Map<String, NdArray> arrays = Npz.read(file);
        String name = options.member();
        if (name == null) {
            if (arrays.size() == 1) {
                return arrays.values().iterator().next();
            }
            name = declared.name();
        }
        NdArray array = arrays.get(name);
        if (array == null) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    file + ": holds no array '" + name + "'; it holds " + String.join(", ", arrays.keySet()) + ".");
        }
        return array;
    }

    private static List<Path> expanded(List<Path> files) {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("files must not be empty");
        }
        List<Path> out = new ArrayList<>();
        for (Path file : files) {
            if (!Files.exists(file)) {
                throw new WhenceException(ErrorCode.INPUT_UNREADABLE, "There is no file " + file + ".");
            }
            if (Files.isDirectory(file)) {
                out.addAll(reading(file, () -> picturesOf(file)));
            } else {
                out.add(file);
            }
        }
        return out;
    }

    private static List<Path> picturesOf(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> pictures = entries.filter(Files::isRegularFile)
                    .filter(path -> path.getFileName()
                            .toString()
                            .toLowerCase(Locale.ROOT)
                            .matches(".*\\.(png|jpe?g|webp)"))
                    .sorted()
                    .toList();
            if (pictures.isEmpty()) {
                throw new WhenceException(
                        ErrorCode.INPUT_UNREADABLE, "The folder " + folder + " holds no PNG, JPEG or WebP picture.");
            }
            return pictures;
        }
    }

    private static FileKind kindOf(Path file, InputLimits limits) {
        return reading(file, () -> FileKind.of(file, limits));
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T reading(Path file, Reading<T> reading) {
        try {
            return reading.read();
        } catch (EOFException | ZipException e) {
            throw new WhenceException(
                    ErrorCode.INPUT_UNREADABLE,
                    file + ": the packed file is damaged or ends too early: " + reason(e) + ".",
                    e);
        } catch (IOException e) {
            throw new WhenceException(ErrorCode.INPUT_UNREADABLE, file + " cannot be read: " + reason(e) + ".", e);
        }
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }
}
