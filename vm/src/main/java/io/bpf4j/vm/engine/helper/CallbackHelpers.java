package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperFunction;
import java.util.Map;

/** Helpers that call functions of the program (kernel/bpf/bpf_iter.c). */
final class CallbackHelpers {

    /** The most rounds of one loop: BPF_MAX_LOOPS. */
    private static final long MAX_LOOPS = 8 << 20;

    private CallbackHelpers() {}

    static void addTo(Map<Helper, HelperFunction> table) {
        table.put(Helper.LOOP, CallbackHelpers::loop);
        table.put(Helper.FOR_EACH_MAP_ELEM, CallbackHelpers::forEach);
    }

    /**
     * Calls a function many times. The kernel puts a loop in place of this call, whose error has 32 bits only
     * (kernel/bpf/verifier.c, inline_bpf_loop).
     */
    private static long loop(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        long rounds = r1;
        if (r4 != 0) {
            return ErrorNumber.EINVAL.result();
        }
        if (Long.compareUnsigned(rounds, MAX_LOOPS) > 0) {
            return ErrorNumber.E2BIG.result() & 0xffff_ffffL;
        }
        for (long i = 0; i < rounds; i++) {
            if (call(execution, r2, i, r3, 0, 0) != 0) {
                return i + 1;
            }
        }
        return rounds;
    }

    private static long call(Execution execution, long function, long first, long second, long third,
            long fourth) {
        if (execution.isChecked()) {
            execution.spend(1);
        }
        return execution.callBack(function, first, second, third, fourth);
    }

    private static long forEach(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        if (r4 != 0) {
            return ErrorNumber.EINVAL.result();
        }
        return MapHelpers.map(execution, r1).forEach(execution.shard(),
                (key, value) -> call(execution, r2, r1, key, value, r3) == 0);
    }
}
