/* Profiles: samples with stacks, counted in hashes; counters read from the sample. */
#include "corpus.h"

struct perf_event_data {
    struct pt_regs regs;
    u64 period, address;
};
struct key {
    u32 pid;
    int kernel_stack, user_stack;
    u64 ip;
    char name[16];
};
struct reading {
    u64 counter, enabled, running;
};
const volatile bool include_idle = 0, kernel_only = 0;
const volatile u32 targ_pid = -1;
MAP(counts, HASH, struct key, u64, 10240);
MAP(ips, HASH, u64, u32, 10240);
struct {
    __uint(type, STACK_TRACE);
    __uint(key_size, 4);
    __uint(value_size, 127 * 8);
    __uint(max_entries, 1024);
} stacks SEC(".maps");
struct {
    __uint(type, PERCPU_ARRAY);
    __uint(max_entries, 1);
    __uint(key_size, 4);
    __uint(value_size, 127 * 8);
} frames SEC(".maps");

SEC("perf_event")
int profile(struct perf_event_data *ctx)
{
    u64 id = bpf_get_current_pid_tgid();
    u32 pid = id >> 32, tid = id;
    if (!include_idle && tid == 0)
        return 0;
    if (targ_pid != -1 && targ_pid != pid)
        return 0;
    struct key key = {.pid = pid};
    bpf_get_current_comm(&key.name, sizeof(key.name));
    key.kernel_stack = bpf_get_stackid(ctx, &stacks, 0);
    key.user_stack = kernel_only ? -1 : bpf_get_stackid(ctx, &stacks, 256);
    u64 zero = 0;
    u64 *value = bpf_map_lookup_elem(&counts, &key);
    if (!value) {
        bpf_map_update_elem(&counts, &key, &zero, BPF_NOEXIST);
        value = bpf_map_lookup_elem(&counts, &key);
        if (!value)
            return 0;
    }
    __sync_fetch_and_add(value, 1);
    return 0;
}

SEC("perf_event")
int addresses(struct perf_event_data *ctx)
{
    u64 ip = ctx->regs.ip;
    u32 one = 1;
    u32 *count = bpf_map_lookup_elem(&ips, &ip);
    if (count)
        __sync_fetch_and_add(count, 1);
    else
        bpf_map_update_elem(&ips, &ip, &one, BPF_ANY);
    return 0;
}

SEC("perf_event")
int counters(struct perf_event_data *ctx)
{
    struct reading reading = {};
    if (bpf_perf_prog_read_value(ctx, &reading, sizeof(reading)))
        return 0;
    u64 key = ctx->period + ctx->address;
    u32 value = reading.counter;
    if (reading.enabled != reading.running && reading.running)
        value = reading.counter * reading.enabled / reading.running;
    bpf_map_update_elem(&ips, &key, &value, BPF_ANY);
    return 0;
}

SEC("kprobe/finish_task_switch")
int whole_stack(struct pt_regs *regs)
{
    u32 zero = 0;
    u64 *stack = bpf_map_lookup_elem(&frames, &zero);
    if (!stack)
        return 0;
    long bytes = bpf_get_stack(regs, stack, 127 * 8, 0);
    if (bytes <= 0)
        return 0;
    u64 hash = 0;
    for (u32 i = 0; i < 127; i++) {
        if (i * 8 >= bytes)
            break;
        hash = hash * 31 + stack[i];
    }
    u32 one = 1;
    bpf_map_update_elem(&ips, &hash, &one, BPF_NOEXIST);
    return 0;
}

SEC("raw_tp/sched_switch")
int both_stacks(u64 *ctx)
{
    u32 zero = 0;
    char *stack = bpf_map_lookup_elem(&frames, &zero);
    if (!stack)
        return 0;
    u32 most = 64 * 8;
    long user = bpf_get_stack(ctx, stack, most, 256);
    if (user < 0)
        return 0;
    long kernel = bpf_get_stack(ctx, stack + user, most - user, 0);
    u64 total = user + kernel;
    u32 one = 1;
    bpf_map_update_elem(&ips, &total, &one, BPF_ANY);
    return 0;
}

LICENSE("GPL");
