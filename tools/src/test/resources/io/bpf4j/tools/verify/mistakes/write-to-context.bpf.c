#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    ctx->ax = 0;
    return 0;
}
