/**
 * Views of plain results, from which every page of Whence is made. Nothing here knows a method or a tensor: a block is
 * given numbers and names and shows them.
 *
 * <p>Three ideas carry the package. A {@link dev.whence.report.Block} renders itself to HTML and a
 * {@link dev.whence.report.Page} is a list of blocks in one self-contained file. A {@link dev.whence.report.Drawing} is a
 * picture described once and written as SVG or as PNG, without a browser. {@link dev.whence.report.ColorScale} is the one
 * place where a score becomes a colour; a sign is never told by colour alone.
 *
 * <p>The whole way from a result to a file:
 *
 * <pre>{@code
 * var example = Example.of("digit 17", "image", InputView.image(pixels, Layout.CHW));
 * Page page = AttributionPage.of("Why a seven?", attribution, List.of(example)).page();
 * page.write(Path.of("seven.html"));
 * }</pre>
 *
 * <p>Names and values are input from strangers: all text passes {@link dev.whence.report.Markup}, and a page forbids
 * itself every network access.
 */
@NullMarked
package dev.whence.report;

import org.jspecify.annotations.NullMarked;
