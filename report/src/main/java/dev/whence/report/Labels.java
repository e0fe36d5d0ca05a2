package dev.whence.report;

import dev.whence.core.Attribution;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Short names that tell attributions apart: the method, then the reference, then a number. */
final class Labels {
    private Labels() {}

    static List<String> of(List<Attribution> attributions) {
        List<String> methods = attributions.stream().map(a -> a.method().name()).toList();
        List<String> full = new ArrayList<>();
        for (int i = 0; i < methods.size(); i++) {
            boolean unique = Collections.frequency(methods, methods.get(i)) == 1;
            full.add(
                    unique
                            ? methods.get(i)
                            : methods.get(i) + ", "
                                    + attributions.get(i).reference().description());
        }
        List<String> labels = new ArrayList<>();
        for (String label : full) {
            int before = Collections.frequency(full.subList(0, labels.size()), label);
            labels.add(Collections.frequency(full, label) == 1 ? label : label + " (" + (before + 1) + ")");
        }
        return List.copyOf(labels);
    }
}
