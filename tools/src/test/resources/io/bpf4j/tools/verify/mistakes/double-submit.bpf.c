#include "mistake.h"

static void (*bpf_ringbuf_discard)(void *data, u64 flags) = (void *)133;

SEC("uprobe")
int probe(struct registers *ctx)
{
    struct record *rec = bpf_ringbuf_reserve(&events, sizeof(*rec), 0);
    if (!rec)
        return 0;
    if (ctx->di == 0)
        bpf_ringbuf_discard(rec, 0);
    bpf_ringbuf_submit(rec, 0);
    return 0;
}
