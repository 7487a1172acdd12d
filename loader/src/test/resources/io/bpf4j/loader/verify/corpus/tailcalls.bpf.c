/* Programs that go on as another: by number of a call, as a chain, with state in a map. */
#include "corpus.h"

struct state {
    u32 step, budget;
    u64 sum;
};
MAP(states, PERCPU_ARRAY, u32, struct state, 1);
struct {
    __uint(type, PROG_ARRAY);
    __uint(max_entries, 512);
    __uint(key_size, 4);
    __uint(value_size, 4);
} steps SEC(".maps");

static __always_inline struct state *state_of(void)
{
    u32 zero = 0;
    return bpf_map_lookup_elem(&states, &zero);
}

SEC("raw_tp/sys_enter")
int dispatch(u64 *ctx)
{
    bpf_tail_call(ctx, &steps, ctx[1] & 511);
    return 0;
}

SEC("raw_tp/sys_enter")
int fixed_step(u64 *ctx)
{
    struct state *state = state_of();
    if (!state)
        return 0;
    state->step = 0;
    state->budget = 32;
    bpf_tail_call(ctx, &steps, 1);
    state = state_of();
    if (state)
        state->sum = -1;
    return 0;
}

SEC("raw_tp/sys_enter")
int next_step(u64 *ctx)
{
    struct state *state = state_of();
    if (!state || !state->budget)
        return 0;
    state->budget--;
    state->sum += ctx[1];
    bpf_tail_call(ctx, &steps, state->step);
    return 0;
}

SEC("raw_tp/sys_enter")
int after_loop(u64 *ctx)
{
    struct state *state = state_of();
    if (!state)
        return 0;
    for (int i = 0; i < 16; i++) {
        if (state->sum > 1000)
            bpf_tail_call(ctx, &steps, i);
        state->sum += i;
    }
    return 0;
}

static __noinline int jump(u64 *ctx, u32 to)
{
    bpf_tail_call(ctx, &steps, to);
    return 1;
}

SEC("raw_tp/sys_enter")
int from_function(u64 *ctx)
{
    int missed = jump(ctx, ctx[1]);
    struct state *state = state_of();
    if (state)
        state->sum += missed;
    return 0;
}

LICENSE("GPL");
