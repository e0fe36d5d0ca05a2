package dev.whence.report;

import java.awt.image.BufferedImage;

/** The key of the diverging scale: its colours with the numbers at both ends and zero, and what the signs mean. */
final class Legend {
    private Legend() {}

    static Block block(double limit, String remark) {
        return () -> {
            Markup out = new Markup().open("div", "class", "legend");
            out.element("span", Numbers.signed(-limit) + " lowers");
            out.element("span", "", "class", "ramp", "role", "img", "aria-label", "colours from negative to positive");
            out.element("span", "raises " + Numbers.signed(limit)).close("div");
            if (!remark.isEmpty()) {
                out.element("p", remark, "class", "remark");
            }
            return out.toString();
        };
    }

    static Drawing drawing(double limit, double width) {
        BufferedImage ramp = Pixels.blank(129, 1);
        for (int x = 0; x < 129; x++) {
            ramp.setRGB(x, 0, ColorScale.DIVERGING.rgb((x - 64) / 64.0));
        }
        return Drawing.of(width, 30, "colour scale from " + Numbers.signed(-limit) + " to " + Numbers.signed(limit))
                .pixels(ramp, 0, 0, width, 10)
                .text(Numbers.signed(-limit) + " lowers", 0, 24, 11, Drawing.Anchor.START, Ink.MUTED)
                .text("0", width / 2, 24, 11, Drawing.Anchor.MIDDLE, Ink.MUTED)
                .text("raises " + Numbers.signed(limit), width, 24, 11, Drawing.Anchor.END, Ink.MUTED)
                .build();
    }
}
