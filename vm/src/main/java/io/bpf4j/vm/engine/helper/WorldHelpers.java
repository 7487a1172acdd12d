package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperFunction;
import java.util.Arrays;
import java.util.Map;

/** What programs ask about time, process, CPU and probe (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c). */
final class WorldHelpers {

    private static final long LOW = 0xffff_ffffL;

    private WorldHelpers() {}

    static void addTo(Map<Helper, HelperFunction> table) {
        table.put(Helper.KTIME_GET_NS, (e, r1, r2, r3, r4, r5) -> e.environment().monotonicNanos());
        table.put(Helper.KTIME_GET_COARSE_NS, (e, r1, r2, r3, r4, r5) -> e.environment().monotonicNanos());
        table.put(Helper.KTIME_GET_BOOT_NS, (e, r1, r2, r3, r4, r5) -> e.environment().bootNanos());
        table.put(Helper.KTIME_GET_TAI_NS, (e, r1, r2, r3, r4, r5) -> e.environment().taiNanos());
        table.put(Helper.GET_CURRENT_PID_TGID, (e, r1, r2, r3, r4, r5) -> e.environment().pidTgid());
        table.put(Helper.GET_CURRENT_UID_GID, (e, r1, r2, r3, r4, r5) -> e.environment().uidGid());
        table.put(Helper.GET_CURRENT_COMM, (e, r1, r2, r3, r4, r5) -> command(e, r1, r2));
        table.put(Helper.GET_SMP_PROCESSOR_ID, (e, r1, r2, r3, r4, r5) -> e.environment().cpu() & LOW);
        table.put(Helper.GET_PRANDOM_U32, (e, r1, r2, r3, r4, r5) -> e.environment().random() & LOW);
        table.put(Helper.GET_FUNC_IP, (e, r1, r2, r3, r4, r5) -> e.environment().functionAddress());
        table.put(Helper.GET_ATTACH_COOKIE, (e, r1, r2, r3, r4, r5) -> e.environment().attachCookie());
        // One memory node, and no task that could be read.
        table.put(Helper.GET_NUMA_NODE_ID, (e, r1, r2, r3, r4, r5) -> 0);
        table.put(Helper.GET_CURRENT_TASK, (e, r1, r2, r3, r4, r5) -> 0);
    }

    private static long command(Execution execution, long target, long length) {
        int size = (int) length;
        execution.check(target, size & LOW, true);
        if (size == 0) {
            return ErrorNumber.EINVAL.result();
        }
        byte[] name = execution.environment().command();
        execution.memory().clear(target, size);
        int kept = Math.min(name.length, size - 1);
        execution.memory().putBytes(target, Arrays.copyOf(name, kept));
        return 0;
    }
}
