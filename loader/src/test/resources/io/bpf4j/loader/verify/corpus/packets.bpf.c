/* Programs that see packets: filters, parsers, counters, rewriters, for sockets, drivers, traffic control, tunnels. */
#include "corpus.h"

struct flow {
    u32 saddr, daddr;
    u16 sport, dport;
    u8 protocol, pad[3];
};
struct counter {
    u64 packets, bytes;
};
MAP(flows, LRU_HASH, struct flow, struct counter, 1024);
MAP(protocols, ARRAY, u32, u64, 256);
MAP(blocked, HASH, u32, u64, 256);
MAP(drops, PERCPU_ARRAY, u32, u64, 4);
struct {
    __uint(type, DEVMAP);
    __uint(max_entries, 8);
    __uint(key_size, 4);
    __uint(value_size, 4);
} ports SEC(".maps");
PERF(events);
const volatile u32 mark = 7;

unsigned long long load_byte(void *skb, unsigned long long offset) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long offset) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long offset) asm("llvm.bpf.load.word");

static __always_inline void count(u32 protocol)
{
    u64 *value = bpf_map_lookup_elem(&protocols, &protocol);
    if (value)
        __sync_fetch_and_add(value, 1);
}

SEC("socket")
int classic(struct __sk_buff *skb)
{
    if (load_half(skb, 12) != ETH_P_IP)
        return 0;
    count(load_byte(skb, 14 + 9));
    return load_word(skb, 26) == 0x7f000001 ? -1 : 0;
}

SEC("socket")
int loads_headers(struct __sk_buff *skb)
{
    struct iphdr ip;
    if (bpf_skb_load_bytes(skb, 14, &ip, sizeof(ip)) < 0)
        return 0;
    struct flow flow = {.saddr = ip.saddr, .daddr = ip.daddr, .protocol = ip.protocol};
    u16 port[2];
    if (bpf_skb_load_bytes(skb, 14 + ip.ihl * 4, port, sizeof(port)) < 0)
        return 0;
    flow.sport = port[0];
    flow.dport = port[1];
    struct counter fresh = {1, skb->len}, *counter = bpf_map_lookup_elem(&flows, &flow);
    if (counter) {
        counter->packets++;
        counter->bytes += skb->len;
    } else {
        bpf_map_update_elem(&flows, &flow, &fresh, BPF_ANY);
    }
    return skb->len;
}

SEC("socket")
int first_letters(struct __sk_buff *skb)
{
    char text[8] = {};
    if (bpf_skb_load_bytes(skb, 54, text, sizeof(text)))
        return 0;
    if (text[0] == 'G' && text[1] == 'E' && text[2] == 'T' && text[3] == ' ')
        return -1;
    return 0;
}

static __always_inline int parse(void *data, void *end, struct flow *flow)
{
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end || eth->h_proto != htons(ETH_P_IP))
        return -1;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end)
        return -1;
    u32 length = ip->ihl * 4;
    if (length < sizeof(*ip))
        return -1;
    flow->saddr = ip->saddr;
    flow->daddr = ip->daddr;
    flow->protocol = ip->protocol;
    void *next = (void *)ip + length;
    if (ip->protocol == 6) {
        struct tcphdr *tcp = next;
        if ((void *)(tcp + 1) > end)
            return -1;
        flow->sport = tcp->source;
        flow->dport = tcp->dest;
        return tcp->syn;
    }
    if (ip->protocol == 17) {
        struct udphdr *udp = next;
        if ((void *)(udp + 1) > end)
            return -1;
        flow->sport = udp->source;
        flow->dport = udp->dest;
    }
    return 0;
}

SEC("xdp")
int xdp_flows(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct flow flow = {};
    if (parse(data, end, &flow) < 0)
        return 2;
    u64 *since = bpf_map_lookup_elem(&blocked, &flow.saddr);
    if (since) {
        *since = bpf_ktime_get_ns();
        return 1;
    }
    struct counter fresh = {1, end - data}, *counter = bpf_map_lookup_elem(&flows, &flow);
    if (counter)
        __sync_fetch_and_add(&counter->packets, 1);
    else
        bpf_map_update_elem(&flows, &flow, &fresh, BPF_ANY);
    return 2;
}

SEC("xdp")
int xdp_vlans(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return 1;
    u16 protocol = eth->h_proto;
    u64 offset = sizeof(*eth);
    for (int i = 0; i < 2; i++) {
        if (protocol != htons(0x8100) && protocol != htons(0x88a8))
            break;
        u16 *vlan = data + offset;
        if ((void *)(vlan + 2) > end)
            return 1;
        protocol = vlan[1];
        offset += 4;
    }
    count(protocol & 0xff);
    return 2;
}

SEC("xdp")
int xdp_answers(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return 1;
    u8 kept[6];
    __builtin_memcpy(kept, eth->h_source, 6);
    __builtin_memcpy(eth->h_source, eth->h_dest, 6);
    __builtin_memcpy(eth->h_dest, kept, 6);
    return 3;
}

SEC("xdp")
int xdp_sends_on(struct xdp_md *ctx)
{
    return bpf_redirect_map(&ports, ctx->rx_queue_index & 7, 1);
}

SEC("xdp")
int xdp_unwraps(struct xdp_md *ctx)
{
    if (bpf_xdp_adjust_head(ctx, 20))
        return 1;
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct iphdr *ip = data;
    if ((void *)(ip + 1) > end)
        return 1;
    count(ip->protocol);
    return 2;
}

SEC("xdp")
int xdp_sums(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct iphdr *ip = data + sizeof(struct ethhdr);
    if ((void *)(ip + 1) > end)
        return 1;
    u16 *word = (void *)ip;
    u32 sum = 0;
    for (int i = 0; i < 10; i++)
        sum += word[i];
    sum = (sum & 0xffff) + (sum >> 16);
    u32 key = sum & 0xff;
    u64 *value = bpf_map_lookup_elem(&protocols, &key);
    if (value)
        (*value)++;
    return 2;
}

SEC("tc")
int tc_flows(struct __sk_buff *skb)
{
    void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    struct flow flow = {};
    int syn = parse(data, end, &flow);
    if (syn < 0)
        return 0;
    if (syn)
        skb->mark = mark;
    struct counter fresh = {1, skb->len};
    bpf_map_update_elem(&flows, &flow, &fresh, BPF_NOEXIST);
    return 0;
}

SEC("tc")
int tc_rewrites(struct __sk_buff *skb)
{
    if (bpf_skb_pull_data(skb, 54))
        return 0;
    void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end)
        return 0;
    u32 from = ip->daddr, to = htonl(0x0a000001);
    u8 protocol = ip->protocol;
    bpf_l3_csum_replace(skb, 24, from, to, 4);
    if (protocol == 6)
        bpf_l4_csum_replace(skb, 50, from, to, 0x10 | 4);
    bpf_skb_store_bytes(skb, 30, &to, sizeof(to), 0);
    return bpf_redirect(skb->ifindex, 0);
}

SEC("tc")
int tc_marks(struct __sk_buff *skb)
{
    skb->priority = skb->cb[0] + 1;
    skb->cb[1] = skb->mark;
    skb->tc_index = skb->vlan_present ? skb->vlan_tci & 0xfff : 0;
    return skb->protocol == htons(ETH_P_IP) ? 0 : 2;
}

SEC("tc")
int tc_samples(struct __sk_buff *skb)
{
    struct counter counter = {skb->ifindex, skb->len};
    if (bpf_get_prandom_u32() & 0xff)
        return 0;
    bpf_perf_event_output(skb, &events, CURRENT_CPU | (u64)64 << 32, &counter, sizeof(counter));
    return 0;
}

SEC("cgroup_skb/ingress")
int cgroup_counts(struct __sk_buff *skb)
{
    u32 key = skb->protocol == htons(ETH_P_IPV6);
    u64 *value = bpf_map_lookup_elem(&drops, &key);
    if (value)
        *value += skb->len;
    return 1;
}

SEC("cgroup_skb/egress")
int cgroup_blocks(struct __sk_buff *skb)
{
    struct iphdr ip;
    if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
        return 1;
    return bpf_map_lookup_elem(&blocked, &ip.daddr) ? 0 : 1;
}

SEC("lwt_xmit")
int tunnel(struct __sk_buff *skb)
{
    void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    struct iphdr *ip = data;
    if ((void *)(ip + 1) > end)
        return 2;
    count(ip->protocol);
    skb->mark = 1;
    return 0;
}

LICENSE("GPL");
