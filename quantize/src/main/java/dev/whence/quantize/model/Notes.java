package dev.whence.quantize.model;

import dev.whence.graph.Node;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects notes; each once. */
final class Notes {
    private final Set<Note> notes = new LinkedHashSet<>();

    void add(Node node, String text) {
        notes.add(new Note(node.name(), node.operatorText(), text));
    }

    List<Note> all() {
        return List.copyOf(notes);
    }
}
