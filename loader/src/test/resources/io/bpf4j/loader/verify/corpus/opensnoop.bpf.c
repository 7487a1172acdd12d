/* Files that are opened, with their result, by perf buffer and by ring. */
#include "corpus.h"

struct args {
    const char *name;
    int flags;
};
struct event {
    u64 ts;
    int pid, uid, ret, flags;
    u64 callers[2];
    char comm[16], name[255];
};
const volatile int targ_pid = 0, targ_tgid = 0;
const volatile u32 targ_uid = ~0U;
const volatile bool targ_failed = 0;
MAP(start, HASH, u32, struct args, 10240);
PERF(events);
RING(ring, 4096 * 16);

static __always_inline bool valid_uid(u32 uid)
{
    return uid != ~0U;
}

static __always_inline bool trace_allowed(u32 tgid, u32 pid)
{
    if (targ_tgid && targ_tgid != tgid)
        return 0;
    if (targ_pid && targ_pid != pid)
        return 0;
    if (valid_uid(targ_uid)) {
        u32 uid = (u32)bpf_get_current_uid_gid();
        if (targ_uid != uid)
            return 0;
    }
    return 1;
}

static __always_inline int enter(const char *name, int flags)
{
    u64 id = bpf_get_current_pid_tgid();
    u32 tgid = id >> 32, pid = id;
    if (trace_allowed(tgid, pid)) {
        struct args args = {};
        args.name = name;
        args.flags = flags;
        bpf_map_update_elem(&start, &pid, &args, 0);
    }
    return 0;
}

SEC("tracepoint/syscalls/sys_enter_open")
int enter_open(struct sys_enter *ctx)
{
    return enter((const char *)ctx->args[0], (int)ctx->args[1]);
}

SEC("tracepoint/syscalls/sys_enter_openat")
int enter_openat(struct sys_enter *ctx)
{
    return enter((const char *)ctx->args[1], (int)ctx->args[2]);
}

static __always_inline int trace_exit(struct sys_exit *ctx)
{
    struct event event = {};
    u32 pid = bpf_get_current_pid_tgid();
    struct args *ap = bpf_map_lookup_elem(&start, &pid);
    if (!ap)
        return 0;
    int ret = ctx->ret;
    if (targ_failed && ret >= 0)
        goto cleanup;
    event.pid = bpf_get_current_pid_tgid() >> 32;
    event.uid = bpf_get_current_uid_gid();
    bpf_get_current_comm(&event.comm, sizeof(event.comm));
    bpf_probe_read_user_str(&event.name, sizeof(event.name), ap->name);
    event.flags = ap->flags;
    event.ret = ret;
    u64 stack[3] = {};
    bpf_get_stack(ctx, &stack, sizeof(stack), 256);
    event.callers[0] = stack[1];
    event.callers[1] = stack[2];
    bpf_perf_event_output(ctx, &events, CURRENT_CPU, &event, sizeof(event));
cleanup:
    bpf_map_delete_elem(&start, &pid);
    return 0;
}

SEC("tracepoint/syscalls/sys_exit_open")
int exit_open(struct sys_exit *ctx)
{
    return trace_exit(ctx);
}

SEC("tracepoint/syscalls/sys_exit_openat")
int exit_ring(struct sys_exit *ctx)
{
    u32 pid = bpf_get_current_pid_tgid();
    struct args *args = bpf_map_lookup_elem(&start, &pid);
    if (!args)
        return 0;
    struct event *event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
    if (event) {
        event->ts = bpf_ktime_get_ns();
        event->pid = bpf_get_current_pid_tgid() >> 32;
        event->ret = ctx->ret;
        long got = bpf_probe_read_user_str(event->name, sizeof(event->name), args->name);
        if (got < 0) {
            bpf_ringbuf_discard(event, 0);
        } else {
            bpf_get_current_comm(event->comm, sizeof(event->comm));
            bpf_ringbuf_submit(event, 0);
        }
    }
    bpf_map_delete_elem(&start, &pid);
    return 0;
}

LICENSE("GPL");
