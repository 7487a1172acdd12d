#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    asm volatile("r0 = 0\n"
                 "exit\n"
                 "r0 = 1\n");
    return 0;
}
