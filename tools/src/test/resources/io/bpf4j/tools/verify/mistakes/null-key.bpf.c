#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u64 *count = bpf_map_lookup_elem(&counts, 0);
    return count != 0;
}
