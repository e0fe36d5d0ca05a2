package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.explain.Lrp;
import dev.whence.explain.TargetChoice;
import dev.whence.quantize.model.ExampleRows;
import dev.whence.quantize.model.LayerContribution;
import dev.whence.quantize.model.LayerContributions;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import dev.whence.quantize.pieces.PieceCache;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The work of {@code whence quantize layers}. */
final class LayerListing {
    private static final int BAR = 24;

    private final QuantizableModel model;
    private final LayerContributions contributions;
    private final Set<String> warnings;

    private LayerListing(QuantizableModel model, LayerContributions contributions, Set<String> warnings) {
        this.model = model;
        this.contributions = contributions;
        this.warnings = warnings;
    }

    static int run(QuantizeLayersCommand command) {
        Lrp rules = rules(command.rules);
        TargetChoice target = target(command.target);
        if (command.examples < 1) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Option --examples must be at least 1; found " + command.examples + ".");
        }
        PieceCache pieces = command.calibration.pieces();
        LayerListing listing;
        try (ConsoleProgress progress = command.common.progress(command.console, command.cancellation)) {
            CalibrationOptions.Read read = command.calibration.read(command.model, progress);
            Map<String, NdArray> some = ExampleRows.first(read.graph(), read.examples(), command.examples);
            QuantizableModel model = QuantizableModel.of(read.graph(), ExampleRows.first(read.graph(), some, 1));
            LayerContributions found = LayerContributions.of(pieces, model, some, rules, target);
            Set<String> warnings = new LinkedHashSet<>(read.notices());
            warnings.addAll(found.warnings());
            warnings.addAll(pieces.warnings());
            model.notes().forEach(note -> warnings.add(note.toString()));
            listing = new LayerListing(model, found, warnings);
        }
        command.cancellation.check();
        listing.warnings.forEach(sentence -> command.common.notice(command.console, "note: " + sentence));
        if (command.common.json) {
            command.console.out().println(listing.toJson());
        } else {
            listing.print(command.console);
        }
        return ExitCode.DONE;
    }

    private static Lrp rules(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "attnlrp" -> Lrp.ATTENTION;
            case "chefer" -> Lrp.CHEFER;
            default ->
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "There are no rules '" + text + "'" + Suggestions.ending(text, List.of("attnlrp", "chefer"))
                                + " There are attnlrp, chefer.");
        };
    }

    private static TargetChoice target(String text) {
        if (text.equals("max")) {
            return new TargetChoice.ArgMax();
        }
        try {
            return new TargetChoice.Index(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Option --target must be a class's number or max; found '" + text + "'.", e);
        }
    }

    private void print(Console console) {
        PrintWriter out = console.out();
        Ink ink = new Ink(console);
        int width = 5;
        for (QuantizableLayer layer : model.layers()) {
            width = Math.max(width, Auditing.ending(layer.name()).length());
        }
        double[] shares = contributions.normalized();
        int[] ranks = contributions.ranks();
        double most = 0;
        for (double share : shares) {
            most = Math.max(most, share);
        }
        String format = "%-" + width + "s  %-12s %10s %12s  %7s  %7s  %4s  ";
        out.println(ink.bold(
                String.format(Locale.ROOT, format, "layer", "kind", "weights", "MACs", "share", "spread", "rank")));
        for (int i = 0; i < shares.length; i++) {
            QuantizableLayer layer = model.layers().get(i);
            LayerContribution one = contributions.layers().get(i);
            out.print(String.format(
                    Locale.ROOT,
                    format,
                    Auditing.ending(layer.name()),
                    layer.kind().text(),
                    layer.parameters() == 0 ? "" : String.valueOf(layer.parameters()),
                    layer.multiplyAccumulates(),
                    String.format(Locale.ROOT, "%.2f %%", 100 * shares[i]),
                    one.mean() == 0 ? "" : String.format(Locale.ROOT, "%.0f %%", 100 * one.deviation() / one.mean()),
                    ranks[i]));
            out.println(ink.bar(most == 0 ? 0 : shares[i] / most, true, BAR));
        }
        out.println();
        out.println(String.format(
                Locale.ROOT,
                "%d layer%s, %,d weights, %,d multiplications for one example; %s of %d example%s",
                shares.length,
                shares.length == 1 ? "" : "s",
                model.parameters(),
                model.multiplyAccumulates(),
                contributions.target(),
                contributions.values().length,
                contributions.values().length == 1 ? "" : "s"));
    }

    private String toJson() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", "whence-layers");
        all.put("version", 1);
        all.put("target", contributions.target());
        all.put("examples", contributions.values().length);
        double[] shares = contributions.normalized();
        int[] ranks = contributions.ranks();
        List<Object> layers = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            QuantizableLayer layer = model.layers().get(i);
            LayerContribution found = contributions.layers().get(i);
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", layer.name());
            one.put("kind", layer.kind().text());
            one.put("block", layer.block());
            one.put("parameters", layer.parameters());
            one.put("multiplyAccumulates", layer.multiplyAccumulates());
            one.put("contribution", found.mean());
            one.put("deviation", found.deviation());
            one.put("signed", found.signedMean());
            one.put("positive", found.positiveMean());
            one.put("share", shares[i]);
            one.put("rank", ranks[i]);
            layers.add(one);
        }
        all.put("layers", layers);
        all.put("warnings", List.copyOf(warnings));
        return JsonLine.write(all);
    }
}
