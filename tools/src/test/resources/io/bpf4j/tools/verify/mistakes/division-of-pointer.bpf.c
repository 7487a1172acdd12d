#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u64 *slot;
    asm volatile("%0 = %1\n"
                 "%0 /= 8" : "=r"(slot) : "r"(ctx));
    return slot != 0;
}
