/* Maps as they were defined before BTF. */
#include "bpf.h"

struct bpf_map_def {
    u32 type;
    u32 key_size;
    u32 value_size;
    u32 max_entries;
    u32 map_flags;
};

struct bpf_map_def SEC("maps") counts = {.type = HASH, .key_size = 4, .value_size = 8, .max_entries = 64};
struct bpf_map_def SEC("maps") output = {.type = PERF_EVENT_ARRAY};

SEC("raw_tp/sys_enter")
int count(u64 *ctx)
{
    u32 pid = bpf_get_current_pid_tgid() >> 32;
    u64 one = 1;
    u64 *count = bpf_map_lookup_elem(&counts, &pid);
    if (count)
        *count += 1;
    else
        bpf_map_update_elem(&counts, &pid, &one, 0);
    bpf_perf_event_output(ctx, &output, 0xffffffffULL, &pid, sizeof(pid));
    return 0;
}

int _version SEC("version") = 0x40000;
char _license[] SEC("license") = "GPL";
