/**
 * What the tests of every module share: {@link dev.whence.testkit.Cases} draws random cases for laws,
 * {@link dev.whence.testkit.Close} compares numbers and tells the worst element, {@link dev.whence.testkit.Shared} finds
 * the golden data beside the project, {@link dev.whence.testkit.GoldenJson} reads it, and
 * {@link dev.whence.testkit.GoldenTable} counts what became of it:
 *
 * <pre>{@code
 * for (Path file : Shared.list("deeplift/graphs", ".json")) {
 *     GoldenTable.check("deeplift/graphs", file.getFileName().toString(), () -> {
 *         GoldenJson.Array expected = GoldenJson.array(GoldenJson.read(file).get("outputs"));
 *         Close.assertRelativeToMax("outputs", run(file), expected.data(), 1e-9, expected.shape());
 *     });
 * }
 * }</pre>
 */
@NullMarked
package dev.whence.testkit;

import org.jspecify.annotations.NullMarked;
