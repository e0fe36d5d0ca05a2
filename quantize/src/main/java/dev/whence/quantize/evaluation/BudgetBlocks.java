package dev.whence.quantize.evaluation;

import dev.whence.quantize.export.BudgetReport;
import dev.whence.quantize.export.LayerReport;
import dev.whence.report.Block;
import dev.whence.report.Table;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a page says of the budgets that a file names. */
final class BudgetBlocks {
    /** Sums differ by rounding. */
    private static final double ROUNDING = 1e-6;

    private static final MathContext SHOWN = new MathContext(7);

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
        List<Block> blocks = new ArrayList<>();
        budgets.forEach(budget -> doubts(budget, budget.used(layers)).forEach(doubt -> blocks.add(Block.note(doubt))));
        blocks.add(table);
        outside(budgets).ifPresent(blocks::add);
        return blocks;
    }

    /** What is wrong with a budget of which so much is used. */
    private static List<String> doubts(BudgetReport budget, double used) {
        String unit = budget.resource().unit();
        double rounding = ROUNDING * Math.max(1, Math.abs(used));
        List<String> doubts = new ArrayList<>();
        if (used > budget.limit() + rounding) {
            doubts.add("The budget is exceeded: the limit is " + text(budget.limit()) + " " + unit
                    + ", and the layers add up to " + text(used) + ".");
        }
        if (Math.abs(used - budget.used()) > rounding) {
            doubts.add("The file says that " + text(budget.used()) + " " + unit + " are used, but its layers add up to "
                    + text(used) + ".");
        }
        return doubts;
    }

    private static String text(double number) {
        return new BigDecimal(number, SHOWN).stripTrailingZeros().toPlainString();
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
