package io.bpf4j.vm.abi;

import java.util.Set;

/**
 * The sets of tracing program types that the kernel gives a helper to (kernel/trace/bpf_trace.c,
 * {@code *_prog_func_proto}; kernel/bpf/helpers.c, bpf_base_func_proto).
 */
enum HelperCallers {
    /** Networking, cgroup and other types only. */
    OTHERS(),
    ANY_TRACER(ProgramType.KPROBE, ProgramType.TRACEPOINT, ProgramType.PERF_EVENT, ProgramType.RAW_TRACEPOINT,
            ProgramType.TRACING),
    BTF_TRACER(ProgramType.TRACING),
    PROBE(ProgramType.KPROBE),
    SAMPLER(ProgramType.PERF_EVENT),
    PROBE_OR_BTF_TRACER(ProgramType.KPROBE, ProgramType.TRACING);

    private final Set<ProgramType> types;

    HelperCallers(ProgramType... types) {
        this.types = Set.of(types);
    }

    Set<ProgramType> types() {
        return types;
    }
}
