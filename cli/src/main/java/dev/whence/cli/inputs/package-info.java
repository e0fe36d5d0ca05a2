/**
 * From files named on the command line to numbers that a network can take, and back to what a picture of the result
 * needs.
 *
 * <p>{@link dev.whence.cli.inputs.Inputs} is the door. It finds out what a file is (npy, npz, PNG, JPEG, WebP, CSV,
 * FASTA, simdata, idx; any of the text formats and idx also under gzip), reads it, fits it to the shape and type that
 * the model {@linkplain dev.whence.cli.inputs.Declared declares}, refuses what is not finite, and gives back a
 * {@link dev.whence.cli.inputs.LoadedInput}:
 *
 * <pre>{@code
 * Declared declared = new Declared("image", NdArray.Type.FLOAT32, -1, 3, 224, 224);
 * InputOptions options = InputOptions.DEFAULT.withImage(ImagePreparation.parse("imagenet"));
 * LoadedInput input = Inputs.load(List.of(Path.of("cat.jpg")), declared, options);
 * input.values();   // FLOAT32 [1, 3, 224, 224]
 * input.pictures(); // what the network saw, to draw under a heat map
 * input.notices();  // what was changed on the way, for the user to read
 * }</pre>
 *
 * <p>Files come from strangers: sizes are checked before memory is taken for them, and what a file unpacks to is
 * bounded ({@link dev.whence.cli.inputs.InputLimits}). Everything that is wrong with a file is one
 * {@link dev.whence.core.WhenceException} that names the file, the place in it, what was found and what is wanted.
 */
@NullMarked
package dev.whence.cli.inputs;

import org.jspecify.annotations.NullMarked;
