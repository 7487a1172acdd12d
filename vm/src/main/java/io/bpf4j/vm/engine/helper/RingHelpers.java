package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Fault;
import io.bpf4j.vm.engine.HelperFunction;
import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.map.BpfMap;
import io.bpf4j.vm.map.RingMap;
import java.util.List;
import java.util.Map;

/** Output to rings (kernel/bpf/ringbuf.c) and perf buffers (kernel/trace/bpf_trace.c). */
final class RingHelpers {

    private static final long WAKEUP_FLAGS = RingMap.NO_WAKEUP | RingMap.FORCE_WAKEUP;
    /** What is asked of {@code bpf_ringbuf_query}: BPF_RB_AVAIL_DATA, RING_SIZE, CONS_POS, PROD_POS. */
    private static final int AVAILABLE = 0;
    private static final int SIZE = 1;
    private static final int CONSUMER = 2;
    private static final int PRODUCER = 3;
    /** The index that means this CPU's buffer: BPF_F_CURRENT_CPU, which is all bits of the index. */
    private static final long CURRENT = 0xffff_ffffL;

    private RingHelpers() {}

    static void addTo(Map<Helper, HelperFunction> table) {
        table.put(Helper.RINGBUF_OUTPUT, RingHelpers::output);
        table.put(Helper.RINGBUF_RESERVE, RingHelpers::reserve);
        table.put(Helper.RINGBUF_SUBMIT, (e, r1, r2, r3, r4, r5) -> commit(e, r1, false, r2));
        table.put(Helper.RINGBUF_DISCARD, (e, r1, r2, r3, r4, r5) -> commit(e, r1, true, r2));
        table.put(Helper.RINGBUF_QUERY, RingHelpers::query);
        table.put(Helper.PERF_EVENT_OUTPUT, RingHelpers::perfOutput);
    }

    private static RingMap ring(Execution execution, long handle) {
        BpfMap map = MapHelpers.map(execution, handle);
        if (map instanceof RingMap ring) {
            return ring;
        }
        throw new Fault(Kind.BAD_ARGUMENT, "map " + map.spec().name() + " is not a ring");
    }

    private static long output(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        RingMap ring = ring(execution, r1);
        if ((r4 & ~WAKEUP_FLAGS) != 0) {
            return ErrorNumber.EINVAL.result();
        }
        execution.check(r2, r3, false);
        return put(execution, ring, r2, r3, r4) ? 0 : ErrorNumber.EAGAIN.result();
    }

    private static boolean put(Execution execution, RingMap ring, long from, long length, long flags) {
        long record = ring.reserve(length, execution.shard());
        if (record == 0) {
            return false;
        }
        execution.memory().copy(from, record, (int) length);
        ring.commit(record, false, flags);
        return true;
    }

    private static long reserve(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        RingMap ring = ring(execution, r1);
        if (r3 != 0) {
            return 0;
        }
        long record = ring.reserve(r2, execution.shard());
        if (record != 0 && execution.isChecked()) {
            execution.addRecord(ring.region(record));
        }
        return record;
    }

    private static long commit(Execution execution, long record, boolean discard, long flags) {
        execution.removeRecord(record);
        List<BpfMap> maps = execution.machine().maps().all();
        for (int i = 0; i < maps.size(); i++) {
            if (maps.get(i) instanceof RingMap ring && ring.holds(record)) {
                ring.commit(record, discard, flags);
                return 0;
            }
        }
        throw new Fault(Kind.BAD_ARGUMENT, "0x" + Long.toHexString(record) + " is not a reserved record");
    }

    private static long query(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        RingMap ring = ring(execution, r1);
        if (r2 < 0 || r2 > PRODUCER) {
            return 0;
        }
        return switch ((int) r2) {
            case AVAILABLE -> ring.producerPosition() - ring.consumerPosition();
            case SIZE -> ring.size();
            case CONSUMER -> ring.consumerPosition();
            default -> ring.producerPosition();
        };
    }

    private static long perfOutput(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        RingMap ring = ring(execution, r2);
        if ((r3 & ~CURRENT) != 0) {
            return ErrorNumber.EINVAL.result();
        }
        int buffers = ring.spec().maxEntries();
        if (r3 != CURRENT && buffers != 0 && r3 >= buffers) {
            return ErrorNumber.E2BIG.result();
        }
        execution.check(r4, r5, false);
        return put(execution, ring, r4, r5, 0) ? 0 : ErrorNumber.ENOSPC.result();
    }
}
