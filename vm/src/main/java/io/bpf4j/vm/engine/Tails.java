package io.bpf4j.vm.engine;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.map.BpfMap;

/** Tail calls: one program goes on as another (kernel/bpf/core.c, JMP_TAIL_CALL). */
public final class Tails {

    /** The helper that engines do not call as they call others. */
    public static final int TAIL_CALL = Helper.TAIL_CALL.id();

    private Tails() {}

    /**
     * Finds the program to go on with.
     *
     * @return null if there is none at the index or there were too many; then the caller goes on
     */
    public static Executable target(Execution execution, long array, long index) {
        BpfMap map = execution.machine().maps().byHandle(array);
        if (map == null) {
            throw new Fault(Kind.BAD_ARGUMENT, "0x" + Long.toHexString(array) + " is not a program array");
        }
        long entry = index & 0xffff_ffffL;
        if (entry >= map.spec().maxEntries()) {
            return null;
        }
        long value = map.regions().getFirst().start() + entry * map.regions().getFirst().stride();
        Executable next = execution.machine().tailTarget(value);
        return next != null && execution.countTailCall() ? next : null;
    }

    /**
     * Goes on with another program in the frame of the one that calls it.
     *
     * @return R0
     */
    public static long goOn(Execution execution, Executable next, long context) {
        Executable previous = execution.makeCurrent(next);
        long result = next.continueRun(execution, context);
        execution.makeCurrent(previous);
        return result;
    }
}
