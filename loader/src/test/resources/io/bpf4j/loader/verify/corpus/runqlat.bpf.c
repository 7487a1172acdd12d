/* How long tasks wait to run and are off the processor; also with types of the kernel instead of probes. */
#include "corpus.h"

struct key {
    u32 pid, tgid;
    int user_stack, kernel_stack;
};
struct value {
    u64 delta;
    char comm[16];
};
const volatile bool user_threads_only = 0, per_process = 0;
const volatile u64 max_block_ns = -1, min_block_ns = 1;
const volatile u32 targ_tgid = 0;
MAP(start, HASH, u32, u64, 10240);
MAP(info, HASH, struct key, struct value, 10240);
struct {
    __uint(type, STACK_TRACE);
    __uint(key_size, 4);
    __uint(value_size, 127 * 8);
    __uint(max_entries, 1024);
} stacks SEC(".maps");

static int enqueue(u32 tgid, u32 pid)
{
    if (!pid || (targ_tgid && targ_tgid != tgid))
        return 0;
    u64 now = bpf_ktime_get_ns();
    bpf_map_update_elem(&start, &pid, &now, 0);
    return 0;
}

SEC("raw_tp/sched_wakeup")
int wakeup(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[0];
    return enqueue(READ(task, tgid), READ(task, pid));
}

SEC("raw_tp/sched_wakeup_new")
int wakeup_new(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[0];
    return enqueue(READ(task, tgid), READ(task, pid));
}

SEC("raw_tp/sched_switch")
int off_cpu(u64 *ctx)
{
    struct task_struct *prev = (void *)ctx[1], *next = (void *)ctx[2];
    u32 pid = READ(prev, pid);
    u64 now = bpf_ktime_get_ns();
    if (!(user_threads_only && READ(prev, flags) & 0x200000))
        bpf_map_update_elem(&start, &pid, &now, 0);
    pid = READ(next, pid);
    u64 *began = bpf_map_lookup_elem(&start, &pid);
    if (!began)
        return 0;
    s64 delta = (s64)(now - *began);
    struct key key = {.pid = pid, .tgid = READ(next, tgid)};
    if (delta < 0)
        goto cleanup;
    delta /= 1000U;
    if (delta < min_block_ns || delta > max_block_ns)
        goto cleanup;
    key.kernel_stack = bpf_get_stackid(ctx, &stacks, 0);
    key.user_stack = bpf_get_stackid(ctx, &stacks, 256);
    struct value *value = bpf_map_lookup_elem(&info, &key);
    if (!value) {
        struct value fresh = {};
        READ_TEXT(&fresh.comm, next, comm);
        bpf_map_update_elem(&info, &key, &fresh, BPF_NOEXIST);
        value = bpf_map_lookup_elem(&info, &key);
        if (!value)
            goto cleanup;
    }
    __sync_fetch_and_add(&value->delta, delta);
cleanup:
    bpf_map_delete_elem(&start, &pid);
    return 0;
}

SEC("tp_btf/sched_wakeup")
int typed_wakeup(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[0];
    return enqueue(task->tgid, task->pid);
}

SEC("tp_btf/sched_switch")
int typed_switch(u64 *ctx)
{
    struct task_struct *prev = (void *)ctx[1], *next = (void *)ctx[2];
    u32 pid = next->pid;
    u64 *began = bpf_map_lookup_elem(&start, &pid);
    if (!began)
        return 0;
    struct key key = {.pid = pid, .tgid = next->tgid, .user_stack = prev->prio};
    struct value value = {.delta = bpf_ktime_get_ns() - *began};
    bpf_probe_read_kernel_str(value.comm, sizeof(value.comm), next->comm);
    bpf_map_update_elem(&info, &key, &value, 0);
    bpf_map_delete_elem(&start, &pid);
    return 0;
}

SEC("tp_btf/sched_process_exit")
int typed_chain(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[0];
    struct key key = {.pid = task->pid, .tgid = task->real_parent->tgid};
    if (task->mm)
        key.user_stack = task->mm->total_vm;
    struct value value = {.delta = task->start_time};
    bpf_map_update_elem(&info, &key, &value, 0);
    return 0;
}

SEC("tp_btf/sys_enter")
int typed_registers(u64 *ctx)
{
    struct pt_regs *regs = (void *)ctx[0];
    u64 path = regs->di;
    u32 pid = path;
    bpf_map_update_elem(&start, &pid, &path, 0);
    return 0;
}

LICENSE("GPL");
