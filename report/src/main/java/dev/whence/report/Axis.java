package dev.whence.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A scale of numbers with round ticks.
 *
 * @param least value at its lower end
 * @param most value at its upper end, above {@code least}
 * @param ticks round values between both
 */
record Axis(double least, double most, List<Double> ticks) {
    private static final int STEPS = 5;

    /** An axis that covers the finite ones of the given values and, if asked, zero. */
    static Axis over(double[] values, boolean zero) {
        double least = zero ? 0 : Double.POSITIVE_INFINITY;
        double most = zero ? 0 : Double.NEGATIVE_INFINITY;
        for (double value : values) {
            if (Double.isFinite(value)) {
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
        }
        if (!(least <= most)) {
            least = 0;
            most = 1;
        }
        if (least == most) {
            double room = Math.max(Math.abs(least), 1) / 2;
            least -= room;
            most += room;
        }
        double step = step((most - least) / STEPS);
        double first = Math.floor(least / step) * step;
        double last = Math.ceil(most / step) * step;
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; first + i * step <= last + step / 2; i++) {
            ticks.add(first + i * step);
        }
        return new Axis(ticks.getFirst(), ticks.getLast(), List.copyOf(ticks));
    }

    /** The next of 1, 2, 5, 10, ... that is not smaller. */
    private static double step(double rough) {
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double lead = rough / power;
        return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    }

    /** Where a value stands, from 0 to 1. */
    double share(double value) {
        return (value - least) / (most - least);
    }

    /** A tick's text: no digits behind the step's own. */
    String label(double tick) {
        double step = ticks.get(1) - ticks.getFirst();
        double clean = Math.rint(tick / step) * step;
        return clean == 0 ? "0" : Numbers.plain(clean);
    }
}
