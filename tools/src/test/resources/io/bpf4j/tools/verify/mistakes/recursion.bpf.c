#include "mistake.h"

static __noinline int down(u64 n);

static __noinline int down(u64 n)
{
    u64 more = bpf_ktime_get_ns();
    if (n == 0)
        return 0;
    return more / (down(n - 1) + 1);
}

SEC("uprobe")
int probe(struct registers *ctx)
{
    return down(3);
}
