package io.bpf4j.compiler.check;

import io.bpf4j.compiler.check.TracepointFormat.Field;
import io.bpf4j.vm.abi.SystemCalls;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import java.util.List;
import java.util.Optional;

/** Knows the records of tracepoints; usually reads tracefs. */
@FunctionalInterface
public interface TracepointFormats {

    /** Finds a tracepoint's format, or nothing if there is no such tracepoint or no way to know. */
    Optional<TracepointFormat> find(String category, String name);

    /** Asks this source first, then another. */
    default TracepointFormats or(TracepointFormats other) {
        return (category, name) -> find(category, name).or(() -> other.find(category, name));
    }

    /**
     * Returns what is the same in every kernel: {@code raw_syscalls}, and {@code syscalls} with its arguments as
     * {@code args[6]} instead of by name (include/trace/events/syscalls.h, kernel/trace/trace_syscalls.c).
     */
    static TracepointFormats builtIn() {
        return TracepointFormats::findBuiltIn;
    }

    private static Optional<TracepointFormat> findBuiltIn(String category, String name) {
        boolean raw = category.equals("raw_syscalls");
        Field number = raw
                ? new Field("id", IntType.S64, 8, false)
                : new Field("__syscall_nr", IntType.S32, 8, false);
        if (raw && name.equals("sys_enter") || isSystemCall(category, name, "sys_enter_")) {
            Field arguments = new Field("args", new ArrayType(IntType.U64, 6), 16, false);
            return Optional.of(new TracepointFormat(category, name, List.of(number, arguments)));
        }
        if (raw && name.equals("sys_exit") || isSystemCall(category, name, "sys_exit_")) {
            Field result = new Field("ret", IntType.S64, 16, false);
            return Optional.of(new TracepointFormat(category, name, List.of(number, result)));
        }
        return Optional.empty();
    }

    private static boolean isSystemCall(String category, String name, String prefix) {
        return category.equals("syscalls") && name.startsWith(prefix)
                && SystemCalls.of("x86_64").number(name.substring(prefix.length())).isPresent();
    }
}
