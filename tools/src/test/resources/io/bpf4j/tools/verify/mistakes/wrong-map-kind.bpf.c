#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u32 key = 1;
    u64 *value = bpf_map_lookup_elem(&events, &key);
    return value != 0;
}
