package dev.whence.quantize.model;

import dev.whence.quantize.pieces.PieceForm;
import dev.whence.quantize.pieces.PieceReader;
import dev.whence.quantize.pieces.PieceWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How contributions are kept.
 *
 * @param model whose layers they are of
 * @param examples how many there are
 */
record ContributionForm(QuantizableModel model, int examples) implements PieceForm<LayerContributions> {
    @Override
    public void write(LayerContributions found, PieceWriter to) {
        to.text("target", found.target()).doubles("values", found.values());
        to.text("warnings", String.valueOf(found.warnings().size()));
        for (int i = 0; i < found.warnings().size(); i++) {
            to.text("warning" + i, found.warnings().get(i));
        }
        for (int i = 0; i < found.layers().size(); i++) {
            LayerContribution one = found.layers().get(i);
            to.doubles("absolute" + i, one.absolute());
            to.doubles("signed" + i, one.signed());
            to.doubles("positive" + i, one.positive());
        }
    }

    @Override
    public LayerContributions read(PieceReader from) {
        List<LayerContribution> layers = new ArrayList<>();
        for (int i = 0; i < model.layers().size(); i++) {
            layers.add(new LayerContribution(
                    model.layers().get(i).name(),
                    from.doubles("absolute" + i, examples),
                    from.doubles("signed" + i, examples),
                    from.doubles("positive" + i, examples)));
        }
        List<String> warnings = IntStream.range(0, Integer.parseInt(from.text("warnings")))
                .mapToObj(i -> from.text("warning" + i))
                .toList();
        return new LayerContributions(from.text("target"), from.doubles("values", examples), layers, warnings);
    }
}
