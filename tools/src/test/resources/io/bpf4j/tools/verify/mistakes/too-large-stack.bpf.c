#include "mistake.h"

static __noinline int inner(u64 n)
{
    volatile u64 room[40] = {};
    room[n & 31] = n;
    return room[(n + 1) & 31];
}

SEC("xdp")
int probe(void *ctx)
{
    volatile u64 room[40] = {};
    room[bpf_ktime_get_ns() & 31] = 1;
    return inner(room[2]) & 1;
}
