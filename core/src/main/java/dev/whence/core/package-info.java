/**
 * The vocabulary that every part of Whence shares: what an answer is, what proves it, and how it is kept.
 *
 * <p>An {@link dev.whence.core.Attribution} tells what contributed to a result, and by how much. Its parts are the
 * {@link dev.whence.core.Target} that is explained, the {@link dev.whence.core.Reference} it is compared with, the
 * {@link dev.whence.core.Units} with their scores, the {@link dev.whence.core.Method} that made them and the
 * {@link dev.whence.core.Provenance} that lets it be made again. Every attribution carries its own check, the
 * convergence delta of each example, which a {@link dev.whence.core.ConvergenceReport} judges:
 *
 * <pre>{@code
 * Attribution attribution = AttributionJson.read(Path.of("result.json"));
 * ConvergenceReport report = ConvergenceReport.of(attribution, ConvergenceReport.Precision.FLOAT32);
 * System.out.print(report.toText());
 * for (Ranking.Place place : Ranking.top(attribution, 0, 5, Ranking.Order.LARGEST)) {
 *     System.out.println(place.input() + place.index() + " " + place.score());
 * }
 * }</pre>
 *
 * <p>Numbers live in {@link dev.whence.core.NdArray}, plain Java memory without any tensor library, and are read and
 * written as {@link dev.whence.core.Npy} and {@link dev.whence.core.Npz}. Results are kept as
 * {@link dev.whence.core.AttributionJson}, which loses nothing, and exported as {@link dev.whence.core.AttributionCsv}.
 * All files are written through {@link dev.whence.core.FinishedFile}, so that nothing half-written stays behind. What a
 * user did or gave that cannot work is a {@link dev.whence.core.WhenceException} with a stable
 * {@link dev.whence.core.ErrorCode}; long work tells how far it is, and is stopped, through
 * {@link dev.whence.core.Progress}.
 */
@NullMarked
package dev.whence.core;

import org.jspecify.annotations.NullMarked;
