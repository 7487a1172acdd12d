#include "mistake.h"

static __noinline int level9(u64 n)
{
    return bpf_ktime_get_ns() + n;
}

static __noinline int level8(u64 n)
{
    return level9(n + 1) + bpf_ktime_get_ns();
}

static __noinline int level7(u64 n)
{
    return level8(n + 1) + bpf_ktime_get_ns();
}

static __noinline int level6(u64 n)
{
    return level7(n + 1) + bpf_ktime_get_ns();
}

static __noinline int level5(u64 n)
{
    return level6(n + 1) + bpf_ktime_get_ns();
}

static __noinline int level4(u64 n)
{
    return level5(n + 1) + bpf_ktime_get_ns();
}

static __noinline int level3(u64 n)
{
    return level4(n + 1) + bpf_ktime_get_ns();
}

static __noinline int level2(u64 n)
{
    return level3(n + 1) + bpf_ktime_get_ns();
}

static __noinline int level1(u64 n)
{
    return level2(n + 1) + bpf_ktime_get_ns();
}

SEC("uprobe")
int probe(struct registers *ctx)
{
    return level1(ctx->di);
}
