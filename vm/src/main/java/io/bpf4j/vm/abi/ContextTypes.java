package io.bpf4j.vm.abi;

import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.StructType.Member;
import java.util.List;

/** The records that programs get as context, as include/uapi/linux/bpf.h and bpf_perf_event.h declare them. */
final class ContextTypes {
    /**
     * The most arguments of a tracepoint or traced function (include/linux/bpf.h, MAX_BPF_FUNC_ARGS); how many there
     * are is a matter of the place.
     */
    private static final int MAX_ARGUMENTS = 12;

    private static final StructType PERF_EVENT = StructType.struct("bpf_perf_event_data", List.of(
            new Member("regs", PtRegs.type()), new Member("sample_period", IntType.U64),
            new Member("addr", IntType.U64)));
    private static final StructType RAW_TRACEPOINT = StructType.struct("bpf_raw_tracepoint_args", List.of(
            new Member("args", new ArrayType(IntType.U64, MAX_ARGUMENTS))));
    private static final StructType CGROUP_DEVICE = words("bpf_cgroup_dev_ctx", "access_type", "major",
            "minor");
    private static final StructType CGROUP_SYSCTL = words("bpf_sysctl", "write", "file_pos");

    private ContextTypes() {}

    static StructType perfEvent() {
        return PERF_EVENT;
    }

    static StructType rawTracepoint() {
        return RAW_TRACEPOINT;
    }

    static StructType cgroupDevice() {
        return CGROUP_DEVICE;
    }

    static StructType cgroupSysctl() {
        return CGROUP_SYSCTL;
    }

    private static StructType words(String name, String... fields) {
        return StructType.struct(name,
                List.of(fields).stream().map(field -> new Member(field, IntType.U32)).toList());
    }
}
