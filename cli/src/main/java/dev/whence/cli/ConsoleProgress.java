package dev.whence.cli;

import dev.whence.core.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Shows how far the work is: a bar that is drawn over on a terminal, a plain line every ten seconds in a pipe, JSON
 * events for programs. Stops the work when it was cancelled. Safe for use by several threads.
 */
final class ConsoleProgress implements Progress, AutoCloseable {
    /** How progress is shown. */
    enum Form {
        /** Not at all. */
        NONE(Duration.ZERO),
        /** One line with a bar, drawn over. */
        BAR(Duration.ofMillis(100)),
        /** Plain lines. */
        LINES(Duration.ofSeconds(10)),
        /** One JSON object a line. */
        EVENTS(Duration.ofSeconds(1));

        private final Duration pause;

        Form(Duration pause) {
            this.pause = pause;
        }
    }

    private static final int BAR_WIDTH = 24;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final Console console;
    private final Form form;
    private final Cancellation cancellation;

    private String label = "";
    private Instant began;
    private Instant shown;
    private boolean drawn;

    ConsoleProgress(Console console, Form form, Cancellation cancellation) {
        this.console = console;
        this.form = form;
        this.cancellation = cancellation;
        this.began = console.clock().instant();
        this.shown = began;
    }

    @Override
    public synchronized void step(long done, long total, String what) {
        cancellation.check();
        if (form == Form.NONE) {
            return;
        }
        Instant now = console.clock().instant();
        if (!what.equals(label)) {
            label = what;
            began = now;
            shown = now;
        }
        boolean last = total > 0 && done >= total;
        boolean due = !now.isBefore(shown.plus(form.pause));
        if (due || (last && form != Form.LINES)) {
            shown = now;
            show(done, total, seconds(began, now));
        }
    }

    /** Removes the bar, so that the next line starts clean. */
    @Override
    public synchronized void close() {
        if (drawn) {
            console.err().print(ERASE_LINE);
            console.err().flush();
            drawn = false;
        }
    }

    private void show(long done, long total, double seconds) {
        switch (form) {
            case NONE -> {}
            case BAR -> {
                console.err().print(ERASE_LINE + bar(done, total) + sentence(done, total, seconds));
                drawn = true;
            }
            case LINES -> console.err().println(sentence(done, total, seconds));
            case EVENTS -> console.err().println(JsonLine.progress(done, total, label, seconds));
        }
        console.err().flush();
    }

    private static String bar(long done, long total) {
        if (total <= 0) {
            return "";
        }
        int filled = Math.clamp(BAR_WIDTH * done / total, 0, BAR_WIDTH);
        return "[" + "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled) + "] ";
    }

    private String sentence(long done, long total, double seconds) {
        StringBuilder text = new StringBuilder();
        if (total > 0) {
            text.append(String.format(Locale.ROOT, "%3d%% %d of %d %s", 100 * done / total, done, total, label));
        } else {
            text.append(done).append(' ').append(label);
        }
        if (done > 0 && seconds > 0) {
            double rate = done / seconds;
            text.append(
                    rate >= 10 || rate == 0
                            ? String.format(Locale.ROOT, ", %.0f/s", rate)
                            : String.format(Locale.ROOT, ", %.2f/s", rate));
            if (total > done) {
                text.append(", ").append(time((total - done) / rate)).append(" left");
            }
        }
        return text.toString();
    }

    /** Seconds as a person reads them: {@code 8 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
    static String time(double seconds) {
        long whole = Math.max(1, Math.round(seconds));
        if (whole < 60) {
            return whole + " s";
        }
        if (whole < 3600) {
            return whole / 60 + " min " + whole % 60 + " s";
        }
        return whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e9;
    }
}
