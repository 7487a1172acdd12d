#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u32 pid = bpf_get_current_pid_tgid() >> 32;
    u64 *count = bpf_map_lookup_elem(&counts, &pid);
    *count += 1;
    return 0;
}
