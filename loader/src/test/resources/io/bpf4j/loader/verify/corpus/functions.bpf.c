/* Functions of a program's own: with pointers into the stack, maps and contexts, deep chains, recursion cut by hand. */
#include "corpus.h"

struct state {
    u64 seen, bytes;
    u32 depth, flags;
    char name[16];
};
MAP(states, HASH, u32, struct state, 1024);
MAP(table, ARRAY, u32, u64, 64);
PERF(events);
u64 sum;

static __noinline u64 mix(u64 a, u64 b, u64 c)
{
    a -= b; a -= c; a ^= c >> 13;
    b -= c; b -= a; b ^= a << 8;
    c -= a; c -= b; c ^= b >> 13;
    return a ^ b ^ c;
}

static __noinline struct state *find(u32 key)
{
    return bpf_map_lookup_elem(&states, &key);
}

static __noinline void fill(struct state *state, u64 bytes)
{
    state->seen++;
    state->bytes += bytes;
    bpf_get_current_comm(state->name, sizeof(state->name));
}

static __noinline int emit(void *ctx, struct state *state)
{
    return bpf_perf_event_output(ctx, &events, CURRENT_CPU, state, sizeof(*state));
}

static __noinline u64 clamp(u64 value, u64 most)
{
    return value > most ? most : value;
}

static __noinline int at(u32 index)
{
    u64 *value;
    if (index >= 64)
        return -1;
    value = bpf_map_lookup_elem(&table, &index);
    return value ? (int)*value & 63 : -1;
}

SEC("kprobe/vfs_read")
int returns_a_pointer(struct pt_regs *regs)
{
    struct state *state = find(bpf_get_current_pid_tgid());
    if (state)
        fill(state, regs->dx);
    return 0;
}

SEC("kprobe/vfs_write")
int takes_the_stack(struct pt_regs *regs)
{
    struct state state = {};
    fill(&state, regs->dx);
    return emit(regs, &state);
}

SEC("kprobe/vfs_open")
int takes_numbers(struct pt_regs *regs)
{
    sum += mix(regs->di, regs->si, regs->dx);
    return mix(sum, 1, 2) & 1;
}

SEC("kprobe/vfs_fsync")
int uses_results_as_index(struct pt_regs *regs)
{
    static u64 local[64];
    int index = at(clamp(regs->di, 63));
    if (index < 0 || index > 63)
        return 0;
    local[index]++;
    return 0;
}

static __noinline u64 five(u64 n) { return n * 5 + bpf_get_smp_processor_id(); }
static __noinline u64 four(u64 n) { return five(n + 4) ^ 4; }
static __noinline u64 three(u64 n) { return four(n * 3) + five(n); }
static __noinline u64 two(u64 n) { return three(n - 2) + 2; }
static __noinline u64 one(u64 n) { char pad[64] = {}; bpf_get_current_comm(pad, 16); return two(n) + pad[3]; }

SEC("kprobe/vfs_create")
int chain_of_calls(struct pt_regs *regs)
{
    sum += one(regs->di);
    return 0;
}

static __noinline int write_through(u64 *to, const struct state *from)
{
    if (!to || !from)
        return -1;
    *to = from->bytes + from->seen;
    return 0;
}

SEC("kprobe/vfs_mkdir")
int out_parameter(struct pt_regs *regs)
{
    u64 got = 0;
    struct state *state = find(1);
    if (!state)
        return 0;
    if (write_through(&got, state))
        return 0;
    sum = got;
    return 0;
}

static __noinline u64 fact(u64 n)
{
    u64 product = 1;
    for (u64 i = 1; i <= n && i < 20; i++)
        product *= i;
    return product;
}

SEC("kprobe/vfs_rmdir")
int loop_in_function(struct pt_regs *regs)
{
    sum = fact(regs->di & 15);
    return 0;
}

static __noinline u64 halves(u64 n)
{
    return n >> 1 << 32 | (u32)(n - (n >> 1));
}

SEC("kprobe/vfs_link")
int returns_two_numbers(struct pt_regs *regs)
{
    u64 first = halves(regs->di);
    u64 second = halves(first >> 32);
    sum = (second >> 32) + (u32)first;
    return 0;
}

static __noinline u32 reads_context(struct pt_regs *regs)
{
    return regs->di + regs->si + regs->ip;
}

SEC("kprobe/vfs_rename")
int passes_context(struct pt_regs *regs)
{
    return reads_context(regs) & 1;
}

SEC("kprobe/vfs_statx")
int through_pointer_in_loop(struct pt_regs *regs)
{
    for (u32 i = 0; i < 8; i++) {
        struct state *state = find(i);
        if (!state)
            continue;
        fill(state, i);
        if (state->depth < 16)
            state->name[state->depth] = 'x';
    }
    return 0;
}

LICENSE("GPL");
