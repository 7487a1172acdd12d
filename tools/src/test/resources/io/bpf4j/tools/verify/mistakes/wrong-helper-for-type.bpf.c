#include "mistake.h"

static long (*bpf_skb_load_bytes)(void *skb, u32 offset, void *to, u32 length) = (void *)26;

SEC("uprobe")
int probe(struct registers *ctx)
{
    u64 word = 0;
    bpf_skb_load_bytes(ctx, 0, &word, sizeof(word));
    return word != 0;
}
