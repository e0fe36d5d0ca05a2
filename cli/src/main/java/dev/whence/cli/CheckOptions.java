package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which check {@code whence audit} makes, and its settings. A command takes them in as a picocli mixin. */
final class CheckOptions {
    private static final double ALIKE = 0.5;

    /** The checks. */
    enum Kind {
        SUM,
        WEIGHTS,
        SHAPLEY
    }

    @Option(
            names = "--check",
            paramLabel = "CHECK",
            defaultValue = "sum",
            description = {
                "sum (the default): do contributions add up, node by node;",
                "weights: do scores change when weights are put into random order, layer by layer from the target back;",
                "shapley: how far are scores from Shapley values, by random permutations."
            })
    String check = "sum";

    @Option(
            names = "--stages",
            paramLabel = "N",
            description = "Check weights: most stages, each with as many further layers; one a layer without it.")
    @Nullable
    Integer stages;

    @Option(
            names = "--alike",
            paramLabel = "X",
            description = "Check weights: ends with exit code 3 if, with all weights in random order, the mean rank "
                    + "correlation with the original scores is above X; 0.5 without it.")
    @Nullable
    Double alike;

    @Option(
            names = "--examples",
            paramLabel = "N",
            description = "Check shapley: how many examples are drawn at random; 5 without it.")
    @Nullable
    Integer examples;

    @Option(
            names = "--permutations",
            paramLabel = "N",
            description = "Check shapley: random orders of each example's units; 10 without it.")
    @Nullable
    Integer permutations;

    @Option(
            names = "--players",
            paramLabel = "N",
            description = "Check shapley: where there are more units than this, neighbours are joined to blocks; 64 "
                    + "without it.")
    @Nullable
    Integer players;

    /** The check that is asked for; settings of another one are refused. */
    Kind kind() {
        Kind kind = switch (check.strip().toLowerCase(Locale.ROOT)) {
            case "sum" -> Kind.SUM;
            case "weights" -> Kind.WEIGHTS;
            case "shapley" -> Kind.SHAPLEY;
            default ->
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "There is no check '" + check + "'"
                                + Suggestions.ending(check, List.of("sum", "weights", "shapley"))
                                + " There are sum, weights, shapley.");
        };
        requireOwner("--stages", stages, Kind.WEIGHTS, kind);
        requireOwner("--alike", alike, Kind.WEIGHTS, kind);
        requireOwner("--examples", examples, Kind.SHAPLEY, kind);
        requireOwner("--permutations", permutations, Kind.SHAPLEY, kind);
        requireOwner("--players", players, Kind.SHAPLEY, kind);
        requireAtLeast("--stages", stages, 1);
        requireAtLeast("--examples", examples, 1);
        requireAtLeast("--permutations", permutations, 2);
        requireAtLeast("--players", players, 1);
        if (alike != null && !(alike >= -1 && alike <= 1)) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Option --alike must be a correlation from -1 to 1; found " + alike + ".");
        }
        return kind;
    }

    /** The correlation from which scores count as unchanged. */
    double limit() {
        return alike == null ? ALIKE : alike;
    }

    private static void requireOwner(String option, @Nullable Object given, Kind owner, Kind kind) {
        if (given != null && owner != kind) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Option " + option + " belongs to --check " + owner.name().toLowerCase(Locale.ROOT) + ", not to "
                            + kind.name().toLowerCase(Locale.ROOT) + ".");
        }
    }

    private static void requireAtLeast(String option, @Nullable Integer given, int least) {
        if (given != null && given < least) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Option " + option + " must be at least " + least + "; found " + given + ".");
        }
    }
}
