#include "mistake.h"

const volatile u32 limit = 10;

SEC("uprobe")
int probe(struct registers *ctx)
{
    u32 more = limit + 1;
    asm volatile("*(u32 *)(%0 + 0) = %1" : : "r"(&limit), "r"(more));
    return 0;
}
