/* Connections: states, round trips, retransmissions; events of different shapes for different families. */
#include "corpus.h"

struct key {
    union {
        u32 v4[2];
        u8 v6[2][16];
    } address;
    u16 sport, dport, family, pad;
};
struct traffic {
    u64 sent, received;
    u32 task;
    char comm[16];
};
struct conn {
    u64 ts;
    u32 pid;
    char comm[16];
};
const volatile u16 filter_ports[8] = {};
const volatile int filter_ports_len = 0;
const volatile u32 filter_pid = 0;
MAP(sockets, HASH, u32, struct sock *, 8192);
MAP(traffics, LRU_HASH, struct key, struct traffic, 4096);
MAP(births, HASH, u64, struct conn, 4096);
PERF(events);
RING(ring, 65536);

static __always_inline bool filter_port(u16 port)
{
    if (filter_ports_len == 0)
        return 0;
    for (int i = 0; i < filter_ports_len && i < 8; i++)
        if (port == filter_ports[i])
            return 0;
    return 1;
}

static __always_inline void fill(struct key *key, struct sock *sk)
{
    key->family = READ(sk, __sk_common.skc_family);
    key->address.v4[0] = READ(sk, __sk_common.skc_rcv_saddr);
    key->address.v4[1] = READ(sk, __sk_common.skc_daddr);
    key->sport = READ(sk, __sk_common.skc_num);
    key->dport = READ(sk, __sk_common.skc_dport);
}

SEC("kprobe/tcp_v4_connect")
int connect_entry(struct pt_regs *regs)
{
    struct sock *sk = (void *)regs->di;
    u64 id = bpf_get_current_pid_tgid();
    u32 tid = id;
    if (filter_pid && id >> 32 != filter_pid)
        return 0;
    bpf_map_update_elem(&sockets, &tid, &sk, 0);
    return 0;
}

SEC("kretprobe/tcp_v4_connect")
int connect_return(struct pt_regs *regs)
{
    u32 tid = bpf_get_current_pid_tgid();
    struct sock **found = bpf_map_lookup_elem(&sockets, &tid);
    if (!found)
        return 0;
    if ((int)regs->ax)
        goto end;
    struct sock *sk = *found;
    struct key key = {};
    fill(&key, sk);
    if (filter_port(key.dport))
        goto end;
    bpf_perf_event_output(regs, &events, CURRENT_CPU, &key, sizeof(key));
end:
    bpf_map_delete_elem(&sockets, &tid);
    return 0;
}

static int probe_ip(bool receiving, struct sock *sk, u64 size)
{
    struct key key = {};
    struct traffic *traffic, zero;
    fill(&key, sk);
    if (key.family != 2 && key.family != 10)
        return 0;
    traffic = bpf_map_lookup_elem(&traffics, &key);
    if (!traffic) {
        zero = (struct traffic){};
        if (receiving)
            zero.received = size;
        else
            zero.sent = size;
        bpf_get_current_comm(&zero.comm, sizeof(zero.comm));
        bpf_map_update_elem(&traffics, &key, &zero, BPF_NOEXIST);
    } else {
        if (receiving)
            traffic->received += size;
        else
            traffic->sent += size;
    }
    return 0;
}

SEC("kprobe/tcp_sendmsg")
int sends(struct pt_regs *regs)
{
    return probe_ip(0, (void *)regs->di, regs->dx);
}

SEC("kprobe/tcp_cleanup_rbuf")
int receives(struct pt_regs *regs)
{
    int copied = regs->si;
    if (copied <= 0)
        return 0;
    return probe_ip(1, (void *)regs->di, copied);
}

struct state_change {
    u64 common;
    const void *skaddr;
    int oldstate, newstate;
    u16 sport, dport, family, protocol;
    u8 saddr[4], daddr[4], saddr_v6[16], daddr_v6[16];
};
struct state_event {
    u8 saddr[16], daddr[16];
    u64 delta;
    int from, to;
    u16 family;
};

SEC("tracepoint/sock/inet_sock_set_state")
int states(struct state_change *ctx)
{
    u64 sk = (u64)ctx->skaddr, now = bpf_ktime_get_ns(), delta = 0;
    if (ctx->protocol != 6 || filter_port(ctx->dport))
        return 0;
    struct conn *born = bpf_map_lookup_elem(&births, &sk);
    if (born)
        delta = (now - born->ts) / 1000;
    struct state_event event = {.delta = delta, .from = ctx->oldstate, .to = ctx->newstate, .family = ctx->family};
    if (ctx->family == 2) {
        __builtin_memcpy(event.saddr, ctx->saddr, 4);
        __builtin_memcpy(event.daddr, ctx->daddr, 4);
    } else {
        __builtin_memcpy(event.saddr, ctx->saddr_v6, 16);
        __builtin_memcpy(event.daddr, ctx->daddr_v6, 16);
    }
    bpf_perf_event_output(ctx, &events, CURRENT_CPU, &event, sizeof(event));
    if (ctx->newstate == 7) {
        bpf_map_delete_elem(&births, &sk);
    } else {
        struct conn conn = {.ts = now, .pid = bpf_get_current_pid_tgid() >> 32};
        bpf_get_current_comm(conn.comm, sizeof(conn.comm));
        bpf_map_update_elem(&births, &sk, &conn, 0);
    }
    return 0;
}

SEC("raw_tp/tcp_retransmit_skb")
int retransmits(u64 *ctx)
{
    struct sock *sk = (void *)ctx[0];
    struct key *key = bpf_ringbuf_reserve(&ring, sizeof(*key), 0);
    if (!key)
        return 0;
    __builtin_memset(key, 0, sizeof(*key));
    fill(key, sk);
    if (key->family == 10 && READ_INTO(&key->address.v6[0], sk, __sk_common)) {
        bpf_ringbuf_discard(key, 0);
        return 0;
    }
    bpf_ringbuf_submit(key, 0);
    return 0;
}

LICENSE("GPL");
