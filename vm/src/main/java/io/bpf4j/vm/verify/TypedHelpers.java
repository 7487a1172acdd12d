package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.Helper;

/** Which structs of the kernel helpers take and give (kernel/trace/bpf_trace.c, *_proto, their BTF ids). */
final class TypedHelpers {

    private TypedHelpers() {}

    /** Returns the name of the struct whose address a helper takes, empty if that is not known. */
    static String takes(Helper helper) {
        return switch (helper) {
            case GET_TASK_STACK, TASK_PT_REGS, FIND_VMA, COPY_FROM_USER_TASK -> "task_struct";
            case SEQ_PRINTF, SEQ_WRITE, SEQ_PRINTF_BTF -> "seq_file";
            case SKB_OUTPUT -> "sk_buff";
            case XDP_OUTPUT -> "xdp_buff";
            case D_PATH -> "path";
            case SOCK_FROM_FILE -> "file";
            default -> "";
        };
    }

    /** Returns the name of the struct whose address a helper gives, empty if that is not known. */
    static String gives(Helper helper) {
        return switch (helper) {
            case GET_CURRENT_TASK_BTF -> "task_struct";
            case TASK_PT_REGS -> "pt_regs";
            default -> "";
        };
    }
}
