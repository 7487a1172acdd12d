#define NO_LICENSE
#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    return bpf_probe_read_user(&(u64){0}, 8, (void *)ctx->si);
}
