package dev.whence.cli.inputs;

import dev.whence.core.NdArray;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * One input of a model, read and ready, with what a report needs to draw it.
 *
 * @param source the file or files, as the user named them
 * @param kind what the numbers show
 * @param values the numbers; axis 0 is the batch
 * @param channelAxis the axis of colours or letters in {@code values}, or -1 if there is none
 * @param labels names along the channels or columns: {@code A C G T}, {@code red green blue}, column names; may be empty
 * @param names one name an example: record names, file names, row names; empty if the file has none
 * @param pictures for images, each as the network sees it after resizing and cropping, before normalisation; else empty
 * @param sequences for sequences, the letters of each as in the file; else empty
 * @param notices what was changed on the way from the file, one sentence each
 */
public record LoadedInput(
        String source,
        InputKind kind,
        NdArray values,
        int channelAxis,
        List<String> labels,
        List<String> names,
        List<BufferedImage> pictures,
        List<String> sequences,
        List<String> notices) {
    /** Copies the lists. */
    public LoadedInput {
        labels = List.copyOf(labels);
        names = List.copyOf(names);
        pictures = List.copyOf(pictures);
        sequences = List.copyOf(sequences);
        notices = List.copyOf(notices);
    }

    /** Plain numbers without names. */
    static LoadedInput array(String source, NdArray values) {
        return new LoadedInput(
                source, InputKind.ARRAY, values, -1, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** The number of examples: the length of axis 0, or 1 for a scalar. */
    public int examples() {
        return values.rank() == 0 ? 1 : (int) values.dimension(0);
    }

    /** The name of one example: its own, or {@code example 3} (counted from 0) if the file has none. */
    public String name(int example) {
        return example < names.size() ? names.get(example) : "example " + example;
    }

    /** The same input with other numbers of the same examples and further notices. */
    LoadedInput with(NdArray fitted, List<String> further) {
        List<String> all = new ArrayList<>(notices);
        all.addAll(further);
        return new LoadedInput(source, kind, fitted, channelAxis, labels, names, pictures, sequences, all);
    }

    /** The examples at the given places, in the given order. */
    LoadedInput select(int[] rows) {
        return new LoadedInput(
                source,
                kind,
                RowSelection.pick(values, rows),
                channelAxis,
                labels,
                pick(names, rows),
                pick(pictures, rows),
                pick(sequences, rows),
                notices);
    }

    private static <T> List<T> pick(List<T> from, int[] rows) {
        List<T> out = new ArrayList<>();
        for (int row : rows) {
            if (row < from.size()) {
                out.add(from.get(row));
            }
        }
        return out;
    }
}
