#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u64 left = ctx->di;
    u64 sum = 0;
    while (left != 0) {
        sum += bpf_ktime_get_ns();
        left--;
    }
    return sum != 0;
}
