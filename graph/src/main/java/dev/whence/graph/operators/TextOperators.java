package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import dev.whence.graph.Variable;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Strings: StringConcat, StringSplit, StringNormalizer, RegexFullMatch. Nothing of them can be attributed. */
final class TextOperators {
    /** More characters than a sound expression looks at; an unsound one would look for ever. */
    private static final long MOST_LOOKS = 50_000_000;

    private TextOperators() {}

    /** Two strings as one, element by element. */
    static final Operator STRING_CONCAT = Operator.named("StringConcat")
            .since(20)
            .structural((interpreter, node, in) -> List.of(new Variable.Texts(joined(texts(in, 0), texts(in, 1)))))
            .build();

    /** The parts of each string between delimiters, and how many there are. */
    static final Operator STRING_SPLIT = Operator.named("StringSplit")
            .since(20)
            .structural((interpreter, node, in) -> {
                Constant x = texts(in, 0);
                Attributes at = node.attributes();
                long most = at.integer("maxsplit", Integer.MAX_VALUE);
                List<List<String>> parts = x.texts().stream()
                        .map(t -> split(t, at.text("delimiter", ""), most))
                        .toList();
                int width = parts.stream().mapToInt(List::size).max().orElse(0);
                Sizes.inJava(parts.size(), width);
                List<String> padded = new ArrayList<>();
                for (List<String> some : parts) {
                    padded.addAll(some);
                    padded.addAll(java.util.Collections.nCopies(width - some.size(), ""));
                }
                long[] shape = Arrays.copyOf(x.shape(), x.shape().length + 1);
                shape[shape.length - 1] = width;
                long[] counts = parts.stream().mapToLong(List::size).toArray();
                Tensor count = Tensor.of(NdArray.of(counts, x.shape()));
                return List.of(
                        new Variable.Texts(Constant.ofTexts(padded, shape)), interpreter.constant("count", count));
            })
            .build();

    /** Strings without stop words, in one case. */
    static final Operator STRING_NORMALIZER = Operator.named("StringNormalizer")
            .since(10)
            .structural(
                    (interpreter, node, in) -> List.of(new Variable.Texts(normalized(texts(in, 0), node.attributes()))))
            .build();

    /** Whether each string matches a regular expression as a whole. */
    static final Operator REGEX_FULL_MATCH = Operator.named("RegexFullMatch")
            .since(20)
            .structural((interpreter, node, in) -> {
                Constant x = texts(in, 0);
                Pattern pattern = pattern(node.attributes().text("pattern"));
                long[] matches = x.texts().stream()
                        .mapToLong(t -> pattern.matcher(new Looks(t)).matches() ? 1 : 0)
                        .toArray();
                NdArray array = NdArray.ofIntegers(NdArray.Type.BOOL, matches, x.shape());
                return List.of(interpreter.constant("matches", Tensor.of(array)));
            })
            .build();

    static final List<Operator> ALL = List.of(STRING_CONCAT, STRING_SPLIT, STRING_NORMALIZER, REGEX_FULL_MATCH);

    /** An input that must hold strings. */
    static Constant texts(@Nullable Variable[] in, int index) {
        if (index < in.length && in[index] instanceof Variable.Texts(Constant constant)) {
            return constant;
        }
        throw new WhenceException(
                ErrorCode.MODEL_INVALID,
                "input " + index + " must be strings, found " + (index < in.length ? in[index] : "nothing"));
    }

    private static Constant joined(Constant a, Constant b) {
        long[] shape = Broadcasting.shape(a.shape(), b.shape());
        int n = Sizes.inJava(shape);
        List<String> out = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            out.add(a.texts().get(place(i, shape, a.shape())) + b.texts().get(place(i, shape, b.shape())));
        }
        return Constant.ofTexts(out, shape);
    }

    /** Where an element of the broadcast shape comes from. */
    private static int place(int flat, long[] wide, long[] shape) {
        int rest = flat;
        long place = 0;
        long stride = 1;
        for (int axis = wide.length - 1; axis >= 0; axis--) {
            int index = (int) (rest % wide[axis]);
            rest = (int) (rest / wide[axis]);
            int own = axis - (wide.length - shape.length);
            if (own >= 0) {
                place += shape[own] == 1 ? 0 : index * stride;
                stride *= shape[own];
            }
        }
        return (int) place;
    }

    private static List<String> split(String text, String delimiter, long most) {
        List<String> out = new ArrayList<>();
        if (text.isEmpty()) {
            return out;
        }
        String rest = delimiter.isEmpty() ? text.strip() : text;
        while (!rest.isEmpty() || (!delimiter.isEmpty() && !out.isEmpty())) {
            int at = delimiter.isEmpty() ? firstBlank(rest) : rest.indexOf(delimiter);
            if (at < 0 || out.size() >= most) {
                out.add(rest);
                break;
            }
            out.add(rest.substring(0, at));
            rest = delimiter.isEmpty() ? rest.substring(at).stripLeading() : rest.substring(at + delimiter.length());
        }
        return out;
    }

    private static int firstBlank(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isWhitespace(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    private static Constant normalized(Constant x, Attributes at) {
        boolean sensitive = at.flag("is_case_sensitive", false);
        Locale locale = Locale.forLanguageTag(at.text("locale", "en-US").replace('_', '-'));
        Set<String> stop = new HashSet<>();
        at.texts("stopwords", List.of()).forEach(w -> stop.add(sensitive ? w : w.toLowerCase(locale)));
        List<String> out = new ArrayList<>();
        for (String text : x.texts()) {
            if (!stop.contains(sensitive ? text : text.toLowerCase(locale))) {
                out.add(
                        switch (at.text("case_change_action", "NONE")) {
                            case "LOWER" -> text.toLowerCase(locale);
                            case "UPPER" -> text.toUpperCase(locale);
                            default -> text;
                        });
            }
        }
        if (out.isEmpty()) {
            out.add("");
        }
        return x.shape().length == 2 ? Constant.ofTexts(out, 1, out.size()) : Constant.ofTexts(out, out.size());
    }

    private static Pattern pattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "attribute 'pattern' is no regular expression: " + e.getDescription(), e);
        }
    }

    /** A string that a regular expression may look at only so often, since some never come to an end. */
    private static final class Looks implements CharSequence {
        private final String text;
        private long left = MOST_LOOKS;

        Looks(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new WhenceException(
                        ErrorCode.OPERATOR_FAILED, "attribute 'pattern' takes for ever on a text of " + text.length());
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** An input of numbers that does not carry attribution: labels and words have no share in a difference. */
    static Slot unattributed(@Nullable Variable[] in, int index) {
        Slot slot = in[index] instanceof Slot s ? s : null;
        if (slot == null || slot.isActive()) {
            throw new WhenceException(
                    slot == null ? ErrorCode.MODEL_INVALID : ErrorCode.OPERATOR_NO_RULE,
                    slot == null
                            ? "input " + index + " must be a tensor"
                            : "input " + index + " depends on what is attributed, but labels carry no share of it");
        }
        return slot;
    }
}
