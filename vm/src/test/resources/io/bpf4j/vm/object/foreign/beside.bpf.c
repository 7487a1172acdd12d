/* Static functions in the programs' own section, which libbpf does not load. */
#include "bpf.h"

u64 sum;

SEC("raw_tp/sys_exit")
static __noinline int deeper(u64 value)
{
    sum += value;
    return value & 1;
}

SEC("raw_tp/sys_exit")
static __noinline int beside(u64 value)
{
    return deeper(value & 3) + deeper(value);
}

SEC("raw_tp/sys_exit")
int first(u64 *ctx)
{
    return beside(ctx[1]) + 1;
}

SEC("raw_tp/sys_exit")
int second(u64 *ctx)
{
    return deeper(ctx[0]) + beside(ctx[1]);
}

char _license[] SEC("license") = "GPL";
