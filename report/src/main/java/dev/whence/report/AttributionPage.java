package dev.whence.report;

import dev.whence.core.Attribution;
import dev.whence.core.Correlation;
import dev.whence.core.Provenance;
import dev.whence.core.Units;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The page of one attribution, or of several of the same examples side by side. For each example: what the input looks
 * like beside what contributed, and the sum that proves it; first a summary that leads to them, last how it was made.
 * Immutable.
 */
public final class AttributionPage {
    /** How many examples are drawn, unless told otherwise. */
    public static final int DEFAULT_EXAMPLES = 25;

    private final String title;
    private final List<Attribution> attributions;
    private final List<String> labels;
    private final List<Example> examples;
    private final String lead;
    private final int most;
    private final double clip;

    private AttributionPage(
            String title,
            List<Attribution> attributions,
            List<String> labels,
            List<Example> examples,
            String lead,
            int most,
            double clip) {
        this.title = title;
        this.attributions = attributions;
        this.labels = labels;
        this.examples = examples;
        this.lead = lead;
        this.most = most;
        this.clip = clip;
    }

    /** The page of one attribution; the first examples may be described, all others are drawn without a view. */
    public static AttributionPage of(String title, Attribution attribution, List<Example> examples) {
        return of(title, List.of(attribution), examples);
    }

    /**
     * The page of several attributions of the same examples.
     *
     * @param title the page's title
     * @param attributions at least one, all with the same number of examples
     * @param examples what the examples look like, in the order of the batch; may be shorter than the batch
     */
    public static AttributionPage of(String title, List<Attribution> attributions, List<Example> examples) {
        if (attributions.isEmpty()) {
            throw new IllegalArgumentException("a page needs at least one attribution");
        }
        int count = attributions.getFirst().examples();
        if (attributions.stream().anyMatch(a -> a.examples() != count) || examples.size() > count) {
            throw new IllegalArgumentException(
                    "attributions and examples must speak of the same " + count + " examples");
        }
        List<Attribution> copy = List.copyOf(attributions);
        return new AttributionPage(
                title,
                copy,
                Labels.of(copy),
                List.copyOf(examples),
                "What contributed to the result, and by how much?",
                DEFAULT_EXAMPLES,
                HeatMap.DEFAULT_CLIP);
    }

    /** The same page with another sentence below the title. */
    public AttributionPage withLead(String sentence) {
        return new AttributionPage(title, attributions, labels, examples, sentence, most, clip);
    }

    /** The same page with names for the attributions, one each; without it they are named by method and reference. */
    public AttributionPage withLabels(List<String> names) {
        if (names.size() != attributions.size()) {
            throw new IllegalArgumentException(names.size() + " names for " + attributions.size() + " attributions");
        }
        return new AttributionPage(title, attributions, List.copyOf(names), examples, lead, most, clip);
    }

    /** The same page with at most {@code count} examples drawn. */
    public AttributionPage withMostExamples(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1, found " + count);
        }
        return new AttributionPage(title, attributions, labels, examples, lead, count, clip);
    }

    /** The same page with another clipping of heat maps; see {@link HeatMap#withClip}. */
    public AttributionPage withClip(double share) {
        return new AttributionPage(title, attributions, labels, examples, lead, most, share);
    }

    private int count() {
        return attributions.getFirst().examples();
    }

    private int shown() {
        return Math.min(most, count());
    }

    private Example example(int index) {
        return index < examples.size() ? examples.get(index) : new Example("Example " + (index + 1), "", Map.of());
    }

    /** Makes the page. */
    public Page page() {
        Page.Builder page = Page.titled(title).lead(lead);
        page.section("summary", "Summary", summary(""));
        addRest(page, "", "");
        page.section("provenance", "How this was made", provenance());
        return page.build();
    }

    /**
     * Adds what this page holds to a page of several parts, its title being the heading and its lead the first paragraph.
     * How it was made is left out; see {@link #addProvenanceTo}.
     *
     * @param page the page of several parts
     * @param prefix what the anchors begin with: a word of letters and digits that no other part has
     */
    public void addTo(Page.Builder page, String prefix) {
        List<Block> start = new ArrayList<>(List.of(Block.paragraph(lead)));
        start.addAll(summary(prefix + "-"));
        page.section(prefix, title, start);
        addRest(page, prefix + "-", title + ": ");
    }

    private void addRest(Page.Builder page, String prefix, String owner) {
        if (attributions.size() > 1) {
            page.section(
                    prefix + "agreement",
                    owner.isEmpty() ? "Do they agree?" : owner + "do the methods agree?",
                    List.of(agreementNote(), agreement()));
        }
        for (int i = 0; i < shown(); i++) {
            page.section(prefix + "example-" + (i + 1), example(i).name(), exampleBlocks(i));
        }
    }

    /** Adds how this was made to a page of several parts; see {@link #addTo}. */
    public void addProvenanceTo(Page.Builder page, String prefix) {
        page.section(prefix + "-provenance", title + ": how this was made", provenance());
    }

    private List<Block> summary(String prefix) {
        List<Block> blocks = new ArrayList<>();
        blocks.add(attributions.size() == 1 ? verdict() : verdicts());
        notes().forEach((warning, owners) -> {
            boolean all = owners.size() == attributions.size();
            blocks.add(Block.note(all ? warning : String.join(", ", owners) + ": " + warning));
        });
        blocks.add(attributions.size() == 1 ? index(prefix) : comparedIndex(prefix));
        if (shown() < count()) {
            blocks.add(Block.note("The first " + shown() + " of " + count()
                    + " examples are drawn; the scores of all are in the JSON, CSV and npy results."));
        }
        return blocks;
    }

    /** Every warning with the names of those that carry it. */
    private Map<String, List<String>> notes() {
        Map<String, List<String>> owners = new LinkedHashMap<>();
        for (int i = 0; i < attributions.size(); i++) {
            for (String warning : attributions.get(i).warnings()) {
                owners.computeIfAbsent(warning, w -> new ArrayList<>()).add(labels.get(i));
            }
        }
        return owners;
    }

    /** One sentence on all examples, drawn or not. */
    private Block verdict() {
        Attribution attribution = attributions.getFirst();
        String sentence = "the scores of " + passed(attribution) + " of " + count()
                + (count() == 1 ? " example" : " examples") + " add up to what they explain; the largest ";
        return () -> new Markup()
                .open("p")
                .element("strong", labels.getFirst())
                .text(" explains " + targetName(attribution) + ": " + sentence)
                .element("span", "|δ| is " + Numbers.plain(worst(attribution)) + ".", "class", "delta")
                .close("p")
                .toString();
    }

    /** The same for several attributions, one a row. */
    private Block verdicts() {
        Table table = Table.of("", "Method", "Explains", "Reference", "Examples that add up", "Largest |δ|");
        for (int i = 0; i < attributions.size(); i++) {
            Attribution attribution = attributions.get(i);
            table.row(
                    Table.Cell.text(labels.get(i)),
                    Table.Cell.text(targetName(attribution)),
                    Table.Cell.text(attribution.reference().description()),
                    Table.Cell.text(passed(attribution) + " of " + count()),
                    Table.Cell.number(worst(attribution)));
        }
        return table;
    }

    private int passed(Attribution attribution) {
        return (int) IntStream.range(0, count())
                .filter(i -> Proof.of(attribution, i).verdict() == Proof.Verdict.PASS)
                .count();
    }

    private static double worst(Attribution attribution) {
        return Arrays.stream(attribution.delta()).map(Math::abs).max().orElse(0);
    }

    private static String targetName(Attribution attribution) {
        String selection = attribution.target().selection();
        return attribution.target().node() + (selection.isEmpty() ? "" : " [" + selection + "]");
    }

    private Block index(String prefix) {
        Table table = Table.of("Examples", "Example", "Check", "δ", "At the input", "At the reference");
        for (int i = 0; i < shown(); i++) {
            Proof proof = Proof.of(attributions.getFirst(), i);
            table.row(
                    link(prefix, i),
                    new Table.Cell.Judged(proof.verdict()),
                    Table.Cell.signed(proof.delta()),
                    Table.Cell.number(proof.target()),
                    Table.Cell.number(proof.reference()));
        }
        return table;
    }

    private Block comparedIndex(String prefix) {
        List<String> headers = new ArrayList<>(List.of("Example"));
        headers.addAll(labels);
        Table table = Table.of("Examples", headers.toArray(String[]::new));
        for (int i = 0; i < shown(); i++) {
            List<Table.Cell> row = new ArrayList<>(List.of(link(prefix, i)));
            for (Attribution attribution : attributions) {
                row.add(new Table.Cell.Judged(Proof.of(attribution, i).verdict()));
            }
            table.row(row);
        }
        return table;
    }

    private Table.Cell link(String prefix, int index) {
        return new Table.Cell.Link(example(index).name(), prefix + "example-" + (index + 1));
    }

    private Block agreementNote() {
        String over = count() == 1 ? "" : ", mean over " + count() + " examples";
        return Block.paragraph(
                "Rank correlation of the scores" + over + ": 1 is the same order of units, −1 the reverse order.");
    }

    /** The mean over all examples of the rank correlation of every pair. */
    private Block agreement() {
        int n = attributions.size();
        double[][] sums = new double[n][n];
        int[][] counted = new int[n][n];
        for (int example = 0; example < count(); example++) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    double found = correlation(i, j, example);
                    if (!Double.isNaN(found)) {
                        sums[i][j] += found;
                        counted[i][j]++;
                    }
                }
            }
        }
        List<String> headers = new ArrayList<>(List.of("Spearman's ρ"));
        headers.addAll(labels);
        Table table = Table.of("", headers.toArray(String[]::new));
        for (int i = 0; i < n; i++) {
            List<Table.Cell> row = new ArrayList<>(List.of(Table.Cell.text(labels.get(i))));
            for (int j = 0; j < n; j++) {
                int a = Math.max(i, j);
                int b = Math.min(i, j);
                row.add(new Table.Cell.Shade(i == j ? 1 : sums[a][b] / counted[a][b]));
            }
            table.row(row);
        }
        return table;
    }

    private double correlation(int one, int other, int example) {
        double[] first = Exhibit.allScores(attributions.get(one), example);
        double[] second = Exhibit.allScores(attributions.get(other), example);
        return first.length == second.length ? Correlation.spearman(first, second) : Double.NaN;
    }

    private List<Block> exampleBlocks(int index) {
        Example example = example(index);
        List<Block> blocks = new ArrayList<>();
        if (!example.note().isEmpty()) {
            blocks.add(() ->
                    new Markup().element("p", example.note(), "class", "remark").toString());
        }
        if (attributions.size() > 1) {
            blocks.add(new Multiples(attributions, labels, example, index, clip));
            return blocks;
        }
        Attribution attribution = attributions.getFirst();
        for (Units units : attribution.units()) {
            if (attribution.units().size() > 1) {
                blocks.add(() -> new Markup().element("h3", units.name()).toString());
            }
            blocks.add(
                    Exhibit.of(units, index, example.view(units.name()), clip).block());
        }
        blocks.add(SumBar.of(Proof.of(attribution, index)));
        return blocks;
    }

    private List<Block> provenance() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < attributions.size(); i++) {
            blocks.add(Table.facts(attributions.size() == 1 ? "" : labels.get(i), facts(attributions.get(i))));
        }
        return blocks;
    }

    private static Map<String, String> facts(Attribution attribution) {
        Provenance provenance = attribution.provenance();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Method", attribution.method().name());
        facts.put("Parameters", joined(attribution.method().parameters()));
        facts.put(
                "Promise",
                switch (attribution.method().completeness()) {
                    case EXACT -> "scores add up, to rounding";
                    case APPROXIMATE -> "scores add up the better the more work is done";
                    case NONE -> "none: scores need not add up";
                });
        facts.put("Target", targetName(attribution));
        facts.put("Reference", attribution.reference().description());
        facts.put("Model", provenance.modelHash());
        facts.put("Engine", provenance.engine());
        facts.put("Device", provenance.device());
        facts.put("Seed", Long.toString(provenance.seed()));
        facts.put("Time", provenance.time().toString());
        facts.put("Environment", joined(provenance.environment()));
        facts.values().removeIf(String::isEmpty);
        return facts;
    }

    private static String joined(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = " + setting.getValue())
                .collect(Collectors.joining(" · "));
    }
}
