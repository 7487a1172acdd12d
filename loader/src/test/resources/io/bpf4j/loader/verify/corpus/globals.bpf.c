/* Variables of a program: read-only, initialised, zero; scalars, arrays, structs, indexed by data. */
#include "corpus.h"

struct config {
    u32 pid, mask;
    u64 threshold;
    bool enabled;
    char name[16];
};
const volatile struct config config = {.mask = 0xff, .threshold = 1000, .enabled = 1, .name = "all"};
const volatile u32 allowed[16] = {1, 2, 3, 5, 8};
const volatile u32 allowed_count = 5;
static const u16 weights[32] = {9, 8, 7, 6, 5, 4, 3, 2, 1};
struct totals {
    u64 reads, writes;
    u32 by_size[33];
} totals = {};
u64 limits[4] = {10, 20, 30, 40};
static u64 hidden;
int last_error = -1;
char last_comm[16];
u8 bitmap[512];
volatile u64 counter;

SEC("kprobe/vfs_read")
int filtered(struct pt_regs *regs)
{
    if (!config.enabled)
        return 0;
    if (config.pid && bpf_get_current_pid_tgid() >> 32 != config.pid)
        return 0;
    if (regs->dx < config.threshold)
        return 0;
    totals.reads++;
    bpf_get_current_comm(last_comm, sizeof(last_comm));
    return 0;
}

SEC("kprobe/vfs_write")
int by_size(struct pt_regs *regs)
{
    u32 size = regs->dx, slot = 0;
    while (size && slot < 32) {
        size >>= 1;
        slot++;
    }
    totals.by_size[slot]++;
    totals.writes += regs->dx;
    return 0;
}

SEC("kprobe/vfs_open")
int in_list(struct pt_regs *regs)
{
    u32 pid = bpf_get_current_pid_tgid() >> 32;
    for (u32 i = 0; i < 16 && i < allowed_count; i++)
        if (allowed[i] == pid) {
            hidden++;
            return 1;
        }
    return 0;
}

SEC("kprobe/vfs_fsync")
int weighed(struct pt_regs *regs)
{
    u32 index = regs->di & 31;
    hidden += weights[index];
    return 0;
}

SEC("kretprobe/vfs_fsync")
int errors(struct pt_regs *regs)
{
    int result = regs->ax;
    if (result < 0)
        last_error = result;
    u32 which = result & 3;
    if (hidden > limits[which])
        limits[which] = hidden;
    return 0;
}

SEC("kprobe/vfs_create")
int bits(struct pt_regs *regs)
{
    u32 bit = regs->di % (sizeof(bitmap) * 8);
    u32 at = (bit >> 3) & 511;
    if (bitmap[at] & (1 << (bit & 7)))
        return 0;
    bitmap[at] |= 1 << (bit & 7);
    counter++;
    return 0;
}

SEC("kprobe/vfs_mkdir")
int compares_names(struct pt_regs *regs)
{
    char comm[16];
    bpf_get_current_comm(comm, sizeof(comm));
    for (int i = 0; i < 16; i++) {
        char wanted = config.name[i];
        if (comm[i] != wanted)
            return 0;
        if (!wanted)
            break;
    }
    __sync_fetch_and_add(&totals.reads, 1);
    return 0;
}

SEC("kprobe/vfs_rmdir")
int switched(struct pt_regs *regs)
{
    switch ((u32)regs->si & config.mask) {
    case 0: totals.reads++; break;
    case 1: totals.writes++; break;
    case 2: case 3: hidden += 2; break;
    case 4: limits[0]--; break;
    case 5: limits[1]--; break;
    case 17: limits[2]--; break;
    case 99: last_error = 99; break;
    default: counter++;
    }
    return 0;
}

LICENSE("GPL");
