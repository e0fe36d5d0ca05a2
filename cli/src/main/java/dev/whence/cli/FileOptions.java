package dev.whence.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which files a model is fed, and how they are read. A command takes them in as a picocli mixin. */
final class FileOptions {
    @Option(
            names = {"-i", "--input"},
            arity = "1..*",
            paramLabel = "[NAME=]FILE",
            description = "Input of the model: npy, npz, PNG, JPEG, WebP, CSV, TSV, FASTA, simdata or idx, also .gz. "
                    + "NAME=FILE for a model with several; several pictures are one batch.")
    List<String> inputs = new ArrayList<>();

    @Mixin
    final TextOptions text = new TextOptions();

    @Option(
            names = "--rows",
            paramLabel = "ROWS",
            description = "Examples to take, counted from 0, such as 3, 0:8 (8 not included) or 1,5,9.")
    @Nullable
    String rows;

    @Option(
            names = "--image",
            paramLabel = "SETTINGS",
            description = "How pixels become numbers: unit, raw, symmetric, imagenet, caffe, clip, or settings such as "
                    + "resize=64x64,mean=0.5,std=0.25/0.25/0.3.")
    @Nullable
    String image;

    @Option(
            names = "--columns",
            split = ",",
            paramLabel = "NAME",
            description = "Columns of a table to take, in this order; all that hold numbers if it is not given.")
    List<String> columns = new ArrayList<>();

    @Option(
            names = "--skip",
            split = ",",
            paramLabel = "NAME",
            description = "Columns of a table to leave out, such as the label.")
    List<String> skip = new ArrayList<>();

    @Option(names = "--name-column", paramLabel = "NAME", description = "The column of a table that names its rows.")
    @Nullable
    String nameColumn;

    @Option(names = "--no-header", description = "The first line of a table is data.")
    boolean noHeader;

    @Option(names = "--array", paramLabel = "NAME", description = "The array of an npz file to take.")
    @Nullable
    String array;
}
