package dev.whence.graph;

import dev.whence.core.NdArray;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes {@code docs/reference/operators.md} from an operator set. */
final class OperatorsPage {
    /** The newest version of the standard domain that is read. */
    private static final int NEWEST = 25;

    private static final int OLDEST = 7;

    /** More inputs than any rule asks about. */
    private static final int MOST_INPUTS = 6;

    /** What rules ask for and has no default. */
    private static final Attributes ATTRIBUTES = Attributes.of("to", ElementType.FLOAT32.code());

    private static final String HEAD = """
            # Operators

            What Whence can run and explain. The table is generated from the list of operators in the code
            (`StandardOperators`); after a change there, write it anew with
            `mvn -pl graph -am test -Dtest=OperatorsPageTest -Dwhence.write=true`.

            - **opsets**: the versions of the domain in which the operator has this meaning, as far as the domain defines it
              there. The standard domain is read from version 7 to 25.
            - **forward**: *own*, written out *by parts* with smaller operators of this table, or *followed* (graphs inside it,
              lists and optional values are followed step by step, and so is everything that flows through them).
            - **gradient**: *own*, *by parts*, *followed*, or – where nothing flows back.
            - **DeepLIFT**: the rule, which depends on the inputs that carry attribution. *moves*: shares go where the values
              come from. *scales*: multiplied by a constant. *weighs*: Linear rule over constant weights. *function*: Rescale
              or RevealCancel. *product*, *quotient*, *two players*: shared among two inputs. *selects*: cross-max routing.
              *chooses*: by a condition. *parts*: by smaller operators. –: it stops here (whole numbers, truth values,
              jumps), which is refused if the target depends on it.
            - **LRP**: *moves*: relevance goes where the values come from; sums share in proportion to the values. *passes*:
              unchanged (a batch normalisation that cannot be folded: epsilon rule). *weighs*: the rule that the method gives
              to the layer. *halves*: a product shares in halves, what normalises gets nothing. *numerator*: all to the first
              input. *winner*: all to the largest. *chosen*, *parts*, – as for DeepLIFT.
            """;

    private static final String TAIL = """

            ## What is left out

            Of the standard's own test cases that `ConformanceTest` runs, these do not pass (the names are in
            `graph/src/test/resources/conformance-ratchet.txt`):

            | what | why |
            |---|---|
            | `Adagrad`, `Adam`, `Momentum`, `Gradient` (domain `ai.onnx.preview.training`) | they train a network; Whence explains trained ones |
            | `Dropout` in training mode | it is the identity here, as in every network that is used; the cases want the numbers that one random generator gave |
            | `Bernoulli`, `RandomNormal`, `RandomUniform`, `Multinomial`: the numbers | they run, with a generator of our own; the standard fixes no generator |
            | `ImageDecoder` | pictures are read by the command (PNG, JPEG, BMP), before the network; JPEG 2000 and WebP are not |
            | complex tensors as constants or inputs | no operator of a network that is explained takes them; `DFT` and `STFT` have real and imaginary parts on an axis |
            | `Attention` with `softcap` and a mask, or `qk_matmul_output_mode` 1 and 2 | the cap comes before the mask, as the standard has it since its text was mended and as ONNX Runtime does it; the cases are older |
            | `Resize` with `align_corners` and scales that leave a part of a pixel | positions go by the whole number of pixels, as in ONNX Runtime and PyTorch; the cases count the part |
            | `QLinearMatMul` on int8 beyond the range | the result stays at the end of the range, as the standard says; the cases have it wrap around |
            | `DFT`, inverse, opset 19: one case | the expected zeros are off by the rounding of another order of sums, 2e-7 |

            Numbers of 8 bits and fewer (`float8...`, `float4e2m1`, `int4`, `int2`, ...) are kept in wider types; casts and
            quantisation to them round, saturate and wrap as the narrow type does.

            Networks are run but not explained by DeepLIFT where a discrete choice lies on the way: `TopK`, `GatherElements`
            by such indices, `Round`, `Sign`, comparisons. The message names the node; `integrated-gradients` and
            `occlusion` need no rule.
            """;

    private OperatorsPage() {}

    static String of(OperatorSet set) {
        Map<String, List<Operator>> domains = new TreeMap<>();
        set.all()
                .forEach(o -> domains.computeIfAbsent(o.domain(), d -> new ArrayList<>())
                        .add(o));
        StringBuilder out = new StringBuilder(HEAD);
        domains.forEach((domain, operators) -> {
            out.append("\n## ").append(domain.isEmpty() ? "Standard domain (`ai.onnx`)" : "Domain `" + domain + "`");
            out.append("\n\n| operator | opsets | forward | gradient | DeepLIFT | LRP |\n|---|---|---|---|---|---|\n");
            for (int i = 0; i < operators.size(); i++) {
                boolean followed = i + 1 < operators.size()
                        && operators.get(i + 1).name().equals(operators.get(i).name());
                out.append(row(operators.get(i), followed ? operators.get(i + 1).since() - 1 : 0));
            }
        });
        return out.append(TAIL).toString();
    }

    private static String row(Operator operator, int last) {
        return "| " + operator.name() + " | " + opsets(operator, last) + " | " + forward(operator) + " | "
                + gradient(operator) + " | " + rule(operator) + " | " + relevance(operator) + " |\n";
    }

    private static String opsets(Operator operator, int last) {
        boolean standard = operator.domain().isEmpty();
        int first = standard ? Math.max(OLDEST, operator.since()) : operator.since();
        if (last == 0 && (!standard || first > NEWEST)) {
            return first + " on";
        }
        return first + " to " + (last == 0 ? NEWEST : last);
    }

    private static String forward(Operator operator) {
        return switch (operator.body()) {
            case Operator.Primitive p -> "own";
            case Operator.Inlined i -> "by parts";
            case Operator.Structural s -> "followed";
        };
    }

    private static String gradient(Operator operator) {
        return switch (operator.body()) {
            case Operator.Primitive p -> operator.gradient() == null ? "–" : "own";
            case Operator.Inlined i -> "by parts";
            case Operator.Structural s -> "followed";
        };
    }

    private static String rule(Operator operator) {
        return switch (operator.body()) {
            case Operator.Primitive p -> String.join(", ", rules(operator));
            case Operator.Inlined i -> "parts";
            case Operator.Structural s -> "followed";
        };
    }

    /** The LRP rules that go with the kinds. */
    private static String relevance(Operator operator) {
        Map<String, String> words = Map.ofEntries(
                Map.entry("scales", "passes"),
                Map.entry("function", "passes"),
                Map.entry("product", "halves"),
                Map.entry("two players", operator.name().equals("Pow") ? "halves" : "winner"),
                Map.entry("quotient", "numerator"),
                Map.entry("selects", "winner"),
                Map.entry("chooses", "chosen"));
        return Stream.of(rule(operator).split(", "))
                .map(word -> words.getOrDefault(word, word))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /** The rules that occur over the ways in which inputs can be active, asking the operator with small tensors. */
    private static Set<String> rules(Operator operator) {
        Set<String> found = new LinkedHashSet<>();
        try (TensorScope scope = TensorScope.open()) {
            for (int arity = 1; arity <= MOST_INPUTS; arity++) {
                int n = arity;
                IntStream.range(0, n).forEach(i -> ask(operator, n, Set.of(i), found));
                IntStream.range(1, n).forEach(i -> ask(operator, n, Set.of(0, i), found));
                ask(operator, n, IntStream.range(0, n).boxed().collect(Collectors.toSet()), found);
            }
        }
        if (found.size() > 1) {
            found.remove("–");
        }
        boolean carries = operator.gradient() != null || found.contains("parts");
        return found.isEmpty() ? Set.of("by occurrence") : carries ? found : Set.of("–");
    }

    private static void ask(Operator operator, int arity, Set<Integer> active, Set<String> found) {
        @Nullable Slot[] slots = new @Nullable Slot[arity];
        List<String> names = new ArrayList<>();
        for (int i = 0; i < arity; i++) {
            Tensor tensor = Tensor.full(1, NdArray.Type.FLOAT32, 1, 1, 1, 1);
            names.add("x" + i);
            slots[i] = new Slot("x" + i, tensor, active.contains(i), true);
        }
        Node node = new Node("node", operator.domain(), operator.name(), NEWEST, names, List.of("y"), ATTRIBUTES);
        try {
            found.add(word(operator.kind(Call.forward(node, Precision.DECLARED, slots))));
        } catch (RuntimeException e) {
            // These inputs make no sense to this operator; others do.
        }
    }

    private static String word(Kind kind) {
        return switch (kind) {
            case Kind.Moving k -> "moves";
            case Kind.Scaling k -> "scales";
            case Kind.Weighted k -> "weighs";
            case Kind.Elementwise k -> "function";
            case Kind.Bilinear k -> "product";
            case Kind.Quotient k -> "quotient";
            case Kind.TwoPlayer k -> "two players";
            case Kind.Selecting k -> "selects";
            case Kind.Choice k -> "chooses";
            case Kind.Composite k -> "parts";
            case Kind.Blocking k -> "–";
        };
    }
}
