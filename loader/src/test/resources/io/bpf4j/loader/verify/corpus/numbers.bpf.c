/* Arithmetic that compilers make of real code: divisions, signs, shifts, masks, swaps, atomics, hashes. */
#include "corpus.h"

u64 out[16];
s64 negative[16];
u32 words[64];
MAP(values, ARRAY, u32, u64, 64);

SEC("kprobe/vfs_read")
int divides(struct pt_regs *regs)
{
    u64 count = regs->dx, total = regs->si;
    out[0] = count ? total / count : 0;
    out[1] = total % 10;
    out[2] = (u32)total / ((u32)count | 1);
    out[total % 16] = 1;
    return 0;
}

SEC("kprobe/vfs_write")
int signs(struct pt_regs *regs)
{
    s32 small = regs->si;
    s8 tiny = regs->dx;
    s16 shorter = regs->cx;
    negative[0] = small;
    negative[1] = tiny + shorter;
    negative[2] = small >> 3;
    if (small > -8 && small < 8)
        negative[small + 8]++;
    if (tiny >= 0 && tiny < 16)
        negative[tiny] = shorter;
    return 0;
}

SEC("kprobe/vfs_open")
int masks(struct pt_regs *regs)
{
    u64 value = regs->si;
    words[value & 63] = value >> 32;
    words[(value >> 60) & 15] += 1;
    words[value >> 58] = 2;
    words[(u32)value >> 26] = 3;
    words[(value * 0x9e3779b97f4a7c15ULL) >> 58] = 4;
    return 0;
}

SEC("kprobe/vfs_fsync")
int swaps(struct pt_regs *regs)
{
    out[0] = __builtin_bswap64(regs->di);
    out[1] = __builtin_bswap32(regs->si);
    out[2] = __builtin_bswap16(regs->dx) & 15;
    out[out[2] & 15] = 0;
    return 0;
}

SEC("kprobe/vfs_create")
int comparisons(struct pt_regs *regs)
{
    u64 a = regs->si, b = regs->dx;
    if (a < 8 && b < 8)
        out[a + b]++;
    if (a <= b && b <= 15)
        out[a] = out[b];
    if (a == 3 || a == 5 || a == 7)
        out[a]--;
    if (!(a & ~15ULL))
        out[a] += 2;
    return 0;
}

SEC("kprobe/vfs_mkdir")
int minimum(struct pt_regs *regs)
{
    u64 a = regs->si, b = regs->dx;
    u64 least = a < b ? a : b, most = a > b ? a : b;
    if (least < 16)
        out[least] = most;
    u64 clamped = most > 15 ? 15 : most;
    barrier_var(clamped);
    if (clamped <= 15)
        out[clamped] = least;
    return 0;
}

static __always_inline u32 rotate(u32 word, u32 by)
{
    return word << by | word >> (32 - by);
}

SEC("kprobe/vfs_rmdir")
int hashes(struct pt_regs *regs)
{
    u32 a = 0xdeadbeef + regs->di, b = a + regs->si, c = a + regs->dx;
    a -= c; a ^= rotate(c, 4); c += b;
    b -= a; b ^= rotate(a, 6); a += c;
    c -= b; c ^= rotate(b, 8); b += a;
    a -= c; a ^= rotate(c, 16); c += b;
    words[c & 63] = a ^ b;
    words[(c ^ rotate(a, 14)) % 64]++;
    return 0;
}

SEC("kprobe/vfs_link")
int atomics(struct pt_regs *regs)
{
    u32 key = regs->di & 63;
    u64 *value = bpf_map_lookup_elem(&values, &key);
    if (!value)
        return 0;
    __sync_fetch_and_add(value, regs->si);
    __sync_fetch_and_add(&words[3], 1);
    return 0;
}

SEC("kprobe/vfs_symlink")
int shifts(struct pt_regs *regs)
{
    u32 by = regs->di & 31;
    out[0] = 1ULL << (regs->si & 63);
    out[1] = (u32)regs->si >> by;
    out[2] = (s64)regs->dx >> by;
    u32 bit = 0;
    u64 rest = regs->dx;
    if (rest & 0xffffffff00000000ULL) { bit += 32; rest >>= 32; }
    if (rest & 0xffff0000) { bit += 16; rest >>= 16; }
    if (rest & 0xff00) { bit += 8; rest >>= 8; }
    if (bit < 64)
        words[bit]++;
    return 0;
}

SEC("kprobe/vfs_rename")
int two_dimensions(struct pt_regs *regs)
{
    static u32 grid[8][12];
    u32 row = regs->di, column = regs->si;
    if (row >= 8 || column >= 12)
        return 0;
    grid[row][column]++;
    if (row > 0)
        grid[row - 1][column]--;
    if (column < 11)
        grid[row][column + 1] = grid[row][column];
    return 0;
}

SEC("kprobe/vfs_statx")
int packed(struct pt_regs *regs)
{
    struct __attribute__((packed)) mixed {
        u8 a;
        u32 b;
        u64 c;
        u16 d;
    } local = {.a = 1, .b = regs->di, .c = regs->si, .d = 3};
    static struct mixed kept;
    kept = local;
    out[kept.a & 15] = kept.b + kept.c + kept.d;
    return 0;
}

LICENSE("GPL");
