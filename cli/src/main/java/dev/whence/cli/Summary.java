package dev.whence.cli;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.ConvergenceReport;
import dev.whence.core.Ranking;
import dev.whence.core.Units;
import dev.whence.report.TextSpans;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An attribution as text for a terminal: what was explained, whether it adds up, and what contributed most. */
final class Summary {
    private static final int BAR = 24;
    private static final int LONGEST_NAME = 40;

    private final PrintWriter out;
    private final Ink ink;
    private final Session session;

    Summary(Console console, Session session) {
        this.out = console.out();
        this.ink = new Ink(console);
        this.session = session;
    }

    /**
     * Prints the first examples.
     *
     * @param attribution the result of the first examples at least
     * @param elements which element is explained of each example; may be empty
     * @param check whether it adds up
     * @param all how all examples came out
     * @param examples how many examples to print
     * @param most how many units of each
     */
    void print(Attribution attribution, List<Long> elements, Check check, Check.Tally all, int examples, int most) {
        heading(attribution);
        int shown = Math.min(examples, attribution.examples());
        for (int i = 0; i < shown; i++) {
            example(attribution, elements, check, i, most);
        }
        if (shown < all.examples()) {
            out.println();
            long more = all.examples() - shown;
            out.println(ink.faint("and " + more + (more == 1 ? " more example" : " more examples")
                    + "; -o FILE.json, .csv, .npy or .html keeps all, --show N prints more"));
        }
        if (all.examples() > 1) {
            out.println();
            out.println(colored(all));
        }
    }

    /** The heading and the sentence on all examples. */
    void brief(Attribution attribution, Check.Tally all) {
        heading(attribution);
        out.println("  " + colored(all));
    }

    private void heading(Attribution attribution) {
        String against = attribution.reference().description().equals("none")
                ? ""
                : " against " + attribution.reference().description();
        out.println(ink.bold(attribution.method().name()) + " explains "
                + attribution.target().node() + " ["
                + shortened(attribution.target().selection(), 60) + "] of "
                + session.model().getFileName() + against);
    }

    private String colored(Check.Tally all) {
        return all.isClean() ? ink.good(all.sentence()) : ink.bad(all.sentence());
    }

    private void example(Attribution attribution, List<Long> elements, Check check, int index, int most) {
        ConvergenceReport.Example example = check.report().examples().get(index);
        out.println();
        String name = ExampleViews.name(session, index);
        out.println(ink.bold(name) + (index < elements.size() ? ": " + element(elements.get(index)) : ""));
        boolean compares = !attribution.reference().description().equals("none");
        line("value at the input", number(example.target()));
        if (compares) {
            line("value at the reference", number(example.reference()));
        }
        line("sum of contributions", number(attribution.sum(index)));
        String verdict = check.verdict(example);
        if (compares || attribution.method().completeness() != Completeness.NONE) {
            line(
                    "delta",
                    number(example.delta()) + "  " + (check.passed(example) ? ink.good(verdict) : ink.bad(verdict)));
        }
        texts(attribution, index);
        places(attribution, index, most);
    }

    /** The text of an example with its tokens marked; in brackets with their signs where there are no colours. */
    private void texts(Attribution attribution, int example) {
        for (Units units : attribution.units()) {
            if (!units.texts().isEmpty()) {
                out.println();
                out.println(text(units, example).indent(2).stripTrailing());
                out.println();
            }
        }
    }

    /** The marked text of one example. */
    String text(Units units, int example) {
        double[] scores = units.scores().rows(example, example + 1).toDoubles();
        TextSpans spans = TextSpans.of(units.name(), units.texts().get(example), scores);
        return ink.isColored() ? spans.ansi() : spans.plain();
    }

    private String element(long element) {
        String name = session.className(element);
        return "element " + element + (name.isEmpty() ? "" : " (" + name + ")");
    }

    private void line(String name, String value) {
        out.printf(Locale.ROOT, "  %-24s %s%n", name, value);
    }

    private void places(Attribution attribution, int example, int most) {
        if (most == 0) {
            return;
        }
        long units = 0;
        for (Units u : attribution.units()) {
            units += u.scores().size() / Math.max(1, attribution.examples());
        }
        List<Ranking.Place> top = Ranking.top(attribution, example, most, Ranking.Order.LARGEST);
        out.println(ink.faint("  the largest of " + units + (units == 1 ? " score" : " scores")));
        List<String> names = new ArrayList<>();
        boolean isText = attribution.units().stream().anyMatch(u -> !u.texts().isEmpty());
        top.forEach(place -> names.add(shortened(name(place, isText), LONGEST_NAME)));
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        double largest = top.isEmpty() ? 0 : Math.abs(top.getFirst().score());
        for (int i = 0; i < top.size(); i++) {
            double score = top.get(i).score();
            String bar = ink.bar(largest > 0 ? Math.abs(score) / largest : 0, score >= 0, BAR);
            out.printf(Locale.ROOT, "    %-" + Math.max(1, width) + "s %13s  %s%n", names.get(i), number(score), bar);
        }
    }

    /** What a unit is called: its label alone in a table, else input, place and label. */
    private static String name(Ranking.Place place, boolean isText) {
        if (place.index().size() == 1 && !place.label().isEmpty()) {
            return isText ? place.index() + " " + place.label().strip() : place.label();
        }
        String at = place.index().isEmpty() ? "" : place.index().toString();
        return place.input() + at + (place.label().isEmpty() ? "" : " " + place.label());
    }

    static String shortened(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 3) + "...";
    }

    /** Six significant digits. */
    static String number(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.6g", value);
    }
}
