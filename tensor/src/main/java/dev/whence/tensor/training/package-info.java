/**
 * Training networks: layers over named {@linkplain dev.whence.tensor.training.Parameters parameters}, losses, the Adam
 * optimizer and the loop over shuffled batches. Everything random comes from seeds: on one machine, with one number of
 * {@linkplain dev.whence.tensor.Engine#setThreads threads}, equal seeds give equal weights to the last bit. Another number
 * of threads adds up gradients in another order and so ends in slightly different weights.
 *
 * <pre>{@code
 * try (Parameters parameters = Parameters.seeded(7, FLOAT32)) {
 *     Layer network = Layers.sequence(
 *             Linear.create(parameters, "fc1", 2, 8), Layers.RELU, Linear.create(parameters, "fc2", 8, 1));
 *     Training.DEFAULT.withEpochs(20).run(parameters, 1000, (rows, pass) ->
 *             Losses.meanSquaredError(network.apply(x.indexSelect(0, rows), pass), y.indexSelect(0, rows)));
 *     parameters.save(path, Map.of());
 * }
 * }</pre>
 */
@NullMarked
package dev.whence.tensor.training;

import org.jspecify.annotations.NullMarked;
