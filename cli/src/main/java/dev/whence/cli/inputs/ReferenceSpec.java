package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the user wants an input compared with, as said on the command line. */
public sealed interface ReferenceSpec {
    /** What is possible, for help texts and messages. */
    String FORMS = "zeros, mean, blur[:SIGMA], constant:V, constant:V,V,... (one a channel), shuffled[:K],"
            + " dinucleotide-shuffled[:K], pad, token:TEXT or [NAME=]FILE";

    /** All zeros. */
    record Zeros() implements ReferenceSpec {}

    /** The mean of the examples that are read. */
    record Mean() implements ReferenceSpec {}

    /**
     * Each image blurred.
     *
     * @param sigma standard deviation of the Gaussian in pixels
     */
    record Blur(double sigma) implements ReferenceSpec {
        /** The width that is taken if none is said. */
        public static final double DEFAULT_SIGMA = 10;
    }

    /**
     * One value everywhere, or one a channel.
     *
     * @param values at least one, all finite
     */
    record Constant(List<Double> values) implements ReferenceSpec {
        /** Copies the values. */
        public Constant {
            values = List.copyOf(values);
        }
    }

    /**
     * Each sequence shuffled.
     *
     * @param count references for each sequence
     * @param dinucleotide whether the counts of neighbouring pairs are kept
     */
    record Shuffled(int count, boolean dinucleotide) implements ReferenceSpec {
        /** The number that is taken if none is said. */
        public static final int DEFAULT_COUNT = 20;
    }

    /**
     * Every token of a text replaced by another, but for those added around it.
     *
     * @param token what the vocabulary calls it, such as {@code [MASK]}
     */
    record Token(String token) implements ReferenceSpec {}

    /** Every token of a text replaced by padding, but for those added around it. */
    record Padding() implements ReferenceSpec {}

    /**
     * Read from a file, in any of the formats of inputs.
     *
     * @param name the model's input that it is for, or null
     * @param path the file
     */
    record File(@Nullable String name, Path path) implements ReferenceSpec {}

    /**
     * Any of the others but a file, for one of several inputs of a model.
     *
     * @param name the model's input
     * @param spec the reference for it
     */
    record ForInput(String name, ReferenceSpec spec) implements ReferenceSpec {}

    /** The model's input that this is for, if it is said. */
    default Optional<String> input() {
        return switch (this) {
            case File file -> Optional.ofNullable(file.name());
            case ForInput named -> Optional.of(named.name());
            case Zeros _, Mean _, Blur _, Constant _, Shuffled _, Token _, Padding _ -> Optional.empty();
        };
    }

    /** The text that {@link #parse} reads back, such as {@code shuffled:20}; it stands in results as the description. */
    default String text() {
        return switch (this) {
            case Zeros() -> "zeros";
            case Mean() -> "mean";
            case Blur(double sigma) -> "blur:" + number(sigma);
            case Constant(List<Double> values) ->
                values.stream().map(ReferenceSpec::number).collect(Collectors.joining(",", "constant:", ""));
            case Shuffled(int count, boolean pairs) -> (pairs ? "dinucleotide-shuffled:" : "shuffled:") + count;
            case Token(String token) -> "token:" + token;
            case Padding() -> "pad";
            case File(String name, Path path) -> (name == null ? "" : name + "=") + path;
            case ForInput(String name, ReferenceSpec spec) -> name + "=" + spec.text();
        };
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    /**
     * Reads what stands after {@code --reference}. A file that is named like one of the words is given as
     * {@code ./zeros}.
     *
     * @throws WhenceException if a word has a wrong value
     */
    static ReferenceSpec parse(String text) {
        String stripped = text.strip();
        if (stripped.isEmpty()) {
            throw new WhenceException(ErrorCode.USAGE, "The reference is empty; possible: " + FORMS + ".");
        }
        ReferenceSpec word = word(stripped);
        if (word != null) {
            return word;
        }
        int equals = stripped.indexOf('=');
        if (equals > 0) {
            ReferenceSpec named = word(stripped.substring(equals + 1));
            if (named != null) {
                return new ForInput(stripped.substring(0, equals), named);
            }
        }
        NamedFile file = NamedFile.parse(stripped);
        return new File(file.input(), file.path());
    }

    private static @Nullable ReferenceSpec word(String text) {
        int colon = text.indexOf(':');
        String word = colon < 0 ? text : text.substring(0, colon);
        @Nullable String value = colon < 0 ? null : text.substring(colon + 1);
        return switch (word) {
            case "zeros" -> alone(text, value, new Zeros());
            case "mean" -> alone(text, value, new Mean());
            case "blur" -> new Blur(value == null ? Blur.DEFAULT_SIGMA : width(text, value));
            case "constant" -> new Constant(constants(text, value));
            case "shuffled" -> new Shuffled(count(text, value), false);
            case "token" -> new Token(token(text, value));
            case "pad" -> alone(text, value, new Padding());
            case "dinucleotide-shuffled" -> new Shuffled(count(text, value), true);
            default -> {
                if (value != null && isWordLike(text)) {
                    throw wrong(text, "'" + word + "' is unknown");
                }
                yield null;
            }
        };
    }

    /** Whether a text with a colon is rather a misspelt word than a file. */
    private static boolean isWordLike(String text) {
        try {
            return text.matches("[a-z-]+:[-+0-9.,eE]*") && !java.nio.file.Files.exists(Path.of(text));
        } catch (InvalidPathException e) {
            return true;
        }
    }

    private static ReferenceSpec alone(String text, @Nullable String value, ReferenceSpec spec) {
        if (value != null) {
            throw wrong(text, "nothing may follow");
        }
        return spec;
    }

    private static String token(String text, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw wrong(text, "a token is wanted, such as token:[MASK]");
        }
        return value;
    }

    private static double width(String text, String value) {
        double sigma = number(text, value);
        if (!(sigma > 0)) {
            throw wrong(text, "the width of the blur must be greater than 0");
        }
        return sigma;
    }

    private static List<Double> constants(String text, @Nullable String value) {
        if (value == null) {
            throw wrong(text, "a value is wanted, such as constant:0.5");
        }
        List<Double> values = new ArrayList<>();
        for (String part : value.split(",", -1)) {
            values.add(number(text, part.strip()));
        }
        return values;
    }

    private static double number(String text, String value) {
        try {
            double number = Double.parseDouble(value);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrong(text, "'" + value + "' is not a number");
        }
        throw wrong(text, "'" + value + "' is not finite");
    }

    private static int count(String text, @Nullable String value) {
        if (value == null) {
            return Shuffled.DEFAULT_COUNT;
        }
        if (!value.matches("[1-9][0-9]{0,5}")) {
            throw wrong(text, "'" + value + "' is not a number of references, from 1 to 999999");
        }
        return Integer.parseInt(value);
    }

    private static WhenceException wrong(String text, String reason) {
        return new WhenceException(
                ErrorCode.USAGE, "Reference '" + text + "': " + reason + "; possible: " + FORMS + ".");
    }
}
