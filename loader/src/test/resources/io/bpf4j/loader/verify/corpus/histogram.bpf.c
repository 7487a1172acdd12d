/* Latencies in power-of-two and linear histograms, per disk or for all. */
#include "corpus.h"

#define SLOTS 27
struct hist {
    u32 slots[SLOTS];
};
struct hkey {
    u32 major, minor;
};
const volatile bool per_disk = 0, milliseconds = 0;
const volatile u32 step = 10, base_value = 100;
static struct hist initial;
MAP(starts, HASH, u64, u64, 10240);
MAP(hists, HASH, struct hkey, struct hist, 256);
struct hist one = {};
struct hist linear;

static u64 log2_32(u32 v)
{
    u32 shift, r;
    r = (v > 0xFFFF) << 4; v >>= r;
    shift = (v > 0xFF) << 3; v >>= shift; r |= shift;
    shift = (v > 0xF) << 2; v >>= shift; r |= shift;
    shift = (v > 0x3) << 1; v >>= shift; r |= shift;
    r |= (v >> 1);
    return r;
}

static u64 log2_64(u64 v)
{
    u32 high = v >> 32;
    return high ? log2_32(high) + 32 : log2_32(v);
}

SEC("raw_tp/block_rq_insert")
int insert(u64 *ctx)
{
    u64 now = bpf_ktime_get_ns(), request = ctx[0];
    bpf_map_update_elem(&starts, &request, &now, 0);
    return 0;
}

SEC("raw_tp/block_rq_complete")
int complete(u64 *ctx)
{
    u64 request = ctx[0], slot;
    u64 *began = bpf_map_lookup_elem(&starts, &request);
    if (!began)
        return 0;
    s64 delta = (s64)(bpf_ktime_get_ns() - *began);
    if (delta < 0)
        goto cleanup;
    struct hkey key = {};
    if (per_disk) {
        key.major = request >> 20;
        key.minor = request & 0xfffff;
    }
    struct hist *hist = bpf_map_lookup_elem(&hists, &key);
    if (!hist) {
        bpf_map_update_elem(&hists, &key, &initial, 0);
        hist = bpf_map_lookup_elem(&hists, &key);
        if (!hist)
            goto cleanup;
    }
    if (milliseconds)
        delta /= 1000000U;
    else
        delta /= 1000U;
    slot = log2_64(delta);
    if (slot >= SLOTS)
        slot = SLOTS - 1;
    __sync_fetch_and_add(&hist->slots[slot], 1);
cleanup:
    bpf_map_delete_elem(&starts, &request);
    return 0;
}

SEC("kprobe/vfs_read")
int in_globals(struct pt_regs *regs)
{
    u64 slot = log2_64(regs->dx);
    if (slot >= SLOTS)
        slot = SLOTS - 1;
    one.slots[slot]++;
    return 0;
}

SEC("kretprobe/vfs_read")
int in_steps(struct pt_regs *regs)
{
    s64 value = regs->ax;
    if (value < 0 || !step)
        return 0;
    u32 slot = value < base_value ? 0 : (u64)(value - base_value) / step + 1;
    if (slot > SLOTS - 1)
        slot = SLOTS - 1;
    __sync_fetch_and_add(&linear.slots[slot], 1);
    return 0;
}

SEC("kprobe/vfs_write")
int by_loop(struct pt_regs *regs)
{
    u64 value = regs->dx;
    u32 slot = 0;
    for (int i = 0; i < 64; i++) {
        if (value <= 1)
            break;
        value >>= 1;
        slot++;
    }
    if (slot < SLOTS)
        one.slots[slot]++;
    return 0;
}

SEC("kprobe/vfs_open")
int by_table(struct pt_regs *regs)
{
    static const u32 bounds[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};
    u32 value = regs->si;
    for (u32 i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
        if (value <= bounds[i]) {
            one.slots[i]++;
            return 0;
        }
    one.slots[SLOTS - 1]++;
    return 0;
}

LICENSE("Dual BSD/GPL");
