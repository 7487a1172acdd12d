#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    asm volatile("*(u64 *)(r10 - 12) = %0" : : "r"(ctx->di));
    return 0;
}
