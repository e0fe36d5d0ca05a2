/**
 * Changes of a graph that keep what it computes and make it easier to explain: exporters spell one thing in many ways, and a
 * method that looks for a rectifier must find it however it is spelled.
 *
 * <pre>{@code
 * Rewritten rewritten = Rewrites.apply(graph, Rewrites.STANDARD);
 * rewritten.graph();                 // the better spelling
 * rewritten.nodes().get("relu_7");   // which nodes of the user's graph this one stands for
 * }</pre>
 *
 * <p>The user's graph never changes. Every rewrite is one constant of {@link dev.whence.graph.rewrite.Rewrites} with a
 * drawing of before and after; the graph is checked after every one.
 */
@NullMarked
package dev.whence.graph.rewrite;

import org.jspecify.annotations.NullMarked;
