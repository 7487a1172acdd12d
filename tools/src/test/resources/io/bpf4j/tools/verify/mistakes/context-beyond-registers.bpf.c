#include "mistake.h"

SEC("uprobe")
int probe(struct registers *ctx)
{
    u64 *words = (u64 *)ctx;
    return words[21] != 0;
}
