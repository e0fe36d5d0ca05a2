package dev.whence.quantize.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.WhenceException;
import dev.whence.quantize.allocation.Budget.Resource;
import dev.whence.testkit.Cases;
import dev.whence.testkit.Cases.Draw;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllocationSolverTest {
    @Test
    void small_problems_have_the_optimum_of_trying_everything() {
        Cases.check(150, draw -> {
            List<LayerChoice> layers = layers(draw, draw.size(1, 6), draw.integer(1, 4));
            List<Budget> budgets = budgets(draw);
            double expected = bruteForce(layers, budgets, 0, new ArrayList<>());
            if (expected == Double.POSITIVE_INFINITY) {
                assertThatExceptionOfType(WhenceException.class)
                        .isThrownBy(() -> AllocationSolver.solve(layers, budgets));
                return;
            }

            Allocation found = AllocationSolver.solve(layers, budgets);

            assertThat(found.objective()).isCloseTo(expected, within(1e-9 * Math.abs(expected) + 1e-12));
            assertThat(found.gap()).isZero();
            assertThat(found.budgets())
                    .allSatisfy(use -> assertThat(use.slack()).isGreaterThan(-1e-9));
        });
    }

    @Test
    void a_hundred_layers_of_seven_widths_are_solved_with_proof() {
        Cases.check(10, draw -> {
            List<LayerChoice> layers = layers(draw, 100, 7);
            List<Budget> budgets = new ArrayList<>(Budget.average(draw.real(2.5, 7)));
            if (draw.truth()) {
                budgets.add(new Budget(Resource.KIBIBYTES, draw.real(6_000, 15_000)));
            }
            long start = System.nanoTime();

            Allocation found = AllocationSolver.solve(layers, budgets);

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(found.gap()).isZero();
        });
    }

    private static List<LayerChoice> layers(Draw draw, int count, int widths) {
        List<LayerChoice> layers = new ArrayList<>();
        boolean pairs = count < 10 && draw.integer(0, 3) == 0;
        for (int i = 0; i < count; i++) {
            long parameters = draw.integer(0, 4) == 0 ? 0 : draw.integer(1, 500_000);
            double contribution = Math.exp(draw.real(-4, 0));
            List<Width> all = new ArrayList<>();
            for (int w = 0; w < widths; w++) {
                all.add(pairs ? new Width(draw.integer(2, 8), draw.integer(2, 8)) : Width.of(2 + w));
            }
            double noise = draw.real(0, 0.5);
            double[] costs = all.stream()
                    .mapToDouble(width -> Objective.LRP.cost(contribution, 0, width) * (1 + noise * draw.real(-1, 1)))
                    .toArray();
            layers.add(new LayerChoice(
                    "layer " + i, parameters, draw.integer(1, 5_000_000), draw.integer(0, 4096), all, costs));
        }
        return layers;
    }

    private static List<Budget> budgets(Draw draw) {
        return switch (draw.integer(0, 4)) {
            case 0 -> List.of();
            case 1 -> List.of(new Budget(Resource.KIBIBYTES, draw.real(1, 1500)));
            case 2 ->
                List.of(
                        new Budget(Resource.KIBIBYTES, draw.real(1, 1500)),
                        new Budget(Resource.AVERAGE_WEIGHT_BITS, draw.real(2, 5)),
                        new Budget(Resource.MEGA_BIT_OPERATIONS, draw.real(1, 300)));
            default -> Budget.average(draw.integer(0, 1) == 0 ? draw.integer(2, 5) : draw.real(2, 5));
        };
    }

    private static double bruteForce(List<LayerChoice> layers, List<Budget> budgets, int layer, List<Width> widths) {
        if (layer == layers.size()) {
            boolean within = budgets.stream()
                    .allMatch(budget -> Allocation.used(budget, layers, widths) <= budget.limit() * (1 + 1e-13));
            return within ? 0 : Double.POSITIVE_INFINITY;
        }
        double best = Double.POSITIVE_INFINITY;
        LayerChoice choice = layers.get(layer);
        for (int i = 0; i < choice.widths().size(); i++) {
            widths.add(choice.widths().get(i));
            best = Math.min(best, choice.costs()[i] + bruteForce(layers, budgets, layer + 1, widths));
            widths.removeLast();
        }
        return best;
    }

    @Test
    void a_budget_below_the_smallest_widths_is_refused_with_the_smallest_possible_one() {
        List<LayerChoice> layers = List.of(
                new LayerChoice("a", 100, 1000, 0, List.of(Width.of(4), Width.of(8)), new double[] {2, 1}),
                new LayerChoice("b", 300, 1000, 0, List.of(Width.of(6)), new double[] {1}));

        assertThatExceptionOfType(WhenceException.class)
                .isThrownBy(() -> AllocationSolver.solve(layers, Budget.average(5)))
                .withMessageContaining("5.50000 average bits of a weight");
        assertThatExceptionOfType(WhenceException.class)
                .isThrownBy(() -> AllocationSolver.solve(List.of(), List.of()))
                .withMessageContaining("no layer");
    }

    @Test
    void pins_are_kept_and_an_exactly_used_budget_is_no_obstacle() {
        List<Width> widths = List.of(Width.of(2), Width.of(3), Width.of(4));
        List<LayerChoice> layers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            layers.add(new LayerChoice("layer " + i, 1000, 10, 0, widths, new double[] {16, 4, 1}));
        }
        layers.set(5, layers.get(5).only(width -> width.weightBits() == 2));

        Allocation found = AllocationSolver.solve(layers, Budget.average(3));

        assertThat(found.widths()).last().isEqualTo(Width.of(2));
        assertThat(found.used(Resource.AVERAGE_WEIGHT_BITS)).isLessThanOrEqualTo(3);
        assertThat(AllocationSolver.solve(layers, Budget.average(2)).widths()).containsOnly(Width.of(2));
    }

    @Test
    void of_layers_alike_the_earlier_get_the_larger_widths() {
        List<Width> widths = List.of(Width.of(2), Width.of(3), Width.of(4), Width.of(8));
        List<LayerChoice> layers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            layers.add(new LayerChoice("layer " + i, 1000, 10, 0, widths, new double[] {16, 4, 1, 0}));
        }

        Allocation found = AllocationSolver.solve(layers, Budget.average(3.4));

        int[] bits = found.widths().stream().mapToInt(Width::weightBits).toArray();
        int[] sorted = Arrays.stream(bits).map(b -> -b).sorted().map(b -> -b).toArray();
        assertThat(bits).containsExactly(sorted);
    }

    @Test
    void the_shadow_price_tells_what_a_little_more_would_buy() {
        Cases.check(5, draw -> {
            List<LayerChoice> layers = layers(draw, 60, 5);
            double limit = 60 * 250_000 * 3.2 / 8 / 1024;
            Allocation before = AllocationSolver.solve(layers, List.of(new Budget(Resource.KIBIBYTES, limit)));
            double more = limit / 50;

            Allocation after = AllocationSolver.solve(layers, List.of(new Budget(Resource.KIBIBYTES, limit + more)));

            double bought = before.objective() - after.objective();
            assertThat(bought / more / before.budgets().getFirst().shadowPrice())
                    .isBetween(0.5, 1.3);
        });
    }

    @Test
    void a_wider_frontier_costs_less_at_every_point() {
        List<LayerChoice> layers = layers(Cases.draws(1).findFirst().orElseThrow(), 20, 5);

        ParetoFrontier frontier = ParetoFrontier.of(layers, 12);

        assertThat(frontier.points()).hasSizeBetween(8, 13);
        assertThat(frontier.points().getFirst().allocation().widths()).containsOnly(Width.of(2));
        assertThat(frontier.points().getLast().allocation().objective())
                .isEqualTo(layers.stream()
                        .mapToDouble(layer -> Arrays.stream(layer.costs()).min().orElseThrow())
                        .sum());
    }

    @Test
    void the_uniform_allocation_is_the_largest_width_that_fits() {
        List<LayerChoice> layers = layers(Cases.draws(1).findFirst().orElseThrow(), 20, 5);
        layers.set(3, layers.get(3).only(width -> width.weightBits() == 2));

        Allocation uniform = AllocationSolver.uniform(layers, Budget.average(4.5));

        assertThat(uniform.widths().get(0)).isEqualTo(Width.of(4));
        assertThat(uniform.widths().get(3)).isEqualTo(Width.of(2));
        assertThat(uniform.objective())
                .isGreaterThanOrEqualTo(
                        AllocationSolver.solve(layers, Budget.average(4.5)).objective());
        assertThat(uniform.bound()).isLessThanOrEqualTo(uniform.objective());
    }
}
