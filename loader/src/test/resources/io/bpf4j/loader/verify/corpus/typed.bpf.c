/* Programs whose arguments have the kernel's types: read in place, walked, given to helpers. */
#include "corpus.h"

struct event {
    u32 pid, ppid, tgid, prio;
    u64 ino, size, stack[8];
    char comm[16];
};
struct bpf_iter_meta {
    struct seq_file *seq;
} __core;
struct iter_task {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
} __core;
RING(ring, 65536);
MAP(counts, HASH, u32, u64, 1024);
struct event last;

SEC("tp_btf/sched_process_fork")
int forks(u64 *ctx)
{
    struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];
    struct event *event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
    if (!event)
        return 0;
    event->ppid = parent->tgid;
    event->pid = child->pid;
    event->tgid = child->group_leader->tgid;
    event->prio = child->prio;
    event->ino = child->nsproxy->pid_ns_for_children->ns.inum;
    bpf_probe_read_kernel_str(event->comm, sizeof(event->comm), child->comm);
    bpf_ringbuf_submit(event, 0);
    return 0;
}

SEC("tp_btf/sched_process_exec")
int executes(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[0];
    struct mm_struct *mm = task->mm;
    if (!mm)
        return 0;
    struct file *file = mm->exe_file;
    if (!file)
        return 0;
    last.ino = file->f_inode->i_ino;
    last.size = file->f_inode->i_size;
    last.pid = task->pid;
    __builtin_memcpy(last.comm, task->comm, sizeof(last.comm));
    return 0;
}

SEC("tp_btf/sys_enter")
int current_task(u64 *ctx)
{
    struct task_struct *task = bpf_get_current_task_btf();
    u32 key = task->tgid;
    u64 one = 1, *count = bpf_map_lookup_elem(&counts, &key);
    if (count)
        __sync_fetch_and_add(count, 1);
    else
        bpf_map_update_elem(&counts, &key, &one, BPF_NOEXIST);
    last.prio = task->real_parent->prio;
    return 0;
}

SEC("tp_btf/sched_wakeup")
int stacks(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[0];
    long got = bpf_get_task_stack(task, last.stack, sizeof(last.stack), 0);
    last.size = got;
    return 0;
}

SEC("tp_btf/netif_receive_skb")
int packets(u64 *ctx)
{
    struct sk_buff *skb = (void *)ctx[0];
    u32 protocol = skb->protocol, length = skb->len - skb->data_len;
    struct sock *sk = skb->sk;
    if (sk)
        protocol += sk->__sk_common.skc_family;
    u64 value = length;
    bpf_map_update_elem(&counts, &protocol, &value, BPF_ANY);
    return 0;
}

SEC("tp_btf/task_newtask")
int numbers(u64 *ctx)
{
    u64 flags = ctx[1];
    struct task_struct *task = (void *)ctx[0];
    last.pid = flags & 0x10000 ? task->pid : task->tgid;
    return 0;
}

SEC("tp_btf/sched_process_exit")
int up_the_parents(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[0];
    u32 depth = 0;
    for (int i = 0; i < 8; i++) {
        struct task_struct *parent = task->real_parent;
        if (parent == task)
            break;
        depth += parent->prio;
        task = parent;
    }
    last.prio = depth;
    return 0;
}

SEC("fentry/vfs_read")
int entry(u64 *ctx)
{
    struct file *file = (void *)ctx[0];
    last.ino = file->f_inode->i_ino;
    last.size = ctx[2];
    return 0;
}

SEC("fexit/vfs_read")
int leaves(u64 *ctx)
{
    long result = ctx[4];
    if (result > 0)
        last.size += result;
    return 0;
}

SEC("iter/task")
int lists(struct iter_task *ctx)
{
    struct task_struct *task = ctx->task;
    if (!task)
        return 0;
    static const char format[] = "%d %d\n";
    u64 data[] = {task->pid, task->tgid};
    bpf_seq_printf(ctx->meta->seq, format, sizeof(format), data, sizeof(data));
    return 0;
}

LICENSE("GPL");
