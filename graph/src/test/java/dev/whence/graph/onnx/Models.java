package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;

/** Small files made message by message, as no well-behaved writer would make them. */
final class Models {
    private Models() {}

    static ModelProto.Builder model(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(opset("", 17))
                .setGraph(graph);
    }

    static OperatorSetIdProto opset(String domain, long version) {
        return OperatorSetIdProto.newBuilder()
                .setDomain(domain)
                .setVersion(version)
                .build();
    }

    static GraphProto.Builder graph(String... nodes) {
        GraphProto.Builder out = GraphProto.newBuilder().setName("g");
        for (String n : nodes) {
            out.addNode(node(n));
        }
        return out;
    }

    /** A node from text such as {@code "y z = Split x"}. */
    static NodeProto.Builder node(String text) {
        String[] sides = text.split("=", -1);
        String[] right = sides[1].strip().split(" ", -1);
        NodeProto.Builder out = NodeProto.newBuilder()
                .setOpType(right[0])
                .addAllOutput(List.of(sides[0].strip().split(" ", -1)));
        for (int i = 1; i < right.length; i++) {
            out.addInput(right[i].equals("-") ? "" : right[i]);
        }
        return out;
    }

    static ValueInfoProto value(String name, long... shape) {
        TypeProto.Tensor.Builder type = TypeProto.Tensor.newBuilder().setElemType(1);
        for (long d : shape) {
            type.getShapeBuilder().addDimBuilder().setDimValue(d);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }

    static TensorProto.Builder tensor(String name, int type, long... shape) {
        TensorProto.Builder out = TensorProto.newBuilder().setName(name).setDataType(type);
        for (long d : shape) {
            out.addDims(d);
        }
        return out;
    }

    static TensorProto.Builder external(TensorProto.Builder tensor, String... entries) {
        tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL);
        for (int i = 0; i < entries.length; i += 2) {
            tensor.addExternalData(
                    StringStringEntryProto.newBuilder().setKey(entries[i]).setValue(entries[i + 1]));
        }
        return tensor;
    }

    static FunctionProto.Builder function(String name, List<String> in, List<String> out, String... nodes) {
        FunctionProto.Builder f = FunctionProto.newBuilder()
                .setDomain("f")
                .setName(name)
                .addAllInput(in)
                .addAllOutput(out)
                .addOpsetImport(opset("", 17))
                .addOpsetImport(opset("f", 1));
        for (String n : nodes) {
            f.addNode(node(n));
        }
        return f;
    }

    static AttributeProto.Builder whole(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value);
    }

    static AttributeProto.Builder reference(String name, String of, AttributeProto.AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setRefAttrName(of).setType(type);
    }

    static AttributeProto.Builder subgraph(String name, GraphProto.Builder graph) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(graph);
    }
}
