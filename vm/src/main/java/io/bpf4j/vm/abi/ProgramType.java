package io.bpf4j.vm.abi;

/** The kinds of program that the kernel tells apart (include/uapi/linux/bpf.h, enum bpf_prog_type). */
public enum ProgramType {
    SOCKET_FILTER(1, "socket"),
    /** Kprobes and uprobes, entry and return: the context is {@code struct pt_regs}. */
    KPROBE(2, "kprobe"),
    SCHED_CLS(3, "tc"),
    TRACEPOINT(5, "tracepoint"),
    XDP(6, "xdp"),
    PERF_EVENT(7, "perf_event"),
    RAW_TRACEPOINT(17, "raw_tp"),
    TRACING(26, "fentry"),
    SYSCALL(31, "syscall");

    private final int number;
    private final String section;

    ProgramType(int number, String section) {
        this.number = number;
        this.section = section;
    }

    /** Returns the kernel's number. */
    public int number() {
        return number;
    }

    /** Returns the start of the section name that libbpf takes for this type. */
    public String section() {
        return section;
    }
}
