package dev.whence.quantize.evaluation;

import dev.whence.quantize.export.BudgetReport;
import dev.whence.quantize.export.LayerReport;
import dev.whence.report.Block;
import dev.whence.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a page says of the budgets that a file names. */
final class BudgetBlocks {
    private BudgetBlocks() {}

    /** How far each budget is used, added up from the layers. */
    static List<Block> of(List<BudgetReport> budgets, List<LayerReport> layers) {
        Table table = Table.of("Added up from the layers below", "Budget", "Limit", "Used", "Left");
        for (BudgetReport budget : budgets) {
            double used = budget.used(layers);
            table.row(
                    Table.Cell.text(budget.resource().unit()),
                    Table.Cell.number(budget.limit()),
                    Table.Cell.number(used),
                    Table.Cell.number(budget.limit() - used));
        }
        List<Block> blocks = new ArrayList<>(List.of(table));
        outside(budgets).ifPresent(blocks::add);
        return blocks;
    }

    /** Which layers do not count, if there are any. */
    static Optional<Block> outside(List<BudgetReport> budgets) {
        return budgets.stream()
                .filter(budget -> !budget.outside().isEmpty())
                .findFirst()
                .map(budget ->
                        Block.paragraph("Not counted in " + budget.resource().unit() + ": "
                                + String.join(", ", budget.outside())
                                + ", whose input is the network's and has a width of its own."));
    }
}
