#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u32 zero = 0;
    struct record *rec = bpf_map_lookup_elem(&records, &zero);
    if (!rec)
        return 0;
    u32 length = ctx->dx & 0xffff;
    bpf_probe_read_user(rec->data, length, (void *)ctx->si);
    return 0;
}
