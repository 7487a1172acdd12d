/* Loops: counted, nested, left early, over maps and tables, bounded by data, unrolled, with callbacks. */
#include "corpus.h"

struct matrix {
    u32 cells[16][16];
};
struct walk {
    u64 sum;
    u32 rounds, most;
    char text[32];
};
MAP(matrices, ARRAY, u32, struct matrix, 4);
MAP(values, ARRAY, u32, u64, 128);
MAP(hash, HASH, u64, u64, 128);
MAP(per_cpu, PERCPU_HASH, u32, u64, 128);
u64 result, items[100];
u32 sorted[16];
const volatile u32 bound = 50;

SEC("raw_tp/sys_enter")
int counted(u64 *ctx)
{
    u64 sum = 0;
    for (u32 i = 0; i < 100; i++) {
        u64 *value = bpf_map_lookup_elem(&values, &i);
        if (value)
            sum += *value;
    }
    result = sum;
    return 0;
}

SEC("raw_tp/sys_enter")
int nested(u64 *ctx)
{
    u32 key = ctx[1] & 3;
    struct matrix *matrix = bpf_map_lookup_elem(&matrices, &key);
    if (!matrix)
        return 0;
    u64 trace = 0;
    for (int row = 0; row < 16; row++)
        for (int column = 0; column < 16; column++) {
            if (column > row)
                break;
            trace += matrix->cells[row][column];
            barrier_var(trace);
        }
    result = trace;
    return 0;
}

SEC("raw_tp/sys_enter")
int by_data(u64 *ctx)
{
    u32 rounds = ctx[1];
    if (rounds > 90)
        rounds = 90;
    u64 sum = 0;
    for (u32 i = 0; i < rounds; i++)
        sum += items[i];
    result = sum;
    return 0;
}

SEC("raw_tp/sys_enter")
int by_setting(u64 *ctx)
{
    u64 sum = 0;
    for (u32 i = 0; i < bound && i < 100; i++)
        sum = sum * 31 + items[i];
    result = sum;
    return 0;
}

SEC("raw_tp/sys_enter")
int backwards(u64 *ctx)
{
    u64 sum = 0;
    for (int i = 99; i >= 0; i--) {
        sum ^= items[i];
        barrier_var(sum);
    }
    result = sum;
    return 0;
}

SEC("raw_tp/sys_enter")
int halved(u64 *ctx)
{
    u64 wanted = ctx[1];
    u32 low = 0, high = 100;
    for (int i = 0; i < 8; i++) {
        if (low >= high)
            break;
        u32 middle = (low + high) / 2;
        if (middle >= 100)
            break;
        if (items[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    result = low;
    return 0;
}

SEC("raw_tp/sys_enter")
int sorting(u64 *ctx)
{
    for (int i = 0; i < 15; i++)
        for (int j = 0; j < 15 - i; j++) {
            int at = j & 15, next = (j + 1) & 15;
            if (sorted[at] > sorted[next]) {
                u32 kept = sorted[at];
                sorted[at] = sorted[next];
                sorted[next] = kept;
            }
        }
    return 0;
}

SEC("raw_tp/sys_enter")
int infinite_but_bounded(u64 *ctx)
{
    u32 i = 0;
    u64 value = ctx[1];
    while (1) {
        if (i++ > 500)
            break;
        if (value == 1)
            break;
        value = value & 1 ? value * 3 + 1 : value >> 1;
    }
    result = i;
    return 0;
}

static long add(u32 index, struct walk *walk)
{
    if (index >= 100)
        return 1;
    walk->sum += items[index];
    walk->rounds++;
    return 0;
}

SEC("raw_tp/sys_enter")
int calls_back(u64 *ctx)
{
    struct walk walk = {};
    bpf_loop(ctx[1] & 0xffff, add, &walk, 0);
    result = walk.sum + walk.rounds;
    return 0;
}

static long letter(u32 index, struct walk *walk)
{
    u32 at = walk->rounds;
    if (at >= sizeof(walk->text))
        return 1;
    walk->text[at] = 'a' + index % 26;
    walk->rounds = at + 1;
    return 0;
}

SEC("raw_tp/sys_enter")
int calls_back_with_text(u64 *ctx)
{
    struct walk walk = {};
    bpf_loop(1000, letter, &walk, 0);
    result = walk.text[5];
    return 0;
}

static long inner(u32 index, u64 *sum)
{
    *sum += index;
    return 0;
}

static long outer(u32 index, u64 *sum)
{
    bpf_loop(10, inner, sum, 0);
    return 0;
}

SEC("raw_tp/sys_enter")
int calls_back_nested(u64 *ctx)
{
    u64 sum = 0;
    bpf_loop(100, outer, &sum, 0);
    result = sum;
    return 0;
}

static long largest(void *map, u32 *key, u64 *value, struct walk *walk)
{
    if (*value > walk->sum) {
        walk->sum = *value;
        walk->most = *key;
    }
    return 0;
}

SEC("raw_tp/sys_enter")
int over_array(u64 *ctx)
{
    struct walk walk = {};
    bpf_for_each_map_elem(&values, largest, &walk, 0);
    result = walk.most;
    return 0;
}

static long expired(void *map, u64 *key, u64 *value, u64 *now)
{
    if (*now - *value > 1000000000ULL)
        bpf_map_delete_elem(map, key);
    return 0;
}

SEC("raw_tp/sys_enter")
int over_hash(u64 *ctx)
{
    u64 now = bpf_ktime_get_ns();
    result = bpf_for_each_map_elem(&hash, expired, &now, 0);
    return 0;
}

SEC("raw_tp/sys_enter")
int over_cpus(u64 *ctx)
{
    u64 sum = 0;
    u32 key = ctx[1];
    for (u32 cpu = 0; cpu < 16; cpu++) {
        u64 *value = bpf_map_lookup_percpu_elem(&per_cpu, &key, cpu);
        if (!value)
            break;
        sum += *value;
    }
    result = sum;
    return 0;
}

SEC("raw_tp/sys_enter")
int zero_or_more(u64 *ctx)
{
    u64 sum = 0;
    u32 rounds = bpf_get_prandom_u32() % 64;
    for (u32 i = 0; i < rounds; i++) {
        u64 key = i;
        u64 *value = bpf_map_lookup_elem(&hash, &key);
        if (!value)
            continue;
        if (*value == 77)
            goto done;
        sum += *value;
    }
done:
    result = sum;
    return 0;
}

LICENSE("GPL");
