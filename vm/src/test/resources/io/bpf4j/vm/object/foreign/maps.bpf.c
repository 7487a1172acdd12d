/* Maps of many kinds, by BTF; a counter for each system call and process. */
#include "bpf.h"

struct key {
    u32 pid;
    u32 call;
};

struct stat {
    u64 count;
    u64 last;
};

struct event {
    u64 time;
    u32 pid;
    char comm[16];
};

struct {
    __uint(type, HASH);
    __uint(max_entries, 1024);
    __type(key, struct key);
    __type(value, struct stat);
} stats SEC(".maps");

struct {
    __uint(type, PERCPU_ARRAY);
    __uint(max_entries, 4);
    __uint(key_size, 4);
    __uint(value_size, 64);
} scratch SEC(".maps");

struct {
    __uint(type, LRU_HASH);
    __uint(max_entries, 64);
    __type(key, u64);
    __type(value, u64);
    __uint(pinning, 1);
} recent SEC(".maps");

struct {
    __uint(type, RINGBUF);
    __uint(max_entries, 5000);
    __type(value, struct event);
} events SEC(".maps");

struct {
    __uint(type, PERF_EVENT_ARRAY);
    __type(value, struct event);
} samples SEC(".maps");

struct {
    __uint(type, QUEUE);
    __uint(max_entries, 16);
    __type(value, u32);
} waiting SEC(".maps");

struct {
    __uint(type, STACK_TRACE);
    __uint(max_entries, 64);
    __uint(key_size, 4);
    __uint(value_size, 127 * 8);
} stacks SEC(".maps");

SEC("raw_tp/sys_enter")
int on_call(u64 *ctx)
{
    struct key key = {.pid = bpf_get_current_pid_tgid() >> 32, .call = ctx[1]};
    struct stat *stat = bpf_map_lookup_elem(&stats, &key);
    if (stat) {
        __sync_fetch_and_add(&stat->count, 1);
        stat->last = bpf_ktime_get_ns();
    } else {
        struct stat first = {.count = 1, .last = bpf_ktime_get_ns()};
        bpf_map_update_elem(&stats, &key, &first, 1);
    }
    u32 zero = 0;
    u64 *slot = bpf_map_lookup_elem(&scratch, &zero);
    if (slot)
        slot[3] += 1;
    u64 id = key.pid;
    bpf_map_update_elem(&recent, &id, &id, 0);
    bpf_map_push_elem(&waiting, &key.pid, 2);
    return 0;
}

SEC("raw_tracepoint/sched_process_exec")
int on_exec(void *ctx)
{
    struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event)
        return 0;
    event->time = bpf_ktime_get_ns();
    event->pid = bpf_get_current_pid_tgid() >> 32;
    bpf_get_current_comm(event->comm, sizeof(event->comm));
    bpf_ringbuf_submit(event, 0);
    return 0;
}

SEC("raw_tp/sched_process_exit")
int on_exit(void *ctx)
{
    struct event event = {.time = bpf_ktime_get_ns(), .pid = bpf_get_current_pid_tgid() >> 32};
    bpf_get_current_comm(event.comm, sizeof(event.comm));
    bpf_perf_event_output(ctx, &samples, 0xffffffffULL, &event, sizeof(event));
    bpf_get_stackid(ctx, &stacks, 0);
    return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
