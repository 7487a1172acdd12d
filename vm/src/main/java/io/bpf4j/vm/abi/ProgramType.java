package io.bpf4j.vm.abi;

import io.bpf4j.vm.type.StructType;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The kinds of program that the kernel tells apart (include/uapi/linux/bpf.h, enum bpf_prog_type).
 *
 * <p>The section is the start of the section name in an object file from which libbpf takes the type
 * (tools/lib/bpf/libbpf.c, section_defs).
 */
public enum ProgramType {
    SOCKET_FILTER(1, "socket"),
    /** Kprobes and uprobes, entry and return: the context is {@code struct pt_regs}. */
    KPROBE(2, "kprobe", PtRegs::type),
    SCHED_CLS(3, "tc"),
    SCHED_ACT(4, "action"),
    /** Tracepoints with the record that tracefs describes: the context is that record. */
    TRACEPOINT(5, "tracepoint"),
    XDP(6, "xdp"),
    /** Samples of perf events: registers, period and address. */
    PERF_EVENT(7, "perf_event", ContextTypes::perfEvent),
    CGROUP_SKB(8, "cgroup/skb"),
    CGROUP_SOCK(9, "cgroup/sock"),
    LWT_IN(10, "lwt_in"),
    LWT_OUT(11, "lwt_out"),
    LWT_XMIT(12, "lwt_xmit"),
    SOCK_OPS(13, "sockops"),
    SK_SKB(14, "sk_skb"),
    CGROUP_DEVICE(15, "cgroup/dev", ContextTypes::cgroupDevice),
    SK_MSG(16, "sk_msg"),
    /** Tracepoints with their raw arguments: the context is an array of numbers, one for each argument. */
    RAW_TRACEPOINT(17, "raw_tp", ContextTypes::rawTracepoint),
    CGROUP_SOCK_ADDR(18, "cgroup/bind4"),
    LWT_SEG6LOCAL(19, "lwt_seg6local"),
    LIRC_MODE2(20, "lirc_mode2"),
    SK_REUSEPORT(21, "sk_reuseport"),
    FLOW_DISSECTOR(22, "flow_dissector"),
    CGROUP_SYSCTL(23, "cgroup/sysctl", ContextTypes::cgroupSysctl),
    RAW_TRACEPOINT_WRITABLE(24, "raw_tp.w", ContextTypes::rawTracepoint),
    CGROUP_SOCKOPT(25, "cgroup/getsockopt"),
    /** Functions through trampolines, BTF-typed tracepoints, iterators: the context is an array of numbers. */
    TRACING(26, "fentry", ContextTypes::rawTracepoint),
    STRUCT_OPS(27, "struct_ops"),
    EXT(28, "freplace"),
    LSM(29, "lsm", ContextTypes::rawTracepoint),
    SK_LOOKUP(30, "sk_lookup"),
    /** Programs that user space runs: the context is whatever it passes. */
    SYSCALL(31, "syscall"),
    NETFILTER(32, "netfilter");

    private final int number;
    private final String section;
    private final Supplier<StructType> context;

    ProgramType(int number, String section) {
        this(number, section, () -> null);
    }

    ProgramType(int number, String section, Supplier<StructType> context) {
        this.number = number;
        this.section = section;
        this.context = context;
    }

    /** Returns the kernel's number. */
    public int number() {
        return number;
    }

    /** Returns the start of the section name that libbpf takes for this type. */
    public String section() {
        return section;
    }

    /**
     * Returns what R1 points to at the start, where that is one fixed record without fields that the verifier
     * rewrites into others; always the same object. Empty for packets' and sockets' contexts, and for
     * {@link #TRACEPOINT} and {@link #SYSCALL}, whose records differ.
     */
    public Optional<StructType> context() {
        return Optional.ofNullable(context.get());
    }

    /** Finds a type by the kernel's number. */
    public static Optional<ProgramType> byNumber(int number) {
        return number < 1 || number > values().length ? Optional.empty() : Optional.of(values()[number - 1]);
    }
}
