/* Maps of maps and of programs, with first values; settings and symbols of the kernel. */
#include "bpf.h"

struct inner {
    __uint(type, HASH);
    __uint(max_entries, 8);
    __type(key, u32);
    __type(value, u64);
};

struct inner left SEC(".maps"), right SEC(".maps");

struct {
    __uint(type, ARRAY_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, u32);
    __array(values, struct inner);
} shelves SEC(".maps") = {.values = {[0] = &left, [2] = &right}};

struct {
    __uint(type, HASH_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, u32);
    __array(values, struct inner);
} drawers SEC(".maps");

int jumped(u64 *ctx);

struct {
    __uint(type, PROG_ARRAY);
    __uint(max_entries, 2);
    __uint(key_size, 4);
    __array(values, int(void *));
} jumps SEC(".maps") = {.values = {[1] = (void *)&jumped}};

extern u32 LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_NO_SUCH_THING __kconfig __weak;
extern const void bpf_no_such_symbol __ksym __weak;

u64 hits;
u32 version;

SEC("raw_tp/sys_enter")
int jumped(u64 *ctx)
{
    hits++;
    return 0;
}

SEC("raw_tp/sys_enter")
int start(u64 *ctx)
{
    u32 index = 2;
    void *map = bpf_map_lookup_elem(&shelves, &index);
    if (map) {
        u64 one = 1;
        bpf_map_update_elem(map, &index, &one, 0);
    }
    version = LINUX_KERNEL_VERSION;
    if (CONFIG_NO_SUCH_THING || &bpf_no_such_symbol)
        hits += 1000000;
    bpf_tail_call(ctx, &jumps, 1);
    return 0;
}

SEC("?raw_tp/sys_exit")
int look(u64 *ctx)
{
    u32 index = 0;
    bpf_map_lookup_elem(&drawers, &index);
    return 0;
}

char _license[] SEC("license") = "GPL";
