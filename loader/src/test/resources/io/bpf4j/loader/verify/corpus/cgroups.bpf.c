/* Programs of control groups and sockets: who may connect, bind, open devices, change settings. */
#include "corpus.h"

struct sock_addr {
    u32 user_family, user_ip4, user_ip6[4], user_port, family, type, protocol, msg_src_ip4, msg_src_ip6[4];
};
struct bpf_sock {
    u32 bound_dev_if, family, type, protocol, mark, priority, src_ip4, src_ip6[4], src_port;
    u16 dst_port, pad;
    u32 dst_ip4, dst_ip6[4], state;
};
struct device {
    u32 access_type, major, minor;
};
struct sysctl {
    u32 write, file_pos;
};
struct sock_ops {
    u32 op, args[4], family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port,
        is_fullsock, snd_cwnd, srtt_us, flags;
};
struct msg {
    u64 data, data_end;
    u32 family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, size;
};
MAP(allowed, HASH, u32, u32, 64);
MAP(counts, ARRAY, u32, u64, 16);

static __always_inline void count(u32 key)
{
    u64 *value = bpf_map_lookup_elem(&counts, &key);
    if (value)
        __sync_fetch_and_add(value, 1);
}

SEC("cgroup/connect4")
int redirects(struct sock_addr *ctx)
{
    if (ctx->user_port != htons(80) || ctx->protocol != 6)
        return 1;
    ctx->user_ip4 = htonl(0x7f000001);
    ctx->user_port = htons(8080);
    return 1;
}

SEC("cgroup/connect4")
int checks(struct sock_addr *ctx)
{
    u32 address = ctx->user_ip4;
    return bpf_map_lookup_elem(&allowed, &address) ? 1 : 0;
}

SEC("cgroup/bind4")
int binds(struct sock_addr *ctx)
{
    count(ctx->type & 15);
    return ctx->user_port == htons(22) ? 0 : 1;
}

SEC("cgroup/sendmsg4")
int sends(struct sock_addr *ctx)
{
    if (ctx->msg_src_ip4 == 0)
        ctx->msg_src_ip4 = htonl(0x0a000002);
    return 1;
}

SEC("cgroup/connect6")
int six(struct sock_addr *ctx)
{
    if (ctx->user_ip6[0] == 0 && ctx->user_ip6[3] == htonl(1))
        count(3);
    return 1;
}

SEC("cgroup/sock_create")
int creates(struct bpf_sock *ctx)
{
    if (ctx->type == 3)
        return 0;
    ctx->mark = 5;
    ctx->priority = ctx->family == 10;
    return 1;
}

SEC("cgroup/dev")
int devices(struct device *ctx)
{
    if (ctx->major == 1 && ctx->minor == 9)
        return 1;
    count(ctx->access_type & 7);
    return 0;
}

SEC("cgroup/sysctl")
int settings(struct sysctl *ctx)
{
    return ctx->write ? 0 : 1;
}

SEC("sockops")
int connections(struct sock_ops *ctx)
{
    u32 op = ctx->op;
    if (op < 16)
        count(op);
    if (op == 4 && ctx->family == 2 && ctx->local_port > 1024)
        count(1);
    return 1;
}

SEC("sk_msg")
int messages(struct msg *ctx)
{
    char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    if (data + 4 > end)
        return 1;
    return data[0] == 'x' ? 0 : 1;
}

SEC("sk_skb/stream_verdict")
int streams(struct __sk_buff *skb)
{
    count(skb->len & 15);
    return 1;
}

LICENSE("GPL");
