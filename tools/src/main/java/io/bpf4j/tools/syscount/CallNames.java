package io.bpf4j.tools.syscount;

import io.bpf4j.vm.abi.SystemCalls;

/** What system calls are called. */
final class CallNames {

    private CallNames() {}

    /** Returns the name, or {@code [unknown: N]} for a number that the table lacks. */
    static String of(SystemCalls table, int number) {
        return table.name(number).orElseGet(() -> "[unknown: " + Integer.toUnsignedString(number) + "]");
    }
}
