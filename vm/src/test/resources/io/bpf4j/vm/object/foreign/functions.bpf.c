/* Functions in .text, shared and global ones, callbacks, several programs in one section. */
#include "bpf.h"

struct {
    __uint(type, ARRAY);
    __uint(max_entries, 32);
    __type(key, u32);
    __type(value, u64);
} counts SEC(".maps");

u64 total;

static __noinline u64 twice(u64 value)
{
    return value * 2 + bpf_get_smp_processor_id();
}

static __noinline int add(u32 index, u64 value)
{
    u64 *count = bpf_map_lookup_elem(&counts, &index);
    if (!count)
        return 1;
    *count += twice(value);
    return 0;
}

__noinline int visible(u32 index)
{
    return add(index & 7, 1) + 1;
}

static long each(void *map, u32 *key, u64 *value, u64 *sum)
{
    *sum += *value;
    return 0;
}

static long round_of(u32 index, u64 *sum)
{
    *sum += twice(index);
    return *sum > 100;
}

SEC("raw_tp/sys_enter")
int first(u64 *ctx)
{
    return add(ctx[1] & 31, 1) + visible(3);
}

SEC("raw_tp/sys_enter")
int second(u64 *ctx)
{
    u64 sum = 0;
    bpf_for_each_map_elem(&counts, each, &sum, 0);
    bpf_loop(10, round_of, &sum, 0);
    total = sum;
    return 0;
}

SEC("raw_tp/sys_exit")
int third(u64 *ctx)
{
    return add(ctx[1] & 3, ctx[1]) + twice(4);
}

char _license[] SEC("license") = "GPL";
