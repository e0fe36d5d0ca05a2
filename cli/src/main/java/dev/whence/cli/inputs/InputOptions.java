package dev.whence.cli.inputs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user may say about how files are read. None of it is needed for files that already fit the model.
 *
 * @param image how pixels become numbers; null for {@link ImagePreparation#DEFAULT} with a notice that says so
 * @param columns columns of a table to take, in this order; empty for all that hold numbers
 * @param skip columns of a table to leave out where there are such, such as the label
 * @param nameColumn the column of a table that names its rows, or null
 * @param header whether the first line of a table names its columns
 * @param member the array of an npz file to take, or null
 * @param rows the examples to take
 * @param limits how much a file may ask for
 */
public record InputOptions(
        @Nullable ImagePreparation image,
        List<String> columns,
        List<String> skip,
        @Nullable String nameColumn,
        boolean header,
        @Nullable String member,
        RowSelection rows,
        InputLimits limits) {
    /** Everything as the file and the model suggest. */
    public static final InputOptions DEFAULT =
            new InputOptions(null, List.of(), List.of(), null, true, null, RowSelection.ALL, InputLimits.DEFAULT);

    /** Copies the lists. */
    public InputOptions {
        columns = List.copyOf(columns);
        skip = List.copyOf(skip);
    }

    /** With another preparation of images. */
    public InputOptions withImage(ImagePreparation other) {
        return new InputOptions(other, columns, skip, nameColumn, header, member, rows, limits);
    }

    /** With these columns of a table only. */
    public InputOptions withColumns(List<String> other) {
        return new InputOptions(image, other, skip, nameColumn, header, member, rows, limits);
    }

    /** Without these columns of a table. */
    public InputOptions withSkip(List<String> other) {
        return new InputOptions(image, columns, other, nameColumn, header, member, rows, limits);
    }

    /** With the column of a table that names its rows. */
    public InputOptions withNameColumn(String other) {
        return new InputOptions(image, columns, skip, other, header, member, rows, limits);
    }

    /** With or without a first line that names a table's columns. */
    public InputOptions withHeader(boolean other) {
        return new InputOptions(image, columns, skip, nameColumn, other, member, rows, limits);
    }

    /** With the array of an npz file to take. */
    public InputOptions withMember(@Nullable String other) {
        return new InputOptions(image, columns, skip, nameColumn, header, other, rows, limits);
    }

    /** With a choice of examples. */
    public InputOptions withRows(RowSelection other) {
        return new InputOptions(image, columns, skip, nameColumn, header, member, other, limits);
    }

    /** With other limits. */
    public InputOptions withLimits(InputLimits other) {
        return new InputOptions(image, columns, skip, nameColumn, header, member, rows, other);
    }

    /** With what a model's notes say wherever nothing was said here. */
    public InputOptions orElse(ModelNotes notes) {
        return new InputOptions(
                image == null ? notes.image() : image,
                columns.isEmpty() ? notes.columns() : columns,
                skip.isEmpty() ? notes.skip() : skip,
                nameColumn,
                header,
                member,
                rows,
                limits);
    }
}
