package dev.whence.cli;

import dev.whence.report.Page;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Set;

/** What one of the checks of {@code whence audit} found, for every form in which it can be asked for. */
interface CheckAnswer {
    /** Prints it for a person. */
    void print(PrintWriter out, Ink ink);

    /** The whole answer but the warnings. */
    Map<String, Object> json();

    /** A table of it. */
    String csv();

    /** A page of it. */
    Page page(Set<String> warnings);

    /** What the explanation behind it says must be known. */
    Set<String> warnings();

    /** The exit code. */
    int exitCode();
}
