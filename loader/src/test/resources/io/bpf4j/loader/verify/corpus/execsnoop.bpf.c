/* New programs with their arguments, of which no more is sent than there is. */
#include "corpus.h"

#define ARGSIZE 128
#define TOTAL_MAX_ARGS 60
#define FULL_MAX_ARGS_ARR (TOTAL_MAX_ARGS * ARGSIZE)
#define LAST_ARG (FULL_MAX_ARGS_ARR - ARGSIZE)
struct event {
    int pid, ppid, uid, retval, args_count;
    u32 args_size;
    char comm[16];
    char args[FULL_MAX_ARGS_ARR];
};
const volatile bool ignore_failed = 1;
const volatile u32 targ_uid = -1;
const volatile int max_args = 20;
static const struct event empty_event = {};
MAP(execs, HASH, u32, struct event, 1024);
PERF(events);
RING(ring, 256 * 1024);
MAP(scratch, PERCPU_ARRAY, u32, struct event, 1);

SEC("tracepoint/syscalls/sys_enter_execve")
int enter(struct sys_enter *ctx)
{
    u64 id = bpf_get_current_pid_tgid();
    u32 pid = id, tgid = id >> 32;
    u32 uid = (u32)bpf_get_current_uid_gid();
    if (targ_uid != -1 && targ_uid != uid)
        return 0;
    if (bpf_map_update_elem(&execs, &pid, &empty_event, BPF_NOEXIST))
        return 0;
    struct event *event = bpf_map_lookup_elem(&execs, &pid);
    if (!event)
        return 0;
    event->pid = tgid;
    event->uid = uid;
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    event->ppid = READ(READ(task, real_parent), tgid);
    event->args_count = 0;
    event->args_size = 0;
    const char **args = (const char **)(ctx->args[1]);
    const char *argp;
    u32 ret = bpf_probe_read_user_str(event->args, ARGSIZE, (const char *)ctx->args[0]);
    if (ret <= ARGSIZE) {
        event->args_size += ret;
    } else {
        event->args[0] = '\0';
        event->args_size++;
    }
    event->args_count++;
#pragma unroll
    for (int i = 1; i < TOTAL_MAX_ARGS && i < 20; i++) {
        if (bpf_probe_read_user(&argp, sizeof(argp), &args[i]) < 0 || !argp)
            return 0;
        if (event->args_size > LAST_ARG)
            return 0;
        ret = bpf_probe_read_user_str(&event->args[event->args_size], ARGSIZE, argp);
        if (ret > ARGSIZE)
            return 0;
        event->args_count++;
        event->args_size += ret;
    }
    return 0;
}

SEC("tracepoint/syscalls/sys_exit_execve")
int leave(struct sys_exit *ctx)
{
    u32 pid = (u32)bpf_get_current_pid_tgid();
    struct event *event = bpf_map_lookup_elem(&execs, &pid);
    if (!event)
        return 0;
    int ret = ctx->ret;
    if (ignore_failed && ret < 0)
        goto cleanup;
    event->retval = ret;
    bpf_get_current_comm(&event->comm, sizeof(event->comm));
    u64 length = (u64)(&((struct event *)0)->args) + event->args_size;
    if (length <= sizeof(*event))
        bpf_perf_event_output(ctx, &events, CURRENT_CPU, event, length);
cleanup:
    bpf_map_delete_elem(&execs, &pid);
    return 0;
}

SEC("tracepoint/syscalls/sys_enter_execveat")
int rolled(struct sys_enter *ctx)
{
    u32 zero = 0;
    struct event *event = bpf_map_lookup_elem(&scratch, &zero);
    if (!event)
        return 0;
    const char **args = (const char **)(ctx->args[2]);
    u32 used = 0;
    for (int i = 0; i < 30; i++) {
        const char *argument = NULL;
        bpf_probe_read_user(&argument, sizeof(argument), &args[i]);
        if (!argument || used > LAST_ARG)
            break;
        long got = bpf_probe_read_user_str(&event->args[used], ARGSIZE, argument);
        if (got < 0 || got > ARGSIZE)
            break;
        used += got;
    }
    event->args_size = used;
    bpf_ringbuf_output(&ring, event, sizeof(*event), 0);
    return 0;
}

SEC("raw_tp/sched_process_exec")
int by_memory(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[0];
    struct event *event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
    if (!event)
        return 0;
    struct mm_struct *mm = READ(task, mm);
    unsigned long from = READ(mm, arg_start), to = READ(mm, arg_end);
    u64 length = to - from;
    if (length > FULL_MAX_ARGS_ARR)
        length = FULL_MAX_ARGS_ARR;
    event->args_size = length;
    bpf_probe_read_user(event->args, length, (void *)from);
    READ_TEXT(&event->comm, task, comm);
    event->pid = READ(task, tgid);
    bpf_ringbuf_submit(event, 0);
    return 0;
}

LICENSE("GPL");
