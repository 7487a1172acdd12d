/* Programs at functions of user programs: their arguments, structs, lists, texts, durations, allocations. */
#include "corpus.h"

struct alloc {
    u64 size, time;
    int stack;
};
struct combined {
    u64 total : 40;
    u64 count : 24;
};
struct addrinfo {
    int flags, family;
    u64 length;
    void *address;
    struct addrinfo *next;
};
struct event {
    u64 delta;
    u32 pid, depth;
    char comm[16], host[80];
};
const volatile u64 min_size = 0, max_size = -1;
const volatile u32 sample_rate = 1;
const volatile bool wa_missing_free = 0;
MAP(sizes, HASH, u32, u64, 10240);
MAP(allocs, HASH, u64, struct alloc, 100000);
MAP(combined, HASH, u64, struct combined, 10240);
MAP(started, HASH, u32, struct event, 4096);
PERF(events);
struct {
    __uint(type, STACK_TRACE);
    __uint(key_size, 4);
    __uint(value_size, 127 * 8);
    __uint(max_entries, 1024);
} stacks SEC(".maps");

static int alloc_enter(u64 size)
{
    if (size < min_size || size > max_size)
        return 0;
    if (sample_rate > 1 && bpf_ktime_get_ns() % sample_rate != 0)
        return 0;
    u32 tid = bpf_get_current_pid_tgid();
    bpf_map_update_elem(&sizes, &tid, &size, BPF_ANY);
    return 0;
}

SEC("uprobe//lib/libc.so.6:malloc")
int malloc_enter(struct pt_regs *regs)
{
    return alloc_enter(regs->di);
}

SEC("uprobe//lib/libc.so.6:calloc")
int calloc_enter(struct pt_regs *regs)
{
    return alloc_enter(regs->di * regs->si);
}

static void update(u64 stack, u64 size, int sign)
{
    struct combined fresh = {}, *found = bpf_map_lookup_elem(&combined, &stack);
    if (!found) {
        bpf_map_update_elem(&combined, &stack, &fresh, BPF_NOEXIST);
        found = bpf_map_lookup_elem(&combined, &stack);
        if (!found)
            return;
    }
    found->total += sign * size;
    found->count += sign;
}

SEC("uretprobe//lib/libc.so.6:malloc")
int malloc_exit(struct pt_regs *regs)
{
    u32 tid = bpf_get_current_pid_tgid();
    u64 address = regs->ax;
    struct alloc alloc = {};
    u64 *size = bpf_map_lookup_elem(&sizes, &tid);
    if (!size)
        return 0;
    alloc.size = *size;
    bpf_map_delete_elem(&sizes, &tid);
    if (address != 0 && address < 0xfffffffffffff000ULL) {
        alloc.time = bpf_ktime_get_ns();
        alloc.stack = bpf_get_stackid(regs, &stacks, 256);
        bpf_map_update_elem(&allocs, &address, &alloc, BPF_ANY);
        update(alloc.stack, alloc.size, 1);
    }
    return 0;
}

SEC("uprobe//lib/libc.so.6:free")
int free_enter(struct pt_regs *regs)
{
    u64 address = regs->di;
    struct alloc *alloc = bpf_map_lookup_elem(&allocs, &address);
    if (!alloc)
        return 0;
    struct alloc copy = *alloc;
    bpf_map_delete_elem(&allocs, &address);
    update(copy.stack, copy.size, -1);
    return 0;
}

SEC("uprobe//lib/libc.so.6:getaddrinfo")
int lookup_enter(struct pt_regs *regs)
{
    if (!regs->di)
        return 0;
    struct event event = {.delta = bpf_ktime_get_ns()};
    u32 tid = bpf_get_current_pid_tgid();
    bpf_get_current_comm(&event.comm, sizeof(event.comm));
    bpf_probe_read_user_str(&event.host, sizeof(event.host), (void *)regs->di);
    event.pid = bpf_get_current_pid_tgid() >> 32;
    bpf_map_update_elem(&started, &tid, &event, BPF_ANY);
    return 0;
}

SEC("uretprobe//lib/libc.so.6:getaddrinfo")
int lookup_exit(struct pt_regs *regs)
{
    u32 tid = bpf_get_current_pid_tgid();
    struct event *event = bpf_map_lookup_elem(&started, &tid);
    if (!event)
        return 0;
    event->delta = bpf_ktime_get_ns() - event->delta;
    bpf_perf_event_output(regs, &events, CURRENT_CPU, event, sizeof(*event));
    bpf_map_delete_elem(&started, &tid);
    return 0;
}

SEC("uprobe//lib/libc.so.6:freeaddrinfo")
int follows_a_list(struct pt_regs *regs)
{
    struct event event = {};
    struct addrinfo *at = (void *)regs->di, info;
    for (int i = 0; i < 10 && at; i++) {
        if (bpf_probe_read_user(&info, sizeof(info), at))
            break;
        event.depth += info.family == 2;
        at = info.next;
    }
    bpf_perf_event_output(regs, &events, CURRENT_CPU, &event, sizeof(event));
    return 0;
}

SEC("uretprobe//bin/bash:readline")
int readline(struct pt_regs *regs)
{
    char text[80], comm[16];
    u32 pid;
    if (!regs->ax)
        return 0;
    bpf_get_current_comm(&comm, sizeof(comm));
    if (comm[0] != 'b' || comm[1] != 'a' || comm[2] != 's' || comm[3] != 'h' || comm[4] != 0)
        return 0;
    pid = bpf_get_current_pid_tgid() >> 32;
    bpf_probe_read_user_str(&text, sizeof(text), (void *)regs->ax);
    bpf_perf_event_output(regs, &events, CURRENT_CPU, text, sizeof(text));
    return 0;
}

SEC("uprobe//lib/libc.so.6:write")
int stack_argument(struct pt_regs *regs)
{
    u64 seventh = 0;
    bpf_probe_read_user(&seventh, sizeof(seventh), (void *)regs->sp + 8);
    u64 cookie = bpf_get_attach_cookie(regs), ip = bpf_get_func_ip(regs);
    update(seventh ^ cookie ^ ip, regs->dx & 0xffff, 1);
    return 0;
}

LICENSE("GPL");
