package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.ProgramType;

/** What programs may return (kernel/bpf/verifier.c, check_return_code). */
final class ResultRange {

    private static final ScalarRange ZERO_OR_ONE = ScalarRange.unsigned(0, 1);

    private ResultRange() {}

    /** Returns the numbers that a type may return, or null if any will do. */
    static ScalarRange of(ProgramType type) {
        return switch (type) {
            case CGROUP_SOCK, CGROUP_SOCK_ADDR, SOCK_OPS, CGROUP_DEVICE, CGROUP_SYSCTL, CGROUP_SOCKOPT,
                    CGROUP_SKB,
                    SK_LOOKUP, NETFILTER ->
                ZERO_OR_ONE;
            case TRACING -> ScalarRange.ZERO;
            default -> null;
        };
    }
}
