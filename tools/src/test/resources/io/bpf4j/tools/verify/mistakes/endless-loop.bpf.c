#include "mistake.h"

volatile u32 stop;

SEC("uprobe")
int probe(struct registers *ctx)
{
    while (!stop)
        ;
    return 0;
}
