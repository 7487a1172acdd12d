/* Every kind of map that tracing programs use, and what can be done to it. */
#include "corpus.h"

struct pair {
    u32 a, b;
};
struct value {
    u64 count;
    struct pair pair;
    char tag[8];
};
MAP(hash, HASH, struct pair, struct value, 1024);
MAP(array, ARRAY, u32, struct value, 32);
MAP(percpu_array, PERCPU_ARRAY, u32, struct value, 32);
MAP(percpu_hash, PERCPU_HASH, u32, struct value, 32);
MAP(lru, LRU_HASH, u64, struct value, 32);
MAP(lru_percpu, LRU_PERCPU_HASH, u64, u64, 32);
struct {
    __uint(type, QUEUE);
    __uint(max_entries, 16);
    __uint(value_size, sizeof(struct value));
} queue SEC(".maps");
struct {
    __uint(type, STACK);
    __uint(max_entries, 16);
    __uint(value_size, 8);
} stack SEC(".maps");
struct prefix {
    u32 bits;
    u8 address[4];
};
struct {
    __uint(type, LPM_TRIE);
    __uint(max_entries, 16);
    __uint(map_flags, 1);
    __type(key, struct prefix);
    __type(value, u32);
} trie SEC(".maps");
struct inner {
    __uint(type, HASH);
    __uint(max_entries, 16);
    __type(key, u32);
    __type(value, u64);
} inner_one SEC(".maps"), inner_two SEC(".maps");
struct {
    __uint(type, ARRAY_OF_MAPS);
    __uint(max_entries, 2);
    __uint(key_size, 4);
    __array(values, struct inner);
} outer SEC(".maps") = {.values = {&inner_one, &inner_two}};
struct {
    __uint(type, HASH_OF_MAPS);
    __uint(max_entries, 2);
    __uint(key_size, 4);
    __array(values, struct inner);
} outer_hash SEC(".maps") = {.values = {&inner_one}};
struct {
    __uint(type, HASH);
    __uint(max_entries, 16);
    __uint(map_flags, 1);
    __type(key, u64);
    __type(value, struct value);
} grown_on_demand SEC(".maps");

SEC("raw_tp/sys_enter")
int count_pairs(u64 *ctx)
{
    struct pair key = {.a = ctx[1], .b = bpf_get_current_pid_tgid()};
    struct value fresh = {.count = 1, .pair = key};
    struct value *value = bpf_map_lookup_elem(&hash, &key);
    if (value)
        __sync_fetch_and_add(&value->count, 1);
    else
        bpf_map_update_elem(&hash, &key, &fresh, BPF_NOEXIST);
    return 0;
}

SEC("raw_tp/sys_enter")
int fixed_index(u64 *ctx)
{
    u32 key = 7;
    struct value *value = bpf_map_lookup_elem(&array, &key);
    if (!value)
        return 0;
    value->tag[ctx[1] & 7] = 1;
    value->pair.a = 3;
    return 0;
}

SEC("raw_tp/sys_enter")
int own_processor(u64 *ctx)
{
    u32 key = ctx[1] % 32;
    struct value *value = bpf_map_lookup_elem(&percpu_array, &key);
    if (value)
        value->count += ctx[1];
    value = bpf_map_lookup_elem(&percpu_hash, &key);
    if (value)
        value->count--;
    return 0;
}

SEC("raw_tp/sys_enter")
int least_recent(u64 *ctx)
{
    u64 key = ctx[1], zero = 0;
    u64 *count = bpf_map_lookup_elem(&lru_percpu, &key);
    if (!count) {
        bpf_map_update_elem(&lru_percpu, &key, &zero, BPF_ANY);
        count = bpf_map_lookup_elem(&lru_percpu, &key);
    }
    if (count)
        *count += 1;
    struct value value = {};
    bpf_map_update_elem(&lru, &key, &value, BPF_ANY);
    return 0;
}

SEC("raw_tp/sys_enter")
int queues(u64 *ctx)
{
    struct value value = {.count = ctx[1]};
    if (bpf_map_push_elem(&queue, &value, 0))
        bpf_map_pop_elem(&queue, &value);
    u64 top = 0;
    if (!bpf_map_peek_elem(&stack, &top))
        top++;
    bpf_map_push_elem(&stack, &top, BPF_EXIST);
    return value.count == 3;
}

SEC("raw_tp/sys_enter")
int longest_prefix(u64 *ctx)
{
    struct prefix key = {.bits = 32};
    *(u32 *)key.address = ctx[1];
    u32 *found = bpf_map_lookup_elem(&trie, &key);
    return found ? *found : 0;
}

SEC("raw_tp/sys_enter")
int map_in_array(u64 *ctx)
{
    u32 which = ctx[1] & 1, key = 3;
    void *map = bpf_map_lookup_elem(&outer, &which);
    if (!map)
        return 0;
    u64 *count = bpf_map_lookup_elem(map, &key);
    u64 one = 1;
    if (count)
        *count += 1;
    else
        bpf_map_update_elem(map, &key, &one, BPF_ANY);
    return 0;
}

SEC("raw_tp/sys_enter")
int map_in_hash(u64 *ctx)
{
    u32 which = ctx[1], key = 3;
    void *map = bpf_map_lookup_elem(&outer_hash, &which);
    if (map)
        bpf_map_delete_elem(map, &key);
    return 0;
}

SEC("raw_tp/sys_enter")
int value_as_key(u64 *ctx)
{
    u32 key = 1;
    struct value *value = bpf_map_lookup_elem(&array, &key);
    if (!value)
        return 0;
    struct value *other = bpf_map_lookup_elem(&hash, &value->pair);
    if (!other)
        return 0;
    bpf_map_update_elem(&lru, &value->count, other, BPF_ANY);
    return 0;
}

SEC("raw_tp/sys_enter")
int copies_values(u64 *ctx)
{
    u32 from = ctx[1] & 31, to = ctx[1] >> 8 & 31;
    struct value *source = bpf_map_lookup_elem(&array, &from);
    struct value *target = bpf_map_lookup_elem(&array, &to);
    if (!source || !target)
        return 0;
    *target = *source;
    __builtin_memset(source, 0, sizeof(*source));
    return 0;
}

SEC("raw_tp/sys_enter")
int stored_and_deleted(u64 *ctx)
{
    u64 key = ctx[0];
    struct value value = {.count = bpf_ktime_get_ns()};
    if (bpf_map_update_elem(&grown_on_demand, &key, &value, BPF_NOEXIST) == -17)
        bpf_map_delete_elem(&grown_on_demand, &key);
    return 0;
}

SEC("raw_tp/sys_enter")
int atomics(u64 *ctx)
{
    u32 zero = 0;
    struct value *value = bpf_map_lookup_elem(&array, &zero);
    if (!value)
        return 0;
    __sync_fetch_and_add(&value->pair.a, 2);
    __sync_fetch_and_add(&value->count, ctx[1]);
    return 0;
}

LICENSE("GPL");
