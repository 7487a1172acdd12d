package io.bpf4j.compiler.check;

/**
 * What the check must know about the machine.
 *
 * @param access how programs are attached to the tracepoints of system calls
 */
public record CheckOptions(TracepointFormats formats, TracepointAccess access) {

    /** How programs reach tracepoints. */
    public enum TracepointAccess {
        /** Through perf events, which needs tracefs; the context is the record. */
        FORMAT,
        /** As raw tracepoints, for system calls only; the context is the tracepoint's own arguments. */
        RAW
    }

    /** Returns what holds for every machine: built-in formats, ordinary tracepoints. */
    public static CheckOptions standard() {
        return new CheckOptions(TracepointFormats.builtIn(), TracepointAccess.FORMAT);
    }
}
