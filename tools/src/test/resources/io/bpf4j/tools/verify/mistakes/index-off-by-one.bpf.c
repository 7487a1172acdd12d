#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u32 zero = 0;
    struct record *rec = bpf_map_lookup_elem(&records, &zero);
    if (!rec)
        return 0;
    u64 index = ctx->di;
    if (index > sizeof(rec->data))
        return 0;
    rec->data[index] = 1;
    return 0;
}
