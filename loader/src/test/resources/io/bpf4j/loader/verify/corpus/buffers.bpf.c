/* Records of known and computed sizes through rings and perf buffers, and values too large for the stack. */
#include "corpus.h"

struct header {
    u64 time;
    u32 pid, length;
};
struct record {
    struct header header;
    char data[240];
};
struct big {
    struct header header;
    char data[4096];
};
RING(ring, 1 << 18);
PERF(perf);
MAP(heap, PERCPU_ARRAY, u32, struct big, 1);
MAP(drops, PERCPU_ARRAY, u32, u64, 2);
const volatile u32 snap = 200;

static __always_inline void stamp(struct header *header)
{
    header->time = bpf_ktime_get_ns();
    header->pid = bpf_get_current_pid_tgid() >> 32;
}

SEC("uprobe//usr/lib/libssl.so:SSL_write")
int fixed(struct pt_regs *regs)
{
    struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
    if (!record) {
        u32 key = 0;
        u64 *drop = bpf_map_lookup_elem(&drops, &key);
        if (drop)
            (*drop)++;
        return 0;
    }
    stamp(&record->header);
    u32 length = regs->dx;
    if (length > sizeof(record->data))
        length = sizeof(record->data);
    record->header.length = length;
    bpf_probe_read_user(record->data, length, (void *)regs->si);
    bpf_ringbuf_submit(record, 0);
    return 0;
}

SEC("uprobe//usr/lib/libssl.so:SSL_read")
int masked(struct pt_regs *regs)
{
    u32 zero = 0;
    struct big *big = bpf_map_lookup_elem(&heap, &zero);
    if (!big)
        return 0;
    stamp(&big->header);
    u64 length = regs->dx;
    length &= 0xfff;
    bpf_probe_read_user(big->data, length, (void *)regs->si);
    big->header.length = length;
    bpf_ringbuf_output(&ring, big, sizeof(big->header) + length, 0);
    return 0;
}

SEC("uretprobe//usr/lib/libssl.so:SSL_read")
int computed(struct pt_regs *regs)
{
    u32 zero = 0;
    struct big *big = bpf_map_lookup_elem(&heap, &zero);
    if (!big)
        return 0;
    long got = regs->ax;
    if (got <= 0)
        return 0;
    if (got > sizeof(big->data))
        got = sizeof(big->data);
    bpf_probe_read_user(big->data, got, (void *)regs->si);
    bpf_perf_event_output(regs, &perf, CURRENT_CPU, big, sizeof(big->header) + got);
    return 0;
}

SEC("uprobe//usr/lib/libssl.so:SSL_shutdown")
int in_chunks(struct pt_regs *regs)
{
    const char *from = (void *)regs->si;
    u32 left = regs->dx;
    for (int i = 0; i < 8; i++) {
        if (!left)
            break;
        u32 take = left < 240 ? left : 240;
        struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
        if (!record)
            break;
        stamp(&record->header);
        record->header.length = take;
        if (bpf_probe_read_user(record->data, take, from)) {
            bpf_ringbuf_discard(record, 0);
            break;
        }
        bpf_ringbuf_submit(record, i ? 1 : 0);
        from += take;
        left -= take;
    }
    return 0;
}

SEC("uprobe//usr/lib/libssl.so:SSL_free")
int when_empty(struct pt_regs *regs)
{
    if (bpf_ringbuf_query(&ring, 0) > (1 << 17))
        return 0;
    struct header header = {};
    stamp(&header);
    return bpf_ringbuf_output(&ring, &header, sizeof(header), 0) ? 1 : 0;
}

SEC("uprobe//usr/lib/libssl.so:SSL_new")
int two_records(struct pt_regs *regs)
{
    struct header *one = bpf_ringbuf_reserve(&ring, sizeof(*one), 0);
    if (!one)
        return 0;
    struct header *two = bpf_ringbuf_reserve(&ring, sizeof(*two), 0);
    if (!two) {
        bpf_ringbuf_discard(one, 0);
        return 0;
    }
    stamp(one);
    *two = *one;
    two->length = 1;
    bpf_ringbuf_submit(two, 0);
    bpf_ringbuf_submit(one, 0);
    return 0;
}

SEC("uprobe//usr/lib/libssl.so:SSL_peek")
int limited_by_setting(struct pt_regs *regs)
{
    struct record record = {};
    u32 length = regs->dx;
    if (length > snap)
        length = snap;
    stamp(&record.header);
    if (length <= sizeof(record.data))
        bpf_probe_read_user(record.data, length, (void *)regs->si);
    bpf_perf_event_output(regs, &perf, CURRENT_CPU, &record, sizeof(record));
    return 0;
}

static __noinline int finish(struct record *record, u32 length)
{
    if (!record)
        return 0;
    record->header.length = length;
    bpf_ringbuf_submit(record, 0);
    return 1;
}

SEC("uprobe//usr/lib/libssl.so:SSL_clear")
int submitted_elsewhere(struct pt_regs *regs)
{
    return finish(bpf_ringbuf_reserve(&ring, sizeof(struct record), 0), regs->dx);
}

LICENSE("GPL");
