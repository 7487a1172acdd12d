package io.bpf4j.vm.abi;

import static io.bpf4j.vm.abi.ArgumentKind.ALLOCATION_SIZE;
import static io.bpf4j.vm.abi.ArgumentKind.CONTEXT;
import static io.bpf4j.vm.abi.ArgumentKind.MAP;
import static io.bpf4j.vm.abi.ArgumentKind.MAP_KEY;
import static io.bpf4j.vm.abi.ArgumentKind.MAP_VALUE;
import static io.bpf4j.vm.abi.ArgumentKind.MEMORY;
import static io.bpf4j.vm.abi.ArgumentKind.RING_RECORD;
import static io.bpf4j.vm.abi.ArgumentKind.SCALAR;
import static io.bpf4j.vm.abi.ArgumentKind.SIZE;
import static io.bpf4j.vm.abi.ArgumentKind.SIZE_OR_ZERO;
import static io.bpf4j.vm.abi.ArgumentKind.UNINITIALISED_MEMORY;

import java.util.List;
import java.util.Optional;

/**
 * A function of the kernel that programs may call by number (include/uapi/linux/bpf.h, ___BPF_FUNC_MAPPER).
 *
 * <p>The one table of helpers: the compiler checks calls by it, the verifier arguments, the disassembler
 * names.
 */
public enum Helper {
    MAP_LOOKUP_ELEM(1, "map_lookup_elem", ReturnKind.MAP_VALUE_OR_NULL, MAP, MAP_KEY),
    MAP_UPDATE_ELEM(2, "map_update_elem", ReturnKind.INTEGER, MAP, MAP_KEY, MAP_VALUE, SCALAR),
    MAP_DELETE_ELEM(3, "map_delete_elem", ReturnKind.INTEGER, MAP, MAP_KEY),
    KTIME_GET_NS(5, "ktime_get_ns", ReturnKind.INTEGER),
    GET_PRANDOM_U32(7, "get_prandom_u32", ReturnKind.INTEGER),
    GET_SMP_PROCESSOR_ID(8, "get_smp_processor_id", ReturnKind.INTEGER),
    GET_CURRENT_PID_TGID(14, "get_current_pid_tgid", ReturnKind.INTEGER),
    GET_CURRENT_UID_GID(15, "get_current_uid_gid", ReturnKind.INTEGER),
    GET_CURRENT_COMM(16, "get_current_comm", ReturnKind.INTEGER, UNINITIALISED_MEMORY, SIZE),
    PERF_EVENT_OUTPUT(25, "perf_event_output", ReturnKind.INTEGER, CONTEXT, MAP, SCALAR, MEMORY,
            SIZE_OR_ZERO),
    GET_STACKID(27, "get_stackid", ReturnKind.INTEGER, CONTEXT, MAP, SCALAR),
    PROBE_READ_USER(112, "probe_read_user", ReturnKind.INTEGER, UNINITIALISED_MEMORY, SIZE_OR_ZERO, SCALAR),
    PROBE_READ_KERNEL(113, "probe_read_kernel", ReturnKind.INTEGER, UNINITIALISED_MEMORY, SIZE_OR_ZERO,
            SCALAR),
    PROBE_READ_USER_STR(114, "probe_read_user_str", ReturnKind.INTEGER, UNINITIALISED_MEMORY, SIZE_OR_ZERO,
            SCALAR),
    PROBE_READ_KERNEL_STR(115, "probe_read_kernel_str", ReturnKind.INTEGER, UNINITIALISED_MEMORY,
            SIZE_OR_ZERO, SCALAR),
    RINGBUF_OUTPUT(130, "ringbuf_output", ReturnKind.INTEGER, MAP, MEMORY, SIZE_OR_ZERO, SCALAR),
    RINGBUF_RESERVE(131, "ringbuf_reserve", ReturnKind.RING_RECORD_OR_NULL, MAP, ALLOCATION_SIZE, SCALAR),
    RINGBUF_SUBMIT(132, "ringbuf_submit", ReturnKind.VOID, RING_RECORD, SCALAR),
    RINGBUF_DISCARD(133, "ringbuf_discard", ReturnKind.VOID, RING_RECORD, SCALAR);

    private final int id;
    private final String helperName;
    private final ReturnKind returns;
    private final List<ArgumentKind> arguments;

    Helper(int id, String helperName, ReturnKind returns, ArgumentKind... arguments) {
        this.id = id;
        this.helperName = helperName;
        this.returns = returns;
        this.arguments = List.of(arguments);
    }

    /** Returns the number in the call instruction. */
    public int id() {
        return id;
    }

    /** Returns the name without the kernel's {@code bpf_}. */
    public String helperName() {
        return helperName;
    }

    /** Returns what the call leaves in R0. */
    public ReturnKind returns() {
        return returns;
    }

    /** Returns what R1, R2, ... must hold. */
    public List<ArgumentKind> arguments() {
        return arguments;
    }

    /** Finds a helper by number. */
    public static Optional<Helper> byId(int id) {
        for (Helper helper : values()) {
            if (helper.id == id) {
                return Optional.of(helper);
            }
        }
        return Optional.empty();
    }
}
