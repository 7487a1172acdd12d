/* Fields of the kernel's objects: chains, arrays, bit fields, fields that may be missing, names up a tree. */
#include "corpus.h"

struct event {
    u32 pid, ppid, leader, level, inum, uid, threads, flag, state;
    u64 total_vm, ino, dev;
    char comm[16], parent[16], file[64];
};
struct task_struct___old {
    long state;
} __core;
struct task_struct___new {
    unsigned int __state;
} __core;
struct mm_struct___none {
    u64 no_such_counter;
} __core;
RING(ring, 65536);
struct event last;

static __always_inline u32 state_of(void *task)
{
    struct task_struct___new *now = task;
    struct task_struct___old *old = task;
    if (EXISTS(now->__state))
        return READ(now, __state);
    return READ(old, state);
}

SEC("raw_tp/sched_process_exit")
int chains(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[0];
    struct event *event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);
    if (!event)
        return 0;
    struct task_struct *parent = READ(task, real_parent);
    event->pid = READ(task, pid);
    event->ppid = READ(parent, tgid);
    event->leader = READ(READ(task, group_leader), pid);
    struct nsproxy *nsproxy = READ(task, nsproxy);
    struct pid_namespace *space = READ(nsproxy, pid_ns_for_children);
    event->inum = READ(space, ns.inum);
    event->level = READ(space, level);
    event->uid = READ(READ(task, cred), uid.val);
    event->threads = READ(READ(task, signal), nr_threads);
    event->total_vm = READ(READ(task, mm), total_vm);
    READ_TEXT(&event->comm, task, comm);
    READ_TEXT(&event->parent, parent, comm);
    event->state = state_of(task);
    bpf_ringbuf_submit(event, 0);
    return 0;
}

SEC("kprobe/do_filp_open")
int executable(struct pt_regs *regs)
{
    struct task_struct *task = (void *)bpf_get_current_task();
    struct mm_struct *mm = READ(task, mm);
    if (!mm)
        return 0;
    struct file *file = READ(mm, exe_file);
    struct dentry *dentry = READ(file, f_path.dentry);
    struct inode *inode = READ(dentry, d_inode);
    last.ino = READ(inode, i_ino);
    last.dev = READ(READ(inode, i_sb), s_dev);
    const unsigned char *name = READ(dentry, d_name.name);
    bpf_probe_read_kernel_str(last.file, sizeof(last.file), name);
    return 0;
}

SEC("kprobe/vfs_unlink")
int up_the_tree(struct pt_regs *regs)
{
    struct dentry *dentry = (void *)regs->dx;
    char name[32];
    u32 depth = 0, letters = 0;
    for (int i = 0; i < 16; i++) {
        struct dentry *parent = READ(dentry, d_parent);
        if (!parent || parent == dentry)
            break;
        long got = bpf_probe_read_kernel_str(name, sizeof(name), READ(dentry, d_name.name));
        if (got > 0)
            letters += got;
        depth++;
        dentry = parent;
    }
    last.level = depth;
    last.pid = letters;
    return 0;
}

SEC("raw_tp/sched_wakeup")
int bits(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[0];
    u64 value = 0;
    bpf_probe_read_kernel(&value, __builtin_preserve_field_info(task->in_execve, 1),
                          (void *)task + __builtin_preserve_field_info(task->in_execve, 0));
    value <<= __builtin_preserve_field_info(task->in_execve, 4);
    value >>= __builtin_preserve_field_info(task->in_execve, 5);
    last.flag = value;
    struct mm_struct___none *none = (void *)READ(task, mm);
    if (EXISTS(none->no_such_counter))
        last.total_vm = READ(none, no_such_counter);
    return 0;
}

SEC("raw_tp/sched_process_fork")
int in_namespace(u64 *ctx)
{
    struct task_struct *child = (void *)ctx[1];
    struct pid *pid = READ(child, thread_pid);
    u32 level = READ(pid, level);
    if (level > 31)
        return 0;
    struct upid upid;
    bpf_probe_read_kernel(&upid, sizeof(upid), __builtin_preserve_access_index(&pid->numbers[0])
                          + level * __builtin_preserve_type_info(*(struct upid *)0, 1));
    last.pid = upid.nr;
    return 0;
}

SEC("kprobe/tcp_close")
int addresses(struct pt_regs *regs)
{
    struct sock *sk = (void *)regs->di;
    u16 family = READ(sk, __sk_common.skc_family);
    if (family != 2)
        return 0;
    struct event event = {};
    event.pid = READ(sk, __sk_common.skc_daddr);
    event.ppid = READ(sk, __sk_common.skc_rcv_saddr);
    event.leader = READ(sk, __sk_common.skc_dport);
    event.state = READ(sk, __sk_common.skc_state);
    event.inum = htons(READ(sk, __sk_common.skc_num));
    bpf_ringbuf_output(&ring, &event, sizeof(event), 0);
    return 0;
}

SEC("raw_tp/netif_receive_skb")
int headers(u64 *ctx)
{
    struct sk_buff *skb = (void *)ctx[0];
    if (READ(skb, protocol) != htons(ETH_P_IP))
        return 0;
    struct iphdr ip;
    void *at = READ(skb, head) + READ(skb, network_header);
    if (bpf_probe_read_kernel(&ip, sizeof(ip), at))
        return 0;
    struct tcphdr tcp = {};
    bpf_probe_read_kernel(&tcp, sizeof(tcp), at + ip.ihl * 4);
    last.pid = tcp.dest;
    last.ppid = tcp.syn && !tcp.ack;
    return 0;
}

LICENSE("GPL");
