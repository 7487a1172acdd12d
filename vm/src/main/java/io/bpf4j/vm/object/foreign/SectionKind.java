package io.bpf4j.vm.object.foreign;

import static io.bpf4j.vm.abi.ProgramType.CGROUP_DEVICE;
import static io.bpf4j.vm.abi.ProgramType.CGROUP_SKB;
import static io.bpf4j.vm.abi.ProgramType.CGROUP_SOCK;
import static io.bpf4j.vm.abi.ProgramType.CGROUP_SOCKOPT;
import static io.bpf4j.vm.abi.ProgramType.CGROUP_SOCK_ADDR;
import static io.bpf4j.vm.abi.ProgramType.CGROUP_SYSCTL;
import static io.bpf4j.vm.abi.ProgramType.EXT;
import static io.bpf4j.vm.abi.ProgramType.FLOW_DISSECTOR;
import static io.bpf4j.vm.abi.ProgramType.KPROBE;
import static io.bpf4j.vm.abi.ProgramType.LIRC_MODE2;
import static io.bpf4j.vm.abi.ProgramType.LSM;
import static io.bpf4j.vm.abi.ProgramType.LWT_IN;
import static io.bpf4j.vm.abi.ProgramType.LWT_OUT;
import static io.bpf4j.vm.abi.ProgramType.LWT_SEG6LOCAL;
import static io.bpf4j.vm.abi.ProgramType.LWT_XMIT;
import static io.bpf4j.vm.abi.ProgramType.NETFILTER;
import static io.bpf4j.vm.abi.ProgramType.PERF_EVENT;
import static io.bpf4j.vm.abi.ProgramType.RAW_TRACEPOINT;
import static io.bpf4j.vm.abi.ProgramType.RAW_TRACEPOINT_WRITABLE;
import static io.bpf4j.vm.abi.ProgramType.SCHED_ACT;
import static io.bpf4j.vm.abi.ProgramType.SCHED_CLS;
import static io.bpf4j.vm.abi.ProgramType.SK_LOOKUP;
import static io.bpf4j.vm.abi.ProgramType.SK_MSG;
import static io.bpf4j.vm.abi.ProgramType.SK_REUSEPORT;
import static io.bpf4j.vm.abi.ProgramType.SK_SKB;
import static io.bpf4j.vm.abi.ProgramType.SOCKET_FILTER;
import static io.bpf4j.vm.abi.ProgramType.SOCK_OPS;
import static io.bpf4j.vm.abi.ProgramType.STRUCT_OPS;
import static io.bpf4j.vm.abi.ProgramType.SYSCALL;
import static io.bpf4j.vm.abi.ProgramType.TRACEPOINT;
import static io.bpf4j.vm.abi.ProgramType.TRACING;
import static io.bpf4j.vm.abi.ProgramType.XDP;

import io.bpf4j.vm.abi.ProgramType;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the first part of a section's name says about its programs (tools/lib/bpf/libbpf.c, section_defs; attach types
 * from include/uapi/linux/bpf.h, enum bpf_attach_type).
 *
 * @param prefix such as {@code kprobe} or {@code cgroup/bind4}
 * @param attachType the kernel's number; 0 where there is none to choose
 */
record SectionKind(String prefix, ProgramType type, int attachType) {
    private static final Map<String, SectionKind> ALL = new LinkedHashMap<>();
    private static final String SLEEPABLE = ".s";

    static {
        add(SOCKET_FILTER, 0, "socket");
        add(SK_REUSEPORT, 40, "sk_reuseport/migrate");
        add(SK_REUSEPORT, 39, "sk_reuseport");
        add(KPROBE, 0, "kprobe", "kretprobe", "uprobe", "uretprobe", "uprobe.s", "uretprobe.s", "ksyscall",
                "kretsyscall", "usdt", "usdt.s");
        add(KPROBE, 42, "kprobe.multi", "kretprobe.multi");
        add(KPROBE, 48, "uprobe.multi", "uretprobe.multi", "uprobe.multi.s", "uretprobe.multi.s");
        add(KPROBE, 56, "kprobe.session");
        add(KPROBE, 57, "uprobe.session", "uprobe.session.s");
        add(SCHED_CLS, 46, "tc/ingress", "tcx/ingress");
        add(SCHED_CLS, 47, "tc/egress", "tcx/egress");
        add(SCHED_CLS, 54, "netkit/primary");
        add(SCHED_CLS, 55, "netkit/peer");
        add(SCHED_CLS, 0, "tc", "classifier");
        add(SCHED_ACT, 0, "action");
        add(TRACEPOINT, 0, "tracepoint", "tp");
        add(RAW_TRACEPOINT, 0, "raw_tracepoint", "raw_tp");
        add(RAW_TRACEPOINT_WRITABLE, 0, "raw_tracepoint.w", "raw_tp.w");
        add(TRACING, 23, "tp_btf");
        add(TRACING, 24, "fentry", "fentry.s");
        add(TRACING, 25, "fexit", "fexit.s");
        add(TRACING, 26, "fmod_ret", "fmod_ret.s");
        add(TRACING, 28, "iter", "iter.s");
        add(EXT, 0, "freplace");
        add(LSM, 27, "lsm", "lsm.s");
        add(LSM, 43, "lsm_cgroup");
        add(SYSCALL, 0, "syscall");
        add(XDP, 33, "xdp.frags/devmap", "xdp/devmap", "xdp_devmap");
        add(XDP, 35, "xdp.frags/cpumap", "xdp/cpumap", "xdp_cpumap");
        add(XDP, 37, "xdp.frags", "xdp");
        add(PERF_EVENT, 0, "perf_event");
        add(LWT_IN, 0, "lwt_in");
        add(LWT_OUT, 0, "lwt_out");
        add(LWT_XMIT, 0, "lwt_xmit");
        add(LWT_SEG6LOCAL, 0, "lwt_seg6local");
        add(SOCK_OPS, 3, "sockops");
        add(SK_SKB, 4, "sk_skb/stream_parser");
        add(SK_SKB, 5, "sk_skb/stream_verdict");
        add(SK_SKB, 38, "sk_skb/verdict");
        add(SK_SKB, 0, "sk_skb");
        add(SK_MSG, 7, "sk_msg");
        add(LIRC_MODE2, 16, "lirc_mode2");
        add(FLOW_DISSECTOR, 17, "flow_dissector");
        add(SK_LOOKUP, 36, "sk_lookup");
        add(NETFILTER, 45, "netfilter");
        add(STRUCT_OPS, 0, "struct_ops", "struct_ops.s");
        addCgroups();
    }

    private static void addCgroups() {
        add(CGROUP_SKB, 0, "cgroup_skb/ingress", "cgroup/skb");
        add(CGROUP_SKB, 1, "cgroup_skb/egress");
        add(CGROUP_SOCK, 2, "cgroup/sock_create", "cgroup/sock");
        add(CGROUP_SOCK, 34, "cgroup/sock_release");
        add(CGROUP_SOCK, 12, "cgroup/post_bind4");
        add(CGROUP_SOCK, 13, "cgroup/post_bind6");
        add(CGROUP_SOCK_ADDR, 8, "cgroup/bind4");
        add(CGROUP_SOCK_ADDR, 9, "cgroup/bind6");
        add(CGROUP_SOCK_ADDR, 10, "cgroup/connect4");
        add(CGROUP_SOCK_ADDR, 11, "cgroup/connect6");
        add(CGROUP_SOCK_ADDR, 49, "cgroup/connect_unix");
        add(CGROUP_SOCK_ADDR, 14, "cgroup/sendmsg4");
        add(CGROUP_SOCK_ADDR, 15, "cgroup/sendmsg6");
        add(CGROUP_SOCK_ADDR, 50, "cgroup/sendmsg_unix");
        add(CGROUP_SOCK_ADDR, 19, "cgroup/recvmsg4");
        add(CGROUP_SOCK_ADDR, 20, "cgroup/recvmsg6");
        add(CGROUP_SOCK_ADDR, 51, "cgroup/recvmsg_unix");
        add(CGROUP_SOCK_ADDR, 29, "cgroup/getpeername4");
        add(CGROUP_SOCK_ADDR, 30, "cgroup/getpeername6");
        add(CGROUP_SOCK_ADDR, 52, "cgroup/getpeername_unix");
        add(CGROUP_SOCK_ADDR, 31, "cgroup/getsockname4");
        add(CGROUP_SOCK_ADDR, 32, "cgroup/getsockname6");
        add(CGROUP_SOCK_ADDR, 53, "cgroup/getsockname_unix");
        add(CGROUP_SYSCTL, 18, "cgroup/sysctl");
        add(CGROUP_SOCKOPT, 21, "cgroup/getsockopt");
        add(CGROUP_SOCKOPT, 22, "cgroup/setsockopt");
        add(CGROUP_DEVICE, 6, "cgroup/dev");
    }

    private static void add(ProgramType type, int attachType, String... prefixes) {
        for (String prefix : prefixes) {
            ALL.put(prefix, new SectionKind(prefix, type, attachType));
        }
    }

    /** Finds the longest prefix that the name has, as a whole word; or, as old loaders did, in any way. */
    static Optional<SectionKind> of(String section) {
        Comparator<SectionKind> byLength = Comparator.comparingInt(kind -> kind.prefix().length());
        Optional<SectionKind> word = ALL.values().stream()
                .filter(kind -> section.equals(kind.prefix()) || section.startsWith(kind.prefix() + "/"))
                .max(byLength);
        return word.or(
                () -> ALL.values().stream().filter(kind -> section.startsWith(kind.prefix())).max(byLength));
    }

    /** Returns whether its programs may wait for user memory. */
    boolean sleepable() {
        return prefix.endsWith(SLEEPABLE) || type == SYSCALL;
    }

    /** Returns the prefix without the mark of programs that may wait. */
    String word() {
        return prefix.endsWith(SLEEPABLE)
                ? prefix.substring(0, prefix.length() - SLEEPABLE.length())
                : prefix;
    }
}
