package io.bpf4j.compiler.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects what there is to say about a source: one error and one warning a place, sorted. */
public final class Diagnostics {

    /** How many errors are worth reading in one run. */
    public static final int MAXIMUM_ERRORS = 20;

    /** Bounds memory on garbage input; what comes later is counted only. */
    private static final int MAXIMUM_KEPT = 1000;

    private record Place(Severity severity, int line, int column) {}

    private final List<Diagnostic> all = new ArrayList<>();
    private final Set<Place> taken = new HashSet<>();
    private int errors;

    /** Adds one, unless the place has one of that severity already. */
    public void add(Diagnostic diagnostic) {
        Place place = new Place(diagnostic.severity(), diagnostic.at().line(), diagnostic.at().column());
        if (all.size() >= MAXIMUM_KEPT || !taken.add(place)) {
            return;
        }
        all.add(diagnostic);
        if (diagnostic.severity() == Severity.ERROR) {
            errors++;
        }
    }

    /** Adds an error with hints. */
    public void error(Span at, String code, String message, String... hints) {
        add(new Diagnostic(Severity.ERROR, at, code, message, List.of(), List.of(hints)));
    }

    /** Adds a warning with hints. */
    public void warning(Span at, String code, String message, String... hints) {
        add(new Diagnostic(Severity.WARNING, at, code, message, List.of(), List.of(hints)));
    }

    /** Returns whether anything is wrong. */
    public boolean hasErrors() {
        return errors > 0;
    }

    /** Returns the number of errors. */
    public int errorCount() {
        return errors;
    }

    /** Returns all of them in the order of the source. */
    public List<Diagnostic> sorted() {
        List<Diagnostic> sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparingInt((Diagnostic one) -> one.at().line())
                .thenComparingInt(one -> one.at().column()).thenComparing(Diagnostic::severity));
        return sorted;
    }

    /** Throws if there is an error. */
    public void throwIfErrors() {
        if (hasErrors()) {
            throw new CompileException(sorted());
        }
    }
}
