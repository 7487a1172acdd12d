#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u64 length = ctx->dx & 0xff;
    char *room = bpf_ringbuf_reserve(&events, length, 0);
    if (!room)
        return 0;
    bpf_ringbuf_submit(room, 0);
    return 0;
}
