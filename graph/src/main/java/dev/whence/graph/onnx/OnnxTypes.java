package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import dev.whence.graph.Dimension;
import dev.whence.graph.ElementType;
import dev.whence.graph.ValueType;
import java.util.List;

/** Declared types, from and to the file's messages. */
final class OnnxTypes {
    private OnnxTypes() {}

    static ValueType read(TypeProto proto) {
        return switch (proto.getValueCase()) {
            case TENSOR_TYPE ->
                new ValueType.Tensor(
                        ElementType.ofCode(proto.getTensorType().getElemType()).orElse(null),
                        proto.getTensorType().hasShape()
                                ? shape(proto.getTensorType().getShape())
                                : null);
            case SEQUENCE_TYPE ->
                new ValueType.Sequence(read(proto.getSequenceType().getElemType()));
            case OPTIONAL_TYPE ->
                new ValueType.Maybe(read(proto.getOptionalType().getElemType()));
            case MAP_TYPE ->
                new ValueType.Dictionary(
                        ElementType.ofCode(proto.getMapType().getKeyType()).orElse(ElementType.INT64),
                        read(proto.getMapType().getValueType()));
            case SPARSE_TENSOR_TYPE, OPAQUE_TYPE, VALUE_NOT_SET -> new ValueType.Unknown();
        };
    }

    private static List<Dimension> shape(TensorShapeProto proto) {
        return proto.getDimList().stream()
                .map(d -> d.hasDimValue() && d.getDimValue() >= 0
                        ? Dimension.of(d.getDimValue())
                        : Dimension.of(d.getDimParam()))
                .toList();
    }

    static TypeProto write(ValueType type) {
        TypeProto.Builder out = TypeProto.newBuilder();
        switch (type) {
            case ValueType.Tensor(ElementType element, List<Dimension> shape) -> {
                TypeProto.Tensor.Builder tensor =
                        TypeProto.Tensor.newBuilder().setElemType(element == null ? 0 : element.code());
                out.setTensorType(shape == null ? tensor : tensor.setShape(shape(shape)));
            }
            case ValueType.Sequence(ValueType element) ->
                out.setSequenceType(TypeProto.Sequence.newBuilder().setElemType(write(element)));
            case ValueType.Maybe(ValueType element) ->
                out.setOptionalType(TypeProto.Optional.newBuilder().setElemType(write(element)));
            case ValueType.Dictionary(ElementType key, ValueType value) ->
                out.setMapType(TypeProto.Map.newBuilder().setKeyType(key.code()).setValueType(write(value)));
            case ValueType.Unknown() -> {}
        }
        return out.build();
    }

    private static TensorShapeProto shape(List<Dimension> shape) {
        TensorShapeProto.Builder out = TensorShapeProto.newBuilder();
        for (Dimension d : shape) {
            TensorShapeProto.Dimension.Builder dimension = out.addDimBuilder();
            switch (d) {
                case Dimension.Fixed(long size) -> dimension.setDimValue(size);
                case Dimension.Symbolic(String name) when !name.isEmpty() -> dimension.setDimParam(name);
                case Dimension.Symbolic s -> {}
            }
        }
        return out.build();
    }
}
