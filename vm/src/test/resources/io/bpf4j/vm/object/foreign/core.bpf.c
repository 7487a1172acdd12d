/* Fields, sizes, bit fields, enums and types of the kernel, as this source believes them to be and as they are. */
#include "bpf.h"

struct nsproxy {
    int count;
} __core;

struct mm_struct {
    unsigned long total_vm;
} __core;

struct task_struct {
    int pid;
    int tgid;
    unsigned char comm[16];
    struct task_struct *real_parent;
    struct mm_struct *mm;
    unsigned int sched_reset_on_fork : 1;
    unsigned int in_execve : 1;
    int no_such_field;
} __core;

struct task_struct___old {
    long state;
} __core;

struct task_struct___new {
    unsigned int __state;
} __core;

struct kernfs_node___other {
    u64 id;
} __core;

struct no_such_struct {
    int field;
} __core;

struct sk_buff___part {
    unsigned char cloned : 1;
    unsigned char pkt_type : 3;
    unsigned int len;
} __core;

typedef struct {
    int counter;
} __core atomic_t;

enum pid_type {
    PIDTYPE_PID,
    PIDTYPE_TGID,
    PIDTYPE_SID = 77,
};

enum pid_type___missing {
    PIDTYPE_NEVER___missing = 5,
};

struct result {
    u64 state;
    u32 pid, tgid, parent, has_old, has_new, has_missing;
    u32 size, comm_size, type_exists, type_missing, type_size, sid, never, kind, flag, atomic, signedness;
    u64 vm;
    char comm[16];
};

struct result result;
const volatile u32 thread = 0;

#define EXISTS(field) __builtin_preserve_field_info(field, 2)
#define SIZE(field) __builtin_preserve_field_info(field, 1)
#define OFFSET(field) __builtin_preserve_field_info(field, 0)
#define SIGNED(field) __builtin_preserve_field_info(field, 3)
#define LSHIFT(field) __builtin_preserve_field_info(field, 4)
#define RSHIFT(field) __builtin_preserve_field_info(field, 5)

static __always_inline u64 bits(const void *base, u32 offset, u32 size, u32 left, u32 right)
{
    u64 value = 0;
    bpf_probe_read_kernel(&value, size, (const char *)base + offset);
    return value << left >> right;
}

SEC("raw_tp/sys_enter")
int look(u64 *ctx)
{
    if (thread && thread != (u32)bpf_get_current_pid_tgid())
        return 0;
    struct task_struct *task = (void *)bpf_get_current_task();
    struct task_struct *parent;
    struct mm_struct *mm;
    BPF_CORE_READ_FIELD(&result.pid, &task->pid);
    BPF_CORE_READ_FIELD(&result.tgid, &task->tgid);
    BPF_CORE_READ_FIELD(&parent, &task->real_parent);
    BPF_CORE_READ_FIELD(&result.parent, &parent->tgid);
    BPF_CORE_READ_FIELD(&result.comm, &task->comm);
    BPF_CORE_READ_FIELD(&mm, &task->mm);
    BPF_CORE_READ_FIELD(&result.vm, &mm->total_vm);
    struct task_struct___old *old = (void *)task;
    struct task_struct___new *new = (void *)task;
    result.has_old = EXISTS(old->state);
    result.has_new = EXISTS(new->__state);
    if (EXISTS(new->__state)) {
        u32 state = 0;
        BPF_CORE_READ_FIELD(&state, &new->__state);
        result.state = state;
    } else {
        long state = 0;
        BPF_CORE_READ_FIELD(&state, &old->state);
        result.state = state;
    }
    result.has_missing = EXISTS(task->no_such_field);
    if (EXISTS(task->no_such_field))
        BPF_CORE_READ_FIELD(&result.has_missing, &task->no_such_field);
    result.comm_size = SIZE(task->comm);
    result.signedness = SIGNED(task->pid) * 2 + SIGNED(new->__state);
    result.flag = bits(task, OFFSET(task->in_execve), SIZE(task->in_execve), LSHIFT(task->in_execve),
                       RSHIFT(task->in_execve));
    return 0;
}

SEC("raw_tp/sys_exit")
int types(u64 *ctx)
{
    result.size = __builtin_preserve_type_info(*(struct task_struct *)0, 1);
    result.type_exists = __builtin_preserve_type_info(*(struct nsproxy *)0, 0);
    result.type_missing = __builtin_preserve_type_info(*(struct no_such_struct *)0, 0);
    result.atomic = __builtin_preserve_type_info(*(atomic_t *)0, 1);
    result.type_size = __builtin_btf_type_id(*(struct task_struct *)0, 1);
    result.sid = __builtin_preserve_enum_value(*(enum pid_type *)PIDTYPE_SID, 1);
    result.never = __builtin_preserve_enum_value(*(enum pid_type___missing *)PIDTYPE_NEVER___missing, 0);
    result.kind = __builtin_preserve_enum_value(*(enum pid_type *)PIDTYPE_TGID, 0);
    return 0;
}

SEC("tp_btf/kfree_skb")
int direct(u64 *ctx)
{
    struct sk_buff___part *skb = (void *)ctx[0];
    result.state = skb->len + skb->cloned + skb->pkt_type;
    return 0;
}

char _license[] SEC("license") = "GPL";
