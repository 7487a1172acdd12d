package io.bpf4j.loader.sys;

/** {@code enum bpf_prog_type} of include/uapi/linux/bpf.h, as far as tracing uses it. */
public enum ProgramType {
    SOCKET_FILTER(1), //
    /** Kprobes, uprobes, and their multi and session forms. */
    KPROBE(2), //
    TRACEPOINT(5), //
    PERF_EVENT(7), //
    RAW_TRACEPOINT(17), //
    /** fentry, fexit, BTF-typed raw tracepoints, iterators. */
    TRACING(26), //
    SYSCALL(31);

    private final int number;

    ProgramType(int number) {
        this.number = number;
    }

    /** The kernel's number. */
    public int number() {
        return number;
    }
}
