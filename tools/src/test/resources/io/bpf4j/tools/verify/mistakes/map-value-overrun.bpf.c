#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u32 pid = 1;
    u64 *count = bpf_map_lookup_elem(&counts, &pid);
    if (!count)
        return 0;
    count[1] = 7;
    return 0;
}
