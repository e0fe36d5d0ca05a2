/**
 * ONNX files: {@link dev.whence.graph.onnx.OnnxModel} reads one into a {@link dev.whence.graph.Graph},
 * {@link dev.whence.graph.onnx.OnnxExport} writes a graph back. The only package that sees protobuf.
 */
@NullMarked
package dev.whence.graph.onnx;

import org.jspecify.annotations.NullMarked;
