package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import java.util.EnumSet;
import java.util.Set;

/** Which helpers programs have that are not for tracing (kernel/bpf/helpers.c, net/core/filter.c, *_func_proto). */
final class NetworkHelpers {

    private static final Set<Helper> ALL = EnumSet.of(
            Helper.MAP_LOOKUP_ELEM, Helper.MAP_UPDATE_ELEM, Helper.MAP_DELETE_ELEM, Helper.MAP_PUSH_ELEM,
            Helper.MAP_POP_ELEM, Helper.MAP_PEEK_ELEM, Helper.MAP_LOOKUP_PERCPU_ELEM, Helper.GET_PRANDOM_U32,
            Helper.GET_SMP_PROCESSOR_ID, Helper.GET_NUMA_NODE_ID, Helper.TAIL_CALL, Helper.KTIME_GET_NS,
            Helper.KTIME_GET_BOOT_NS, Helper.KTIME_GET_TAI_NS, Helper.RINGBUF_OUTPUT, Helper.RINGBUF_RESERVE,
            Helper.RINGBUF_SUBMIT, Helper.RINGBUF_DISCARD, Helper.RINGBUF_QUERY, Helper.STRNCMP,
            Helper.STRTOL, Helper.STRTOUL, Helper.FOR_EACH_MAP_ELEM, Helper.LOOP, Helper.JIFFIES64,
            Helper.SNPRINTF, Helper.GET_CURRENT_TASK, Helper.GET_CURRENT_PID_TGID, Helper.TRACE_PRINTK,
            Helper.TRACE_VPRINTK, Helper.PROBE_READ_USER, Helper.PROBE_READ_KERNEL,
            Helper.PROBE_READ_USER_STR, Helper.PROBE_READ_KERNEL_STR, Helper.GET_CURRENT_CGROUP_ID,
            Helper.GET_CURRENT_ANCESTOR_CGROUP_ID, Helper.SPIN_LOCK, Helper.SPIN_UNLOCK, Helper.PER_CPU_PTR,
            Helper.THIS_CPU_PTR, Helper.GET_CURRENT_TASK_BTF, Helper.TASK_PT_REGS, Helper.SNPRINTF_BTF,
            Helper.KTIME_GET_COARSE_NS, Helper.GET_CURRENT_UID_GID, Helper.GET_CURRENT_COMM,
            Helper.GET_NS_CURRENT_PID_TGID);
    private static final Set<Helper> FILTER = EnumSet.of(
            Helper.SKB_LOAD_BYTES, Helper.SKB_LOAD_BYTES_RELATIVE, Helper.GET_SOCKET_COOKIE,
            Helper.GET_SOCKET_UID, Helper.PERF_EVENT_OUTPUT, Helper.GET_NETNS_COOKIE);
    private static final Set<Helper> TRAFFIC = EnumSet.of(
            Helper.SKB_STORE_BYTES, Helper.SKB_LOAD_BYTES, Helper.SKB_LOAD_BYTES_RELATIVE,
            Helper.SKB_PULL_DATA, Helper.CSUM_DIFF, Helper.CSUM_UPDATE, Helper.CSUM_LEVEL,
            Helper.L3_CSUM_REPLACE, Helper.L4_CSUM_REPLACE, Helper.CLONE_REDIRECT, Helper.GET_CGROUP_CLASSID,
            Helper.SKB_VLAN_PUSH, Helper.SKB_VLAN_POP, Helper.SKB_CHANGE_PROTO, Helper.SKB_CHANGE_TYPE,
            Helper.SKB_ADJUST_ROOM, Helper.SKB_CHANGE_TAIL, Helper.SKB_CHANGE_HEAD,
            Helper.SKB_GET_TUNNEL_KEY, Helper.SKB_SET_TUNNEL_KEY, Helper.SKB_GET_TUNNEL_OPT,
            Helper.SKB_SET_TUNNEL_OPT, Helper.REDIRECT, Helper.REDIRECT_NEIGH, Helper.REDIRECT_PEER,
            Helper.GET_ROUTE_REALM, Helper.GET_HASH_RECALC, Helper.SET_HASH_INVALID, Helper.SET_HASH,
            Helper.PERF_EVENT_OUTPUT, Helper.SKB_UNDER_CGROUP, Helper.GET_SOCKET_COOKIE,
            Helper.GET_SOCKET_UID, Helper.FIB_LOOKUP, Helper.CHECK_MTU, Helper.SKB_ECN_SET_CE,
            Helper.GET_NETNS_COOKIE, Helper.SKB_SET_TSTAMP);
    private static final Set<Helper> XDP = EnumSet.of(
            Helper.PERF_EVENT_OUTPUT, Helper.CSUM_DIFF, Helper.XDP_ADJUST_HEAD, Helper.XDP_ADJUST_META,
            Helper.XDP_ADJUST_TAIL, Helper.XDP_GET_BUFF_LEN, Helper.XDP_LOAD_BYTES, Helper.XDP_STORE_BYTES,
            Helper.REDIRECT, Helper.REDIRECT_MAP, Helper.FIB_LOOKUP, Helper.CHECK_MTU);
    /** What can move the packet, so that its addresses are void after (net/core/filter.c). */
    private static final Set<Helper> MOVES = EnumSet.of(Helper.SKB_VLAN_PUSH, Helper.SKB_VLAN_POP,
            Helper.SKB_STORE_BYTES, Helper.SKB_CHANGE_PROTO, Helper.SKB_CHANGE_TAIL, Helper.SKB_CHANGE_HEAD,
            Helper.SKB_ADJUST_ROOM, Helper.SKB_PULL_DATA, Helper.CLONE_REDIRECT, Helper.L3_CSUM_REPLACE,
            Helper.L4_CSUM_REPLACE, Helper.XDP_ADJUST_HEAD, Helper.XDP_ADJUST_META, Helper.XDP_ADJUST_TAIL,
            Helper.MSG_PULL_DATA, Helper.MSG_PUSH_DATA, Helper.MSG_POP_DATA, Helper.LWT_PUSH_ENCAP,
            Helper.LWT_SEG6_STORE_BYTES, Helper.LWT_SEG6_ADJUST_SRH, Helper.LWT_SEG6_ACTION,
            Helper.STORE_HDR_OPT);

    private NetworkHelpers() {}

    static boolean isTracing(ProgramType type) {
        return switch (type) {
            case KPROBE, TRACEPOINT, RAW_TRACEPOINT, RAW_TRACEPOINT_WRITABLE, PERF_EVENT, TRACING, LSM,
                    SYSCALL ->
                true;
            default -> false;
        };
    }

    /** Returns the tracing type whose helpers a type has. */
    static ProgramType tracingType(ProgramType type) {
        return switch (type) {
            case RAW_TRACEPOINT_WRITABLE, SYSCALL -> ProgramType.RAW_TRACEPOINT;
            case LSM -> ProgramType.TRACING;
            default -> type;
        };
    }

    static boolean has(ProgramType type, Helper helper) {
        return ALL.contains(helper) || switch (type) {
            case SOCKET_FILTER, CGROUP_SKB -> FILTER.contains(helper);
            case SCHED_CLS, SCHED_ACT, LWT_XMIT -> TRAFFIC.contains(helper);
            case XDP -> XDP.contains(helper);
            default -> false;
        };
    }

    static boolean movesPacket(Helper helper) {
        return MOVES.contains(helper);
    }
}
