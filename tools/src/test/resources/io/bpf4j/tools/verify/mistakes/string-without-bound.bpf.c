#include "mistake.h"

static long (*bpf_probe_read_user_str)(void *to, u32 size, const void *from) = (void *)114;

SEC("uprobe")
int probe(struct registers *ctx)
{
    char name[16] = {};
    long length = ctx->dx;
    bpf_probe_read_user_str(name, length, (void *)ctx->si);
    return name[0];
}
