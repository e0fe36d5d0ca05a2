package dev.whence.report;

import dev.whence.core.Attribution;
import dev.whence.core.Units;
import java.util.List;

/** One example under several attributions, side by side: the scores of each with its own scale and its own sum. */
record Multiples(List<Attribution> attributions, List<String> labels, Example example, int index, double clip)
        implements Block {
    @Override
    public String html() {
        Markup out = new Markup();
        boolean pictures = attributions.getFirst().units().stream()
                .allMatch(units -> example.view(units.name()) instanceof InputView.Image);
        out.open("div", "class", pictures ? "multiples small" : "multiples");
        inputs(out);
        for (int i = 0; i < attributions.size(); i++) {
            Attribution attribution = attributions.get(i);
            out.open("div", "class", "multiple").element("h3", labels.get(i));
            for (Units units : attribution.units()) {
                if (attribution.units().size() > 1) {
                    out.element("h4", units.name());
                }
                out.block(Exhibit.of(units, index, example.view(units.name()), clip)
                        .compact());
            }
            out.block(SumBar.of(Proof.of(attribution, index))).close("div");
        }
        return out.close("div").toString();
    }

    /** Pictures are shown once; all other views show the input within the scores. */
    private void inputs(Markup out) {
        for (Units units : attributions.getFirst().units()) {
            if (example.view(units.name()) instanceof InputView.Image(var picture, var layout)) {
                out.open("div", "class", "multiple").element("h3", "Input " + units.name());
                Drawing drawing = Drawing.of(picture.getWidth(), picture.getHeight(), "input " + units.name())
                        .pixels(picture, 0, 0, picture.getWidth(), picture.getHeight())
                        .build();
                out.open("figure", "class", "map")
                        .open("div", "class", "panels")
                        .open("div", "class", "panel", "style", "--wide:280px");
                out.open("div", "class", "plate").raw(drawing.inlineSvg());
                out.close("div").close("div").close("div").close("figure").close("div");
            }
        }
    }
}
