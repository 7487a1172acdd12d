package io.bpf4j.vm.jit.x64.runtime;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.Register;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The helpers that work on one map, which each map has routines of its own for. */
enum MapCall {
    LOOKUP(Helper.MAP_LOOKUP_ELEM, Register.R1),
    UPDATE(Helper.MAP_UPDATE_ELEM, Register.R1),
    DELETE(Helper.MAP_DELETE_ELEM, Register.R1),
    PUSH(Helper.MAP_PUSH_ELEM, Register.R1),
    POP(Helper.MAP_POP_ELEM, Register.R1),
    PEEK(Helper.MAP_PEEK_ELEM, Register.R1),
    LOOKUP_SHARD(Helper.MAP_LOOKUP_PERCPU_ELEM, Register.R1),
    FOR_EACH(Helper.FOR_EACH_MAP_ELEM, Register.R1),
    RESERVE(Helper.RINGBUF_RESERVE, Register.R1),
    OUTPUT(Helper.RINGBUF_OUTPUT, Register.R1),
    QUERY(Helper.RINGBUF_QUERY, Register.R1),
    PERF_OUTPUT(Helper.PERF_EVENT_OUTPUT, Register.R2),
    STACK_ID(Helper.GET_STACKID, Register.R2);

    private final Helper helper;
    private final Register map;

    MapCall(Helper helper, Register map) {
        this.helper = helper;
        this.map = map;
    }

    /** Returns the register that names the map. */
    Register map() {
        return map;
    }

    /** Returns the label of the routine in texts. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds the call of a helper. */
    static Optional<MapCall> of(int helper) {
        return Arrays.stream(values()).filter(call -> call.helper.id() == helper).findFirst();
    }
}
