package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Fault;
import io.bpf4j.vm.engine.HelperFunction;
import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.map.StackTraceMap;
import io.bpf4j.vm.memory.Memory;
import java.util.Map;

/** Stacks of the traced thread (kernel/bpf/stackmap.c). */
final class StackHelpers {

    /** The flags: how many of the innermost addresses to leave out, and BPF_F_USER_STACK. */
    private static final long SKIP = 0xff;
    private static final long USER = 1 << 8;
    /** The most addresses that are ever collected (PERF_MAX_STACK_DEPTH). */
    private static final int DEEPEST = 127;

    private StackHelpers() {}

    static void addTo(Map<Helper, HelperFunction> table) {
        table.put(Helper.GET_STACKID, StackHelpers::id);
        table.put(Helper.GET_STACK, StackHelpers::copy);
    }

    private static long id(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        if (!(MapHelpers.map(execution, r2) instanceof StackTraceMap map)) {
            throw new Fault(Kind.BAD_ARGUMENT, "0x" + Long.toHexString(r2) + " is not a map of stack traces");
        }
        long comparison = r3 & (StackTraceMap.COMPARE_HASH_ONLY | StackTraceMap.REPLACE);
        if ((r3 & ~(SKIP | USER | comparison)) != 0) {
            return ErrorNumber.EINVAL.result();
        }
        int skip = (int) (r3 & SKIP);
        long[] stack = execution.environment().stack((r3 & USER) != 0);
        int depth = Math.min(stack.length, Math.min(map.depth() + skip, DEEPEST));
        return depth <= skip
                ? ErrorNumber.EFAULT.result()
                : map.idOf(stack, skip, depth - skip, comparison);
    }

    private static long copy(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        int size = (int) r3;
        execution.check(r2, size & 0xffff_ffffL, true);
        Memory memory = execution.memory();
        memory.clear(r2, size);
        if ((r4 & ~(SKIP | USER)) != 0 || size % Long.BYTES != 0) {
            return ErrorNumber.EINVAL.result();
        }
        int skip = (int) (r4 & SKIP);
        long[] stack = execution.environment().stack((r4 & USER) != 0);
        int depth = Math.min(Math.min(stack.length, DEEPEST) - skip, size / Long.BYTES);
        if (depth < 0 || stack.length == 0) {
            return ErrorNumber.EFAULT.result();
        }
        for (int i = 0; i < depth; i++) {
            memory.putLong(r2 + (long) i * Long.BYTES, stack[skip + i]);
        }
        return (long) depth * Long.BYTES;
    }
}
