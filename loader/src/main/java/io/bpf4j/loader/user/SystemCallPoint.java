package io.bpf4j.loader.user;

import io.bpf4j.vm.abi.CallConvention;
import io.bpf4j.vm.abi.SystemCalls;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.trampoline.SystemCallHook.Side;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A tracepoint of the kernel's that user mode has, too.
 *
 * @param call the number of the only call that it is for; empty for all
 */
record SystemCallPoint(Side side, OptionalInt call) {

    private static final String ENTER = "sys_enter";
    private static final String EXIT = "sys_exit";
    /** The number, after a header. */
    private static final int RECORD_START = 2 * Long.BYTES;
    /** Tracepoints have the names of the kernel's functions (arch/x86/entry/syscalls/syscall_64.tbl). */
    private static final Map<String, String> OTHER_NAMES = Map.of("newstat", "stat", "newfstat", "fstat",
            "newlstat", "lstat", "newuname", "uname", "sendfile64", "sendfile", "umount", "umount2");

    /** Finds out whether a place is one. */
    static Optional<SystemCallPoint> of(AttachSpec spec) {
        return switch (spec) {
            case AttachSpec.RawTracepoint raw -> all(raw.name());
            case AttachSpec.Tracepoint(String category, String name) when category.equals("raw_syscalls") ->
                all(name);
            case AttachSpec.Tracepoint(String category, String name) when category.equals("syscalls") ->
                one(name);
            default -> Optional.empty();
        };
    }

    private static Optional<SystemCallPoint> all(String name) {
        return switch (name) {
            case ENTER -> Optional.of(new SystemCallPoint(Side.ENTER, OptionalInt.empty()));
            case EXIT -> Optional.of(new SystemCallPoint(Side.EXIT, OptionalInt.empty()));
            default -> Optional.empty();
        };
    }

    private static Optional<SystemCallPoint> one(String name) {
        Side side = name.startsWith(ENTER + "_") ? Side.ENTER : Side.EXIT;
        String prefix = (side == Side.ENTER ? ENTER : EXIT) + "_";
        if (!name.startsWith(prefix)) {
            return Optional.empty();
        }
        String call = name.substring(prefix.length());
        OptionalInt number = SystemCalls.of("x86_64").number(OTHER_NAMES.getOrDefault(call, call));
        return number.isEmpty() ? Optional.empty() : Optional.of(new SystemCallPoint(side, number));
    }

    /** Returns the bytes of its record. */
    int recordBytes() {
        return RECORD_START
                + Long.BYTES * (side == Side.ENTER ? CallConvention.SYSTEM_CALL.arguments().size() : 1);
    }

    /** Returns whether it is hit by calls with a number. */
    boolean takes(int number) {
        return call.isEmpty() || call.getAsInt() == number;
    }
}
