#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u32 zero = 0;
    struct record *rec = bpf_map_lookup_elem(&records, &zero);
    if (!rec)
        return 0;
    s64 index = ctx->di;
    if (index >= 200)
        return 0;
    rec->data[index] = 1;
    return 0;
}
