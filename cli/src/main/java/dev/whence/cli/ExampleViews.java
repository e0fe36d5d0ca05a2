package dev.whence.cli;

import dev.whence.cli.inputs.InputKind;
import dev.whence.cli.inputs.LoadedInput;
import dev.whence.core.NdArray;
import dev.whence.report.AttributionPage;
import dev.whence.report.Example;
import dev.whence.report.InputView;
import dev.whence.report.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What examples look like to a person, from what the readers of inputs know about them. */
final class ExampleViews {
    private static final int SMALLEST_SIDE = 4;
    private static final int LETTERS = 4;

    private ExampleViews() {}

    /** The first examples, as many as a page draws. */
    static List<Example> of(Session session, List<Long> elements) {
        int count = session.examples();
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < Math.min(count, AttributionPage.DEFAULT_EXAMPLES); i++) {
            Map<String, InputView> views = new LinkedHashMap<>();
            for (Map.Entry<String, LoadedInput> input : session.inputs().entrySet()) {
                views.put(input.getKey(), view(input.getValue(), i));
            }
            textView(session, i, views);
            examples.add(new Example(name(session, i), note(session, elements, i), views));
        }
        return examples;
    }

    /** A text stands for its ids, and for the vectors of its tokens where a user asks for these. */
    private static void textView(Session session, int example, Map<String, InputView> views) {
        session.tokens().filter(tokens -> example < tokens.texts().size()).ifPresent(tokens -> {
            InputView view = new InputView.Text(tokens.texts().get(example));
            views.put(tokens.embedding().input(), view);
            views.put(tokens.embedding().value(), view);
        });
    }

    /** The name of an example: what the first input that has names calls it. */
    static String name(Session session, int example) {
        return session.inputs().values().stream()
                .filter(input -> !input.names().isEmpty())
                .findFirst()
                .orElse(session.inputs().values().iterator().next())
                .name(example);
    }

    private static String note(Session session, List<Long> elements, int example) {
        if (example >= elements.size()) {
            return "";
        }
        String name = session.className(elements.get(example));
        return "explained: element " + elements.get(example) + (name.isEmpty() ? "" : " (" + name + ")");
    }

    private static InputView view(LoadedInput input, int example) {
        NdArray values = input.values();
        if (values.rank() == 0 || values.size() == 0) {
            return new InputView.Generic();
        }
        int row = Math.min(example, input.examples() - 1);
        return switch (input.kind()) {
            case IMAGE ->
                row < input.pictures().size()
                        ? new InputView.Image(
                                input.pictures().get(row), input.channelAxis() == 1 ? Layout.CHW : Layout.HWC)
                        : new InputView.Generic();
            case SEQUENCE ->
                row < input.sequences().size()
                        ? InputView.sequence(input.sequences().get(row))
                        : new InputView.Generic();
            case TABLE -> table(input, row);
            case ARRAY -> array(one(values, row));
        };
    }

    private static NdArray one(NdArray values, int row) {
        return values.rows(row, row + 1).reshape(Arrays.copyOfRange(values.shape(), 1, values.rank()));
    }

    private static InputView table(LoadedInput input, int row) {
        NdArray one = one(input.values(), row);
        return one.rank() == 1 && input.labels().size() == one.size()
                ? InputView.row(input.labels(), one.toDoubles())
                : new InputView.Generic();
    }

    /** Numbers without further meaning are shown as a picture or as letters if they can hardly be anything else. */
    private static InputView array(NdArray one) {
        if (one.rank() == 3) {
            boolean channelsFirst = isColour(one.dimension(0)) && isSide(one.dimension(1)) && isSide(one.dimension(2));
            boolean channelsLast = isColour(one.dimension(2)) && isSide(one.dimension(0)) && isSide(one.dimension(1));
            if (channelsFirst || channelsLast) {
                return InputView.image(one, channelsFirst ? Layout.CHW : Layout.HWC);
            }
        }
        return isOneHot(one) ? InputView.oneHot(one, "ACGT") : new InputView.Generic();
    }

    private static boolean isColour(long length) {
        return length == 1 || length == 3;
    }

    private static boolean isSide(long length) {
        return length >= SMALLEST_SIDE;
    }

    /** Two axes besides those of length 1, one of them four letters, and at most a single 1 at every position. */
    private static boolean isOneHot(NdArray one) {
        long[] inner = Arrays.stream(one.shape()).filter(length -> length != 1).toArray();
        if (inner.length != 2 || (inner[0] == LETTERS) == (inner[1] == LETTERS)) {
            return false;
        }
        boolean last = inner[1] == LETTERS;
        int positions = (int) (last ? inner[0] : inner[1]);
        for (int p = 0; p < positions; p++) {
            double sum = 0;
            for (int c = 0; c < LETTERS; c++) {
                double value = one.getDouble(last ? p * LETTERS + c : c * positions + p);
                if (value != 0 && value != 1) {
                    return false;
                }
                sum += value;
            }
            if (sum > 1) {
                return false;
            }
        }
        return true;
    }

    /** Whether names along the channels or columns are names along the last axis. */
    static boolean areLabelsLast(LoadedInput input) {
        int last = input.values().rank() - 1;
        return !input.labels().isEmpty()
                && last > 0
                && input.values().dimension(last) == input.labels().size()
                && (input.kind() == InputKind.TABLE || input.channelAxis() == last);
    }
}
