/* Counts and times of system calls, by number or process, with filters that are set before the load. */
#include "corpus.h"

struct data {
    u64 count, total_ns;
    char comm[16];
};
const volatile bool filter_cg = 0, count_by_process = 0, measure_latency = 1, filter_failed = 0;
const volatile int filter_errno = 0;
const volatile int filter_pid = 0;
MAP(start, HASH, u32, u64, 10240);
MAP(data, HASH, u32, struct data, 10240);

static __always_inline struct data *lookup_or_add(u32 key)
{
    static struct data zero;
    struct data *value = bpf_map_lookup_elem(&data, &key);
    if (value)
        return value;
    bpf_map_update_elem(&data, &key, &zero, BPF_NOEXIST);
    return bpf_map_lookup_elem(&data, &key);
}

SEC("tracepoint/raw_syscalls/sys_enter")
int sys_enter(struct sys_enter *args)
{
    u64 id = bpf_get_current_pid_tgid();
    u32 pid = id >> 32, tid = id;
    if (filter_pid && pid != filter_pid)
        return 0;
    u64 now = bpf_ktime_get_ns();
    bpf_map_update_elem(&start, &tid, &now, 0);
    return 0;
}

SEC("tracepoint/raw_syscalls/sys_exit")
int sys_exit(struct sys_exit *args)
{
    u64 id = bpf_get_current_pid_tgid();
    u32 pid = id >> 32, tid = id;
    u64 latency = 0;
    if (filter_pid && pid != filter_pid)
        return 0;
    if (filter_failed && args->ret >= 0)
        return 0;
    if (filter_errno && args->ret != -filter_errno)
        return 0;
    if (args->id == -1)
        return 0;
    if (measure_latency) {
        u64 *began = bpf_map_lookup_elem(&start, &tid);
        if (!began)
            return 0;
        latency = bpf_ktime_get_ns() - *began;
    }
    u32 key = count_by_process ? pid : args->id;
    struct data *value = lookup_or_add(key);
    if (value) {
        __sync_fetch_and_add(&value->count, 1);
        if (count_by_process)
            bpf_get_current_comm(&value->comm, sizeof(value->comm));
        if (measure_latency)
            __sync_fetch_and_add(&value->total_ns, latency);
    }
    return 0;
}

SEC("raw_tp/sys_enter")
int count_only(u64 *ctx)
{
    u32 key = ctx[1];
    struct data *value = lookup_or_add(key);
    if (value)
        value->count++;
    return 0;
}

SEC("raw_tp/sys_exit")
int failed_only(u64 *ctx)
{
    long result = ctx[1];
    if (result >= 0 || result < -4095)
        return 0;
    struct data *value = lookup_or_add(-result);
    if (value)
        __sync_fetch_and_add(&value->count, 1);
    return 0;
}

LICENSE("GPL");
