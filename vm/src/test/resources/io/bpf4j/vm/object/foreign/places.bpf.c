/* Sections of many kinds and what they say; none of these programs does anything. */
#include "bpf.h"

#define PROGRAM(section, name) \
    SEC(section) int name(void *ctx) { return 0; }

PROGRAM("kprobe/do_unlinkat", a_kprobe)
PROGRAM("kretprobe/do_unlinkat", a_kretprobe)
PROGRAM("uprobe//bin/bash:readline", a_uprobe)
PROGRAM("uretprobe//bin/bash:readline", a_uretprobe)
PROGRAM("uprobe.s//bin/bash:readline+4", a_sleepable_uprobe)
PROGRAM("usdt/libc.so.6:libc:setjmp", a_usdt)
PROGRAM("tp/syscalls/sys_enter_openat", a_tp)
PROGRAM("tracepoint/sched/sched_switch", a_tracepoint)
PROGRAM("perf_event", a_perf_event)
PROGRAM("xdp", an_xdp)
PROGRAM("tc", a_tc)
PROGRAM("classifier/egress", a_classifier)
PROGRAM("socket", a_socket)
PROGRAM("cgroup_skb/egress", a_cgroup_skb)
PROGRAM("cgroup/connect4", a_connect4)
PROGRAM("sk_msg", an_sk_msg)
PROGRAM("sockops", a_sockops)
PROGRAM("lwt_xmit", an_lwt)
PROGRAM("raw_tp.w/nbd_send_request", a_writable)
PROGRAM("syscall", a_syscall)
PROGRAM("fentry/do_unlinkat", a_fentry)
PROGRAM("lsm/file_open", an_lsm)
PROGRAM("iter/task", an_iter)

char _license[] SEC("license") = "GPL";
