#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    struct record *rec = bpf_ringbuf_reserve(&events, sizeof(*rec), 0);
    if (!rec)
        return 0;
    bpf_ringbuf_submit(rec, 0);
    rec->pid = 1;
    return 0;
}
