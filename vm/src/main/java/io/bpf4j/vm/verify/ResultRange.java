package io.bpf4j.vm.verify;

import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;

/** What programs may return (kernel/bpf/verifier.c, check_return_code). */
final class ResultRange {

    private static final ScalarRange ZERO_OR_ONE = ScalarRange.unsigned(0, 1);
    private static final ScalarRange ONE = ScalarRange.constant(1);
    /** The second bit says more than yes or no. */
    private static final ScalarRange TWO_BITS = ScalarRange.unsigned(0, 3);

    private ResultRange() {}

    /** Returns the numbers that a program may return, or null if any will do. */
    static ScalarRange of(Program program) {
        String section = program.attach() instanceof AttachSpec.Other(var name) ? name : "";
        return switch (program.type()) {
            case CGROUP_SKB -> section.startsWith("cgroup_skb/egress") ? TWO_BITS : ZERO_OR_ONE;
            case CGROUP_SOCK_ADDR -> ofAddress(section);
            case CGROUP_SOCK, SOCK_OPS, CGROUP_DEVICE, CGROUP_SYSCTL, CGROUP_SOCKOPT, SK_LOOKUP, NETFILTER ->
                ZERO_OR_ONE;
            case TRACING -> section.startsWith("iter")
                    ? ZERO_OR_ONE
                    : program.attach() instanceof AttachSpec.RawTracepoint ? null : ScalarRange.ZERO;
            default -> null;
        };
    }

    private static ScalarRange ofAddress(String section) {
        if (section.startsWith("cgroup/bind")) {
            return TWO_BITS;
        }
        return section.startsWith("cgroup/recvmsg") || section.startsWith("cgroup/get") ? ONE : ZERO_OR_ONE;
    }
}
