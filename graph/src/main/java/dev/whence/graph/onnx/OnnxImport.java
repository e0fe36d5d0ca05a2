package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attribute;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns the messages of a file into a graph. Functions that the model brings along are replaced by their bodies;
 * everything else stays as the file has it.
 */
final class OnnxImport {
    /** The versions of the standard operators that Whence knows. */
    static final int FIRST_OPSET = 7;

    static final int LAST_OPSET = 25;

    /** Operators that meant in version 1 already what they mean in the first version that Whence knows. */
    private static final Set<String> SAME_IN_FIRST_OPSET = Set.of(
            "ArgMax",
            "ArgMin",
            "Constant",
            "Conv",
            "ConvTranspose",
            "DepthToSpace",
            "Flatten",
            "Gather",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "Identity",
            "LRN",
            "LogSoftmax",
            "MatMul",
            "MaxPool",
            "Not",
            "ReduceMax",
            "ReduceMean",
            "ReduceMin",
            "ReduceProd",
            "ReduceSum",
            "Shape",
            "Size",
            "Slice",
            "Softmax",
            "Softplus",
            "Softsign",
            "SpaceToDepth",
            "Squeeze",
            "Transpose",
            "Unsqueeze");

    /** How many operations calls of functions may add; functions that call functions can multiply without end. */
    private static final int MAX_CALLED = 100_000;

    private final TensorReader tensors;
    private final Map<String, FunctionProto> functions = new HashMap<>();
    private final UniqueNames valueNames = new UniqueNames();
    private int called;

    OnnxImport(TensorReader tensors) {
        this.tensors = tensors;
    }

    Graph model(ModelProto proto, Map<String, Integer> opsets) {
        for (FunctionProto f : proto.getFunctionsList()) {
            if (functions.putIfAbsent(key(f.getDomain(), f.getName(), f.getOverload()), f) != null) {
                throw invalid("the function '" + f.getName() + "' is defined twice");
            }
        }
        if (!functions.isEmpty()) {
            takeNames(proto.getGraph());
        }
        Graph.Builder out = graph(proto.getGraph(), OnnxScope.model(opsets));
        metadata(out, proto.getGraph().getMetadataPropsList());
        metadata(out, proto.getMetadataPropsList());
        return out.build();
    }

    /** The versions by domain; the standard domain's name is empty. */
    static Map<String, Integer> opsets(List<OperatorSetIdProto> imports) {
        Map<String, Integer> out = new LinkedHashMap<>();
        for (OperatorSetIdProto i : imports) {
            if (i.getVersion() < 1 || i.getVersion() > Short.MAX_VALUE) {
                throw invalid("the operators of domain '" + i.getDomain() + "' are imported in the impossible version "
                        + i.getVersion());
            }
            out.put(domain(i.getDomain()), (int) i.getVersion());
        }
        return out;
    }

    private static String domain(String given) {
        return given.equals("ai.onnx") ? "" : given;
    }

    private static String key(String domain, String name, String overload) {
        return domain(domain) + "::" + name + (overload.isEmpty() ? "" : ":" + overload);
    }

    private void takeNames(GraphProto graph) {
        graph.getInputList().forEach(v -> valueNames.take(v.getName()));
        graph.getInitializerList().forEach(t -> valueNames.take(t.getName()));
        for (NodeProto node : graph.getNodeList()) {
            node.getOutputList().forEach(valueNames::take);
            for (AttributeProto a : node.getAttributeList()) {
                takeNames(a.getG());
                a.getGraphsList().forEach(this::takeNames);
            }
        }
    }

    private static void metadata(Graph.Builder out, List<StringStringEntryProto> entries) {
        entries.forEach(e -> out.metadata(e.getKey(), e.getValue()));
    }

    private Graph.Builder graph(GraphProto proto, OnnxScope scope) {
        Graph.Builder out = Graph.builder(proto.getName());
        if (scope.inFunction()) {
            bindFresh(proto, scope);
        }
        Map<String, Constant> constants = constants(proto);
        constants.forEach((name, c) -> out.constant(scope.resolve(name), c));
        for (ValueInfoProto v : proto.getInputList()) {
            if (!constants.containsKey(v.getName())) {
                out.input(value(v, scope, "an input"));
            }
        }
        nodes(proto.getNodeList(), scope, out);
        proto.getOutputList().forEach(v -> out.output(value(v, scope, "an output")));
        if (!scope.inFunction()) {
            proto.getValueInfoList().forEach(v -> out.declare(value(v, scope, "a declared value")));
        }
        return out;
    }

    private void bindFresh(GraphProto proto, OnnxScope scope) {
        proto.getInputList().forEach(v -> bindFresh(v.getName(), scope));
        proto.getInitializerList().forEach(t -> bindFresh(t.getName(), scope));
        proto.getSparseInitializerList().forEach(t -> bindFresh(t.getValues().getName(), scope));
        proto.getNodeList().forEach(n -> n.getOutputList().forEach(o -> bindFresh(o, scope)));
    }

    private void bindFresh(String name, OnnxScope scope) {
        if (!name.isEmpty() && !scope.isBound(name)) {
            scope.bind(name, valueNames.fresh(scope.prefix() + name));
        }
    }

    private Map<String, Constant> constants(GraphProto proto) {
        Map<String, Constant> out = new LinkedHashMap<>();
        proto.getInitializerList().forEach(t -> constant(out, t.getName(), tensors.read(t)));
        proto.getSparseInitializerList()
                .forEach(t -> constant(out, t.getValues().getName(), tensors.readSparse(t)));
        return out;
    }

    private static void constant(Map<String, Constant> out, String name, Constant constant) {
        if (name.isEmpty()) {
            throw invalid("a constant has no name");
        }
        if (out.putIfAbsent(name, constant) != null) {
            throw invalid("the constant '" + name + "' is defined twice");
        }
    }

    private static Value value(ValueInfoProto proto, OnnxScope scope, String what) {
        if (proto.getName().isEmpty()) {
            throw invalid(what + " has no name");
        }
        return new Value(scope.resolve(proto.getName()), OnnxTypes.read(proto.getType()));
    }

    private void nodes(List<NodeProto> protos, OnnxScope scope, Graph.Builder out) {
        UniqueNames names = new UniqueNames();
        protos.forEach(p -> names.take(p.getName()));
        Set<String> used = new HashSet<>();
        for (NodeProto p : protos) {
            boolean own = !p.getName().isEmpty() && used.add(p.getName());
            String name = own && !scope.inFunction() ? p.getName() : names.fresh(scope.prefix() + base(p));
            node(p, name, scope, out, names);
        }
    }

    /** The node's name, or one made from its operator and first output. */
    private static String base(NodeProto proto) {
        if (!proto.getName().isEmpty()) {
            return proto.getName();
        }
        boolean named = proto.getOutputCount() > 0 && !proto.getOutput(0).isEmpty();
        return named ? proto.getOpType() + "_" + proto.getOutput(0) : proto.getOpType();
    }

    private void node(NodeProto proto, String name, OnnxScope scope, Graph.Builder out, UniqueNames names) {
        if (scope.inFunction() && ++called > MAX_CALLED) {
            throw invalid("calls of its functions add more than " + MAX_CALLED + " nodes");
        }
        if (proto.getOpType().isEmpty() || name.isEmpty()) {
            throw invalid("node '" + name + "' names no operator");
        }
        List<String> inputs = proto.getInputList().stream().map(scope::resolve).toList();
        List<String> outputs =
                proto.getOutputList().stream().map(scope::resolve).toList();
        Attributes attributes = attributes(proto, name, scope);
        String key = key(proto.getDomain(), proto.getOpType(), proto.getOverload());
        FunctionProto function = functions.get(key);
        String domain = domain(proto.getDomain());
        Node node = new Node(
                name,
                domain,
                proto.getOpType(),
                function == null ? opset(domain, proto.getOpType(), name, scope) : 1,
                inputs,
                outputs,
                attributes);
        if (function == null) {
            out.node(node);
        } else {
            call(key, function, node, scope, out, names);
        }
    }

    private static int opset(String domain, String operator, String node, OnnxScope scope) {
        Integer version = scope.opset(domain);
        if (version == null) {
            throw invalid("node '" + node + "' is of domain '" + domain + "', of which no version is imported");
        }
        if (!domain.isEmpty()) {
            return version;
        }
        if (version < FIRST_OPSET && SAME_IN_FIRST_OPSET.contains(operator)) {
            return FIRST_OPSET;
        }
        if (version < FIRST_OPSET || version > LAST_OPSET) {
            throw new WhenceException(
                    ErrorCode.OPERATOR_UNSUPPORTED,
                    "node '" + node + "' uses " + operator + " of version " + version
                            + " of the ONNX operators; versions " + FIRST_OPSET + " to " + LAST_OPSET
                            + " are supported");
        }
        return version;
    }

    /** Puts the body of a function in the place of its call. */
    private void call(String key, FunctionProto f, Node node, OnnxScope scope, Graph.Builder out, UniqueNames names) {
        if (node.inputs().size() > f.getInputCount() || node.outputs().size() > f.getOutputCount()) {
            throw invalid(
                    "node '" + node.name() + "' gives the function " + key + " more inputs or outputs than it has");
        }
        OnnxScope body = scope.call(key, opsets(f.getOpsetImportList()), arguments(f, node, scope), node.name() + "/");
        for (int i = 0; i < f.getInputCount(); i++) {
            body.bind(f.getInput(i), node.hasInput(i) ? node.inputs().get(i) : "");
        }
        Map<String, String> copies = new LinkedHashMap<>();
        for (int i = 0; i < node.outputs().size(); i++) {
            String to = node.outputs().get(i);
            if (!to.isEmpty() && body.isBound(f.getOutput(i))) {
                copies.put(to, body.resolve(f.getOutput(i)));
            } else if (!to.isEmpty()) {
                body.bind(f.getOutput(i), to);
            }
        }
        f.getNodeList().forEach(n -> n.getOutputList().forEach(o -> bindFresh(o, body)));
        for (NodeProto p : f.getNodeList()) {
            node(p, names.fresh(body.prefix() + base(p)), body, out, names);
        }
        copies.forEach((to, from) -> out.node(new Node(
                names.fresh(body.prefix() + "Identity_" + to),
                "",
                "Identity",
                opset("", "Identity", node.name(), body),
                List.of(from),
                List.of(to),
                Attributes.NONE)));
    }

    /** The values of a function's attributes at a call: given ones first, then defaults. */
    private Map<String, Attribute> arguments(FunctionProto f, Node node, OnnxScope scope) {
        Map<String, Attribute> out = new HashMap<>();
        for (AttributeProto a : f.getAttributeProtoList()) {
            if (a.getRefAttrName().isEmpty()) {
                out.put(a.getName(), attribute(a, node.name(), scope));
            }
        }
        for (String name : node.attributes().names()) {
            Attribute given = node.attributes().get(name);
            if (given != null) {
                out.put(name, given);
            }
        }
        return out;
    }

    private Attributes attributes(NodeProto proto, String node, OnnxScope scope) {
        Map<String, Attribute> out = new LinkedHashMap<>();
        for (AttributeProto a : proto.getAttributeList()) {
            Attribute value = a.getRefAttrName().isEmpty()
                    ? attribute(a, node, scope)
                    : referred(a.getRefAttrName(), node, scope);
            boolean sparse =
                    a.getName().equals("sparse_value") && proto.getOpType().equals("Constant");
            String name = sparse ? "value" : a.getName();
            if (value != null && out.putIfAbsent(name, value) != null) {
                throw invalid("node '" + node + "' has the attribute '" + name + "' twice");
            }
        }
        return Attributes.of(out);
    }

    private static @Nullable Attribute referred(String name, String node, OnnxScope scope) {
        if (!scope.inFunction()) {
            throw invalid(
                    "node '" + node + "' refers to the attribute '" + name + "' of a function, but stands in none");
        }
        return scope.argument(name);
    }

    private Attribute attribute(AttributeProto a, String node, OnnxScope scope) {
        return switch (type(a)) {
            case FLOAT -> new Attribute.Real(a.getF());
            case INT -> new Attribute.Whole(a.getI());
            case STRING -> new Attribute.Text(a.getS().toStringUtf8());
            case TENSOR -> new Attribute.Tensor(tensors.read(a.getT()));
            case SPARSE_TENSOR -> new Attribute.Tensor(tensors.readSparse(a.getSparseTensor()));
            case GRAPH -> new Attribute.Subgraph(graph(a.getG(), scope.inner()).buildInner());
            case TYPE_PROTO -> new Attribute.Type(OnnxTypes.read(a.getTp()));
            case FLOATS ->
                new Attribute.Reals(
                        a.getFloatsList().stream().map(Float::doubleValue).toList());
            case INTS -> new Attribute.Wholes(a.getIntsList());
            case STRINGS ->
                new Attribute.Texts(a.getStringsList().stream()
                        .map(ByteString::toStringUtf8)
                        .toList());
            case TENSORS ->
                new Attribute.Tensors(
                        a.getTensorsList().stream().map(tensors::read).toList());
            case GRAPHS ->
                new Attribute.Subgraphs(a.getGraphsList().stream()
                        .map(g -> graph(g, scope.inner()).buildInner())
                        .toList());
            case SPARSE_TENSORS, TYPE_PROTOS, UNDEFINED ->
                throw invalid("node '" + node + "' has the attribute '" + a.getName() + "' of type " + type(a)
                        + ", which is not supported");
        };
    }

    /** The declared type; files of the first years declare none, and the value that is there tells. */
    private static AttributeProto.AttributeType type(AttributeProto a) {
        if (a.getType() != AttributeProto.AttributeType.UNDEFINED) {
            return a.getType();
        }
        if (a.hasF()) {
            return AttributeProto.AttributeType.FLOAT;
        }
        if (a.hasI()) {
            return AttributeProto.AttributeType.INT;
        }
        if (a.hasS()) {
            return AttributeProto.AttributeType.STRING;
        }
        if (a.hasT()) {
            return AttributeProto.AttributeType.TENSOR;
        }
        if (a.hasG()) {
            return AttributeProto.AttributeType.GRAPH;
        }
        if (a.getFloatsCount() > 0) {
            return AttributeProto.AttributeType.FLOATS;
        }
        if (a.getStringsCount() > 0) {
            return AttributeProto.AttributeType.STRINGS;
        }
        return a.getIntsCount() > 0 ? AttributeProto.AttributeType.INTS : AttributeProto.AttributeType.UNDEFINED;
    }

    static WhenceException invalid(String what) {
        return new WhenceException(ErrorCode.MODEL_INVALID, what);
    }
}
