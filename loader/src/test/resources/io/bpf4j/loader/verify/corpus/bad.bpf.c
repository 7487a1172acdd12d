/* The mistakes that people make: none of these programs may be loaded. */
#include "corpus.h"

struct record {
    u64 time;
    u32 pid, length;
    char data[64];
};
MAP(hash, HASH, u32, struct record, 64);
MAP(array, ARRAY, u32, u64, 16);
RING(ring, 4096);
PERF(perf);
struct {
    __uint(type, PROG_ARRAY);
    __uint(max_entries, 4);
    __uint(key_size, 4);
    __uint(value_size, 4);
} programs SEC(".maps");
const volatile u32 limit = 100;
u64 table[16];

SEC("kprobe/vfs_read")
int bad_no_null_check(struct pt_regs *regs)
{
    u32 key = 1;
    struct record *record = bpf_map_lookup_elem(&hash, &key);
    record->length++;
    return 0;
}

SEC("kprobe/vfs_read")
int bad_checked_the_wrong_one(struct pt_regs *regs)
{
    u32 one = 1, two = 2;
    struct record *a = bpf_map_lookup_elem(&hash, &one), *b = bpf_map_lookup_elem(&hash, &two);
    if (!a)
        return 0;
    return b->length;
}

SEC("kprobe/vfs_read")
int bad_index(struct pt_regs *regs)
{
    u64 index = regs->dx;
    barrier_var(index);
    table[index]++;
    return 0;
}

SEC("kprobe/vfs_read")
int bad_index_by_one(struct pt_regs *regs)
{
    u64 index = regs->dx;
    if (index > 16)
        return 0;
    table[index]++;
    return 0;
}

SEC("kprobe/vfs_read")
int bad_signed_index(struct pt_regs *regs)
{
    s64 index = regs->dx;
    if (index < 16) {
        barrier_var(index);
        table[index]++;
    }
    return 0;
}

SEC("kprobe/vfs_read")
int bad_index_of_the_limit(struct pt_regs *regs)
{
    u32 index = regs->dx;
    if (index < limit)
        table[index]++;
    return 0;
}

SEC("kprobe/vfs_read")
int bad_forgotten_submit(struct pt_regs *regs)
{
    struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
    if (!record)
        return 0;
    record->time = 1;
    return 0;
}

SEC("kprobe/vfs_read")
int bad_forgotten_on_one_path(struct pt_regs *regs)
{
    struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
    if (!record)
        return 0;
    if (regs->dx > 64)
        return 1;
    bpf_ringbuf_submit(record, 0);
    return 0;
}

SEC("kprobe/vfs_read")
int bad_use_after_submit(struct pt_regs *regs)
{
    struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
    if (!record)
        return 0;
    bpf_ringbuf_submit(record, 0);
    record->length = 1;
    return 0;
}

SEC("kprobe/vfs_read")
int bad_submitted_twice(struct pt_regs *regs)
{
    struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
    if (!record)
        return 0;
    bpf_ringbuf_submit(record, 0);
    bpf_ringbuf_discard(record, 0);
    return 0;
}

SEC("kprobe/vfs_read")
int bad_submitted_null(struct pt_regs *regs)
{
    bpf_ringbuf_submit(bpf_ringbuf_reserve(&ring, 16, 0), 0);
    return 0;
}

SEC("kprobe/vfs_read")
int bad_variable_reserve(struct pt_regs *regs)
{
    void *record = bpf_ringbuf_reserve(&ring, regs->dx, 0);
    if (record)
        bpf_ringbuf_submit(record, 0);
    return 0;
}

SEC("kprobe/vfs_read")
int bad_read_past_record(struct pt_regs *regs)
{
    struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
    if (!record)
        return 0;
    bpf_probe_read_user(record->data, 65, (void *)regs->si);
    bpf_ringbuf_submit(record, 0);
    return 0;
}

SEC("kprobe/vfs_read")
int bad_length(struct pt_regs *regs)
{
    struct record record = {};
    bpf_probe_read_user(record.data, regs->dx, (void *)regs->si);
    bpf_perf_event_output(regs, &perf, CURRENT_CPU, &record, sizeof(record));
    return 0;
}

SEC("kprobe/vfs_read")
int bad_length_too_far(struct pt_regs *regs)
{
    struct record *record, fresh = {};
    u32 key = 1;
    record = bpf_map_lookup_elem(&hash, &key);
    if (!record)
        return 0;
    u64 length = regs->dx & 127;
    bpf_probe_read_user(record->data, length, (void *)regs->si);
    return 0;
}

SEC("kprobe/vfs_read")
int bad_user_memory(struct pt_regs *regs)
{
    return *(int *)regs->si;
}

SEC("kprobe/vfs_read")
int bad_kernel_memory(struct pt_regs *regs)
{
    struct file *file = (void *)regs->di;
    return file->f_flags;
}

SEC("kprobe/vfs_read")
int bad_context(struct pt_regs *regs)
{
    return ((u64 *)regs)[21];
}

SEC("kprobe/vfs_read")
int bad_context_write(struct pt_regs *regs)
{
    regs->ax = 0;
    return 0;
}

SEC("kprobe/vfs_read")
int bad_endless(struct pt_regs *regs)
{
    u64 n = regs->dx;
    while (n != 1) {
        n = n & 1 ? n * 3 + 1 : n / 2;
        barrier_var(n);
    }
    return 0;
}

SEC("kprobe/vfs_read")
int bad_too_long(struct pt_regs *regs)
{
    u64 sum = 0;
    for (u64 i = 0; i < 10000000; i++) {
        sum ^= i;
        barrier_var(sum);
    }
    return sum & 1;
}

static __noinline u64 deep(u64 n)
{
    char room[200] = {};
    bpf_get_current_comm(room, sizeof(room));
    return room[n & 127];
}

static __noinline u64 deeper(u64 n)
{
    char room[200] = {};
    bpf_get_current_comm(room, sizeof(room));
    return room[n & 127] + deep(n + 1);
}

SEC("socket")
int bad_stack_of_calls(struct __sk_buff *skb)
{
    char room[200] = {};
    bpf_skb_load_bytes(skb, 0, room, sizeof(room));
    return room[5] + deeper(skb->len);
}

SEC("kprobe/vfs_read")
int bad_stack_index(struct pt_regs *regs)
{
    char text[32] = {};
    bpf_probe_read_user_str(text, sizeof(text), (void *)regs->si);
    text[regs->dx & 63] = 0;
    bpf_perf_event_output(regs, &perf, CURRENT_CPU, text, sizeof(text));
    return 0;
}

SEC("kprobe/vfs_read")
int bad_read_only(struct pt_regs *regs)
{
    u32 *setting = (u32 *)&limit;
    barrier_var(setting);
    *setting = 7;
    return 0;
}

SEC("kprobe/vfs_read")
int bad_key(struct pt_regs *regs)
{
    return bpf_map_lookup_elem(&hash, (void *)regs->si) != NULL;
}

SEC("kprobe/vfs_read")
int bad_map_for_helper(struct pt_regs *regs)
{
    u64 value = 1;
    return bpf_ringbuf_output(&array, &value, sizeof(value), 0);
}

SEC("kprobe/vfs_read")
int bad_lookup_in_ring(struct pt_regs *regs)
{
    u32 key = 0;
    return bpf_map_lookup_elem(&ring, &key) != NULL;
}

SEC("kprobe/vfs_read")
int bad_tail_call_while_holding(struct pt_regs *regs)
{
    void *record = bpf_ringbuf_reserve(&ring, 16, 0);
    if (!record)
        return 0;
    bpf_tail_call(regs, &programs, 1);
    bpf_ringbuf_submit(record, 0);
    return 0;
}

SEC("kprobe/vfs_read")
int bad_pointer_sum(struct pt_regs *regs)
{
    u64 *one = bpf_map_lookup_elem(&array, &(u32){1});
    u64 *two = bpf_map_lookup_elem(&array, &(u32){2});
    if (!one || !two)
        return 0;
    return *(u64 *)((u64)one + (u64)two);
}

SEC("kprobe/vfs_read")
int bad_shifted_pointer(struct pt_regs *regs)
{
    u64 address = (u64)bpf_map_lookup_elem(&array, &(u32){1});
    if (!address)
        return 0;
    address <<= 1;
    barrier_var(address);
    return *(u64 *)address;
}

SEC("kprobe/vfs_read")
int bad_null_helper_argument(struct pt_regs *regs)
{
    u32 key = 1;
    bpf_map_update_elem(&hash, &key, NULL, 0);
    return 0;
}

static long reads_beyond(u32 index, u64 *sums)
{
    *sums += table[index];
    return 0;
}

SEC("kprobe/vfs_read")
int bad_callback_index(struct pt_regs *regs)
{
    u64 sum = 0;
    bpf_loop(16, reads_beyond, &sum, 0);
    return sum & 1;
}

static long returns_more(u32 index, u64 *sum)
{
    *sum += index;
    return 2;
}

SEC("kprobe/vfs_read")
int bad_callback_result(struct pt_regs *regs)
{
    u64 sum = 0;
    bpf_loop(4, returns_more, &sum, 0);
    return sum & 1;
}

SEC("xdp")
int bad_packet_without_test(struct xdp_md *ctx)
{
    struct ethhdr *eth = (void *)(long)ctx->data;
    return eth->h_proto == 8 ? 2 : 1;
}

SEC("xdp")
int bad_packet_test_too_short(struct xdp_md *ctx)
{
    struct ethhdr *eth = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if ((void *)eth + 12 > end)
        return 1;
    return eth->h_proto == 8 ? 2 : 1;
}

SEC("xdp")
int bad_packet_after_move(struct xdp_md *ctx)
{
    struct ethhdr *eth = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if ((void *)(eth + 1) > end)
        return 1;
    bpf_xdp_adjust_head(ctx, 4);
    return eth->h_proto == 8 ? 2 : 1;
}

SEC("xdp")
int bad_packet_length(struct xdp_md *ctx)
{
    u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    if (data + 20 > end)
        return 1;
    u32 length = data[0];
    return data[length] ? 1 : 2;
}

SEC("cgroup_skb/egress")
int bad_result(struct __sk_buff *skb)
{
    return skb->len;
}

SEC("tp_btf/sched_switch")
int bad_typed_write(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[1];
    task->prio = 1;
    return 0;
}

SEC("tp_btf/sched_switch")
int bad_typed_argument(u64 *ctx)
{
    struct task_struct *task = (void *)ctx[9];
    table[0] = task->pid;
    return 0;
}

SEC("iter/task")
int bad_typed_result(u64 *ctx)
{
    return 2;
}

LICENSE("GPL");
