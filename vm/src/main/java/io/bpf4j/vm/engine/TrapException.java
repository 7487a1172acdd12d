package io.bpf4j.vm.engine;

import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.SourceLine;

/** The end of a run that did what it must not; the message names the instruction, its source line and the reason. */
public final class TrapException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What was wrong. */
    public enum Kind {
        /** An access outside every region. */
        OUT_OF_BOUNDS,
        /** A write to what may only be read. */
        READ_ONLY,
        /** An atomic access at an address that is not a multiple of its width. */
        MISALIGNED,
        /** More instructions than allowed. */
        BUDGET,
        /** More than eight functions in each other. */
        CALL_DEPTH,
        /** A call of something that does not exist here. */
        UNKNOWN_FUNCTION,
        /** A helper was given something that it does not take. */
        BAD_ARGUMENT
    }

    private final Kind kind;
    private final int slot;

    private TrapException(Kind kind, int slot, String message) {
        super(message, null, false, false);
        this.kind = kind;
        this.slot = slot;
    }

    /** Makes the exception of an instruction. */
    public static TrapException at(Program program, int slot, Kind kind, String reason) {
        SourceLine line = program.lineAt(slot);
        String source = line == null ? "" : " (" + line.file() + ":" + line.line() + ")";
        return new TrapException(kind, slot, "instruction " + slot + source + ": " + reason);
    }

    /** Returns what was wrong. */
    public Kind kind() {
        return kind;
    }

    /** Returns the slot of the instruction. */
    public int slot() {
        return slot;
    }
}
