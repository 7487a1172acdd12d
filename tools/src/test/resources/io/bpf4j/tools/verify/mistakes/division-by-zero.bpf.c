#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u64 part = ctx->di;
    asm volatile("%0 /= 0" : "+r"(part));
    return part != 0;
}
