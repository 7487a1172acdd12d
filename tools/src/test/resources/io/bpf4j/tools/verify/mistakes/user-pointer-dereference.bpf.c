#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u32 *flags = (u32 *)ctx->si;
    return *flags != 0;
}
