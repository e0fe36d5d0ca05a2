package dev.whence.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One example of a batch, as a person knows it.
 *
 * @param name its name, such as a file or a record
 * @param note a remark shown beside the name, such as the true class; may be empty
 * @param inputs what each input looks like, by the name of the attributed units; inputs not named are drawn as
 *     {@link InputView.Generic}
 */
public record Example(String name, String note, Map<String, InputView> inputs) {
    /** Copies the views in, keeping their order. */
    public Example {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    }

    /** An example with one input and no remark. */
    public static Example of(String name, String input, InputView view) {
        return new Example(name, "", Map.of(input, view));
    }

    /** How the units of the given name are to be drawn. */
    public InputView view(String units) {
        return inputs.getOrDefault(units, new InputView.Generic());
    }
}
