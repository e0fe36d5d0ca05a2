package dev.whence.explain;

import dev.whence.core.NdArray;
import java.util.LinkedHashMap;
import java.util.Map;

/** Arrays in files that every batch would read anew: shared references, and inputs that are not one row an example. */
final class RepeatedReads {
    private RepeatedReads() {}

    /** The request with such arrays in memory. */
    static Request once(Request request) {
        int examples = Explainer.examples(request.inputs());
        Map<String, NdArray> inputs = new LinkedHashMap<>();
        request.inputs().forEach((name, array) -> {
            boolean isByExample = array.rank() > 0 && array.dimension(0) == examples;
            inputs.put(name, isByExample ? array : array.inMemory());
        });
        ReferenceInputs given = request.reference();
        return new Request(
                inputs,
                request.method(),
                request.targets(),
                request.output(),
                request.at(),
                given == null ? null : held(given),
                request.batch(),
                request.memory(),
                request.seed(),
                request.progress());
    }

    private static ReferenceInputs held(ReferenceInputs given) {
        return new ReferenceInputs(
                given.description(),
                given.each().stream()
                        .map(reference -> Task.isShared(reference) ? held(reference) : reference)
                        .toList());
    }

    private static Map<String, NdArray> held(Map<String, NdArray> reference) {
        Map<String, NdArray> out = new LinkedHashMap<>();
        reference.forEach((name, array) -> out.put(name, array.inMemory()));
        return out;
    }
}
