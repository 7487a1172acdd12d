package io.bpf4j.compiler.check;

import java.util.function.Supplier;

/**
 * What the check must know about the machine.
 *
 * @param access tells how programs are attached to tracepoints; asked only for a file that names one
 */
public record CheckOptions(TracepointFormats formats, Supplier<TracepointAccess> access) {

    /** How programs reach tracepoints. */
    public enum TracepointAccess {
        /** Through perf events, which needs tracefs; the context is the record. */
        FORMAT,
        /** As raw tracepoints, for system calls only; the context is the tracepoint's own arguments. */
        RAW
    }

    /** For one that knows how programs are attached. */
    public CheckOptions(TracepointFormats formats, TracepointAccess access) {
        this(formats, () -> access);
    }

    /** Returns what holds for every machine: built-in formats, ordinary tracepoints. */
    public static CheckOptions standard() {
        return new CheckOptions(TracepointFormats.builtIn(), TracepointAccess.FORMAT);
    }
}
