#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u64 value;
    asm volatile("%0 = r8" : "=r"(value));
    return value != 0;
}
