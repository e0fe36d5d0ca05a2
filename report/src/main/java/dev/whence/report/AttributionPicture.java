package dev.whence.report;

import dev.whence.core.Attribution;
import dev.whence.core.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The attribution of one example, or of a few, as one picture that stands alone: scores beside the input, and the sum. */
public final class AttributionPicture {
    /** How many examples {@link #of(Attribution, List)} draws. */
    public static final int MOST_EXAMPLES = 8;

    private static final double MARGIN = 24;
    private static final double LEAST_WIDTH = 480;

    private AttributionPicture() {}

    /**
     * One example.
     *
     * @param attribution the result
     * @param index which example of the batch
     * @param example what it looks like
     */
    public static Drawing of(Attribution attribution, int index, Example example) {
        return frame(List.of(body(attribution, index, example)), "attribution of " + example.name());
    }

    /**
     * The first examples below each other, at most {@link #MOST_EXAMPLES}.
     *
     * @param examples what the examples look like, in the order of the batch; may be shorter than the batch
     */
    public static Drawing of(Attribution attribution, List<Example> examples) {
        List<Drawing> parts = new ArrayList<>();
        for (int i = 0; i < Math.min(MOST_EXAMPLES, attribution.examples()); i++) {
            Example example = i < examples.size() ? examples.get(i) : new Example("Example " + (i + 1), "", Map.of());
            parts.add(body(attribution, i, example));
        }
        if (attribution.examples() > MOST_EXAMPLES) {
            String note = "The first " + MOST_EXAMPLES + " of " + attribution.examples() + " examples.";
            parts.add(Drawing.of(LEAST_WIDTH, 20, note)
                    .text(note, 0, 14, 12, Drawing.Anchor.START, Ink.MUTED)
                    .build());
        }
        return frame(parts, "attribution by " + attribution.method().name());
    }

    private static Drawing frame(List<Drawing> parts, String description) {
        double width = parts.stream().mapToDouble(Drawing::width).max().orElse(LEAST_WIDTH);
        double height =
                parts.stream().mapToDouble(part -> part.height() + MARGIN).sum();
        Drawing.Builder all = Drawing.of(width + 2 * MARGIN, height + MARGIN, description);
        double y = MARGIN;
        for (Drawing part : parts) {
            all.place(part, MARGIN, y);
            y += part.height() + MARGIN;
        }
        return all.build();
    }

    private static Drawing body(Attribution attribution, int index, Example example) {
        List<Drawing> parts = new ArrayList<>();
        for (Units units : attribution.units()) {
            Drawing part = Exhibit.of(units, index, example.view(units.name()), HeatMap.DEFAULT_CLIP)
                    .drawing();
            parts.add(attribution.units().size() > 1 ? titled(units.name(), part) : part);
        }
        double width = parts.stream().mapToDouble(Drawing::width).reduce(LEAST_WIDTH, Math::max);
        parts.add(SumBar.of(Proof.of(attribution, index)).drawing(Math.min(width, 960)));
        double height = parts.stream().mapToDouble(part -> part.height() + 16).sum();
        Drawing.Builder all = Drawing.of(width, 44 + height, "attribution of " + example.name());
        String note = example.note().isEmpty() ? "" : " · " + example.note();
        all.bold(Lettering.fit(example.name(), 16, width), 0, 14, 16, Drawing.Anchor.START, Ink.TEXT);
        String under = attribution.method().name() + " · "
                + attribution.target().node() + " [" + attribution.target().selection() + "]" + note;
        all.text(Lettering.fit(under, 12, width), 0, 33, 12, Drawing.Anchor.START, Ink.MUTED);
        double y = 50;
        for (Drawing part : parts) {
            all.place(part, 0, y);
            y += part.height() + 16;
        }
        return all.build();
    }

    private static Drawing titled(String title, Drawing part) {
        return Drawing.of(part.width(), part.height() + 22, part.description())
                .bold(Lettering.fit(title, 13, part.width()), 0, 12, 13, Drawing.Anchor.START, Ink.TEXT)
                .place(part, 0, 22)
                .build();
    }
}
